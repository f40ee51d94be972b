"""From an analysis to files and words: what the verbs that analyse have in common."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.model import Analysis
    from analyzer.report.quantities import Units
    from analyzer.report.summary import Summary

__all__ = ["EXIT_OK", "EXIT_UNUSABLE", "exit_code", "progress", "show", "write"]

EXIT_OK = 0
EXIT_UNUSABLE = 3


def write(analysis: "Analysis", folder: Path, units: "Units", *, force: bool) -> "Summary":
    """Write all result files and return what they say to a coach."""
    from analyzer.report import summarize, write_results

    write_results(analysis, folder, units=units, force=force)
    return summarize(analysis, units)


def show(said: "Summary", folder: Path, *, as_json: bool) -> None:
    """Print one summary as text or JSON, and where the page is."""
    from analyzer.report import as_plain, render_text

    if as_json:
        print_json(as_plain(said) | {"results": str(folder)})
        return
    print(render_text(said), end="")
    progress(f"Page: {folder / 'report.html'}")


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def exit_code(said: "Summary") -> int:
    """Return 3 where there is no run, or one that nothing can be said of; else 0."""
    return EXIT_UNUSABLE if said.unusable_runs or not (said.stages or said.others) else EXIT_OK


def progress(text: str) -> None:
    """Tell the person at the terminal what goes on, beside the results."""
    # Not on stdout: that holds results only, and may be piped.
    print(text, file=sys.stderr, flush=True)
