"""``psr verify``: a recording run again, and held against what was reported of it."""

import argparse
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli import history, options, results

if TYPE_CHECKING:
    from analyzer.model import Placement, Recording, SensorStream, Timing
    from analyzer.report.verification import Reported, Verification

__all__ = ["add_parser", "run"]

_DESCRIPTION = """\
Run a recording again with the plan, athlete, sensors and times of its results, and compare tables, findings and
settings. The same version must say the same; of another one it lists what moved, by how much, and why."""

EXIT_DIFFERENT = 1


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "verify",
        help="run a recording again and compare with what was reported",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit code: 0 as it must be, 1 the same version says something else, 2 bad input.",
    )
    parser.add_argument("session", metavar="DIR", type=Path, help="folder that psr analyze wrote")
    parser.add_argument(
        "recording",
        metavar="RECORDING",
        nargs="?",
        type=Path,
        help="what it was made from; looked for in DIR and beside it if left out",
    )
    parser.add_argument("--cues", metavar="FILE", type=Path, help="start signals, as given to psr analyze")
    parser.add_argument("--history", metavar="DIR", type=Path, help="earlier results, as given to psr analyze")
    options.add_rules(parser)
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the recording again and say what moved."""
    from analyzer.mechanics.thresholds import load
    from analyzer.report.verification import read_reported, verification
    from analyzer.session import analyze

    # The day is in the results, so there is no option for it.
    args.date = None
    reported = read_reported(args.session)
    path = args.recording or _found(args.session, reported)
    recording, past = history.with_history(args, _prepared(path, reported, args))
    found = verification(reported, analyze(recording, thresholds=load(args.rules), past=past))
    reasons = _reasons(found)
    if args.json:
        from analyzer.plain import as_plain

        said = {"fine": found.fine, "same_version": found.same_version, "scientific_changes": reasons}
        results.print_json(as_plain(found) | said)
    else:
        print("\n".join(_lines(found, reasons)))
    return results.EXIT_OK if found.fine else EXIT_DIFFERENT


def _found(folder: Path, reported: "Reported") -> Path:
    from analyzer.errors import InputError

    # The last part alone: a file that names a place elsewhere must not lead there.
    name = Path(str(reported.about["source"].get("path", ""))).name
    places = (folder, folder.resolve().parent)
    for place in places:
        if name and (place / name).exists():
            return place / name
    raise InputError(f"{name or 'the recording'} is not in {folder} nor beside it; name it: psr verify {folder} FILE")


def _prepared(path: Path, reported: "Reported", args: argparse.Namespace) -> "Recording":
    """Return the recording with all that its results say it was analysed with."""
    from analyzer.acquire.cue_log import with_cues
    from analyzer.acquire.document import athlete_from, plan_from
    from analyzer.acquire.read import read
    from analyzer.errors import InputError

    about = reported.about
    recording = read(path)
    _check_same(path, recording, about)
    if "cues" in about["source"] and args.cues is None:
        raise InputError(f"the start signals came from {about['source']['cues']}; give it with --cues")
    if args.cues is not None:
        recording = with_cues(recording, path, args.cues)
    day = about["source"].get("recorded_on")
    return dataclasses.replace(
        recording,
        streams=_sensors(recording, about),
        plan=plan_from(about["plan"]) if about.get("plan") else None,
        athlete=athlete_from(about["athlete"]),
        timings=_timings(about),
        source={**recording.source, **({"recorded_on": str(day)} if day else {})},
    )


def _check_same(path: Path, recording: "Recording", about: Mapping[str, Any]) -> None:
    from analyzer.errors import InputError

    was, is_ = str(about["source"].get("sha256", "")), recording.source.get("sha256", "")
    if was != is_:
        raise InputError(
            f"{path} is not what these results were made from: its digest is {is_[:12] or 'unknown'}, "
            f"theirs {was[:12] or 'unknown'}; name the original recording"
        )


def _sensors(recording: "Recording", about: Mapping[str, Any]) -> "Mapping[Placement, SensorStream]":
    from analyzer.errors import InputError
    from analyzer.model import placement_of

    # Results of earlier versions do not name them: all were used then, or nobody knows.
    names = about.get("sensors") or [placement.value for placement in recording.streams]
    used = [placement_of(str(name)) for name in names]
    if missing := [placement.value for placement in used if placement not in recording.streams]:
        raise InputError(f"provenance.json: {', '.join(missing)} is not in the recording")
    return {placement: recording.streams[placement] for placement in used}


def _timings(about: Mapping[str, Any]) -> "tuple[Timing, ...]":
    from analyzer.errors import InputError
    from analyzer.model import Timing

    documents: list[dict[str, Any]] = list(about.get("timings", ()))
    try:
        return tuple(Timing(**_without_null(document)) for document in documents)
    except (TypeError, AttributeError) as error:
        raise InputError(f"provenance.json: its times cannot be read ({error})") from error


def _without_null(document: Mapping[str, Any]) -> dict[str, Any]:
    # JSON knows no NaN.
    return {name: float("nan") if value is None else value for name, value in document.items()}


def _reasons(found: "Verification") -> tuple[str, ...]:
    from analyzer.report.changelog import scientific_changes

    # In a source tree only; an installed package does not carry it.
    changelog = Path(__file__).parents[2] / "CHANGELOG.md"
    if found.same_version or not changelog.is_file():
        return ()
    return scientific_changes(changelog.read_text(encoding="utf-8"), found.reported_version, found.version)


def _lines(found: "Verification", reasons: tuple[str, ...]) -> list[str]:
    lines = [_headline(found), *(f"  {change.sentence}" for change in found.changes)]
    if found.changes and not found.same_version:
        lines += ["Why (Scientific changes):", *(f"  {reason}" for reason in reasons or (_NO_REASON,))]
    if found.changes and found.others:
        lines += ["May matter too:", *(f"  {text}" for text in found.others)]
    return lines


_NO_REASON = "Nothing is written down here; see CHANGELOG.md."


def _headline(found: "Verification") -> str:
    if not found.changes:
        by = "" if found.same_version else f", reported by {found.reported_version}"
        return f"As reported: every table, finding and setting is the same (psr {found.version}{by})."
    n = f"{len(found.changes)} difference{'s' if len(found.changes) > 1 else ''}"
    if found.same_version:
        return f"Not as reported, though the version is the same (psr {found.version}): {n}."
    return f"Reported by psr {found.reported_version}, run again by {found.version}: {n}."
