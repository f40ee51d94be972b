"""``psr analyze``: recordings in, tables, findings and the coach's page out."""

import argparse
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli import history, options, results, times

if TYPE_CHECKING:
    from analyzer.model import Placement, Recording, SensorStream
    from analyzer.report import Summary

__all__ = ["add_parser", "run"]

_DESCRIPTION = """\
Analyse recordings: a capture (.mcap), a folder of CSV files with recording.toml, or an .npz file.
Writes contacts.csv, strides.csv, steps.csv, runs.csv, stages.csv, stage_metrics.csv, stage_changes.csv,
segments.csv, rules.csv, findings.json, data_dictionary.json, provenance.json and report.html. One recording's
results go into DIR itself, those of several into DIR/NAME."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "analyze",
        help="analyse recordings",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit code: 0 fine, 2 bad input, 3 some runs could not be used.",
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="recording")
    parser.add_argument("--out", metavar="DIR", required=True, type=Path, help="folder for the results")
    parser.add_argument("--cues", metavar="FILE", type=Path, help="start signals that psr cue --log wrote")
    parser.add_argument("--sensors", metavar="LIST", help="use only these, such as left_foot,right_foot")
    options.add_output(parser)
    options.add_plan(parser)
    times.add_times(parser)
    options.add_assign(parser)
    options.add_athlete(parser)
    history.add_history(parser)
    options.add_rules(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Analyse one recording or several; return the worst exit code."""
    if len(args.paths) == 1:
        said = _analyzed(args.paths[0], args.out, args)
        results.show(said, args.out, as_json=args.json)
        return results.exit_code(said)
    return _several(args)


def _several(args: argparse.Namespace) -> int:
    from analyzer.errors import AnalyzerError, TableError
    from analyzer.report import as_plain
    from firmware_protocol.errors import ProtocolError

    worst = results.EXIT_OK
    documents: list[dict[str, Any]] = []
    named = _named(args.paths)
    for number, (name, path) in enumerate(named.items(), start=1):
        results.progress(f"{number}/{len(named)} {name}")
        try:
            said = _analyzed(path, args.out / name, args)
        # A table against its own schema is our fault, not the recording's: no other recording would fare better.
        except TableError:
            raise
        except (AnalyzerError, ProtocolError) as error:
            # Most messages name the file themselves.
            results.progress(f"psr: {error}" if str(path) in str(error) else f"psr: {path}: {error}")
            documents.append({"recording": name, "exit_code": _EXIT_BAD_INPUT, "error": str(error)})
        else:
            code = results.exit_code(said)
            documents.append({"recording": name, "exit_code": code, **as_plain(said)})
            if not args.json:
                print(f"{name}: {said.headline}")
        # A recording that could not be read weighs more than one with a run that could not be used.
        worst = max(worst, documents[-1]["exit_code"], key=_SEVERITY.index)
    if args.json:
        results.print_json(documents)
    return worst


_EXIT_BAD_INPUT = 2
_SEVERITY = (results.EXIT_OK, results.EXIT_UNUSABLE, _EXIT_BAD_INPUT)


def _analyzed(path: Path, folder: Path, args: argparse.Namespace) -> "Summary":
    from analyzer.acquire.cue_log import with_cues
    from analyzer.acquire.read import read
    from analyzer.mechanics.thresholds import load
    from analyzer.report.exports import check_free
    from analyzer.session import analyze

    # Before the work, not after it.
    check_free(folder, force=args.force)
    thresholds = load(args.rules)
    recording = read(path)
    if args.cues is not None:
        recording = with_cues(recording, path, args.cues)
    recording = dataclasses.replace(
        recording,
        streams=_chosen(recording, args.sensors),
        plan=options.plan_of(args, recording.plan),
        athlete=options.athlete_of(args, recording.athlete),
        timings=times.times_of(args) or recording.timings,
    )
    recording, past = history.with_history(args, recording)
    analysis = analyze(recording, thresholds=thresholds, past=past)
    return results.write(analysis, folder, args.units, force=args.force)


def _chosen(recording: "Recording", sensors: str | None) -> Mapping["Placement", "SensorStream"]:
    """Return the streams of the sensors asked for, all of them where none was."""
    from analyzer.errors import InputError
    from analyzer.model import Placement, placement_of

    if sensors is None:
        return recording.streams
    wanted = [placement_of(name.strip()) for name in sensors.split(",")]
    missing = [placement.value for placement in wanted if placement not in recording.streams]
    if missing:
        worn = [placement.value for placement in Placement if placement in recording.streams]
        raise InputError(f"no sensor on {', '.join(missing)}; the recording has {', '.join(worn)}")
    return {placement: recording.streams[placement] for placement in wanted}


def _named(paths: Sequence[Path]) -> dict[str, Path]:
    """Return the paths by the name of their results' folder."""
    from analyzer.errors import InputError

    named: dict[str, Path] = {}
    for path in paths:
        # A folder's name may hold a dot that begins no suffix.
        name = path.name if path.is_dir() else path.stem
        if name in named:
            raise InputError(f"{named[name]} and {path} would both write to the folder {name}; analyse them apart")
        named[name] = path
    return named
