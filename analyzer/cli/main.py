"""The command ``psr``: hands over to its verbs and turns errors into one line and an exit code."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from analyzer.cli import (
    analyze,
    conformance,
    cue,
    demo,
    doctor,
    explain,
    plan,
    record,
    sample,
    scan,
    verify,
    virtual_sensor,
)

__all__ = ["main"]

EXIT_OK = 0
EXIT_BAD_INPUT = 2
EXIT_STOPPED = 130
"""What shells give a command that was stopped with Ctrl-C."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb.

    Parameters
    ----------
    argv : sequence of str, optional
        Without the command's own name; by default those of the process.

    Returns
    -------
    int
        0 fine, 1 other results than reported (`psr verify`), 2 bad input or usage, 3 some runs unusable. A fault of
        ours is not caught: Python exits with 1.
    """
    # A terminal that cannot show a sign gets a question mark, not a traceback.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    parser = _parser()
    try:
        args = parser.parse_args(argv)
    # argparse ends the process after --help and bad usage; whoever calls this from Python wants the code.
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else EXIT_BAD_INPUT
    if args.verb is None:
        parser.print_help(sys.stderr)
        return EXIT_BAD_INPUT
    return _run(args.run, args)


def _run(verb: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    from analyzer.errors import AnalyzerError, TableError
    from firmware_protocol.errors import ProtocolError

    try:
        return verb(args)
    # A fault of ours although it is an `AnalyzerError`: the traceback is wanted.
    except TableError:
        raise
    except (AnalyzerError, ProtocolError) as error:
        print(f"psr: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        print("psr: stopped", file=sys.stderr)
        return EXIT_STOPPED
    except BrokenPipeError:
        # The reader of our output has seen enough; keep Python from complaining when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="psr",
        description="Progressive Speed Runs: sensor recordings in, foot contacts, steps and findings per stage out.",
        epilog="No sensor at hand? Try: psr demo",
    )
    parser.add_argument("--version", action=_Version, help="show the version and stop")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs")
    practice = (demo, analyze, verify, explain, plan)
    for module in (*practice, scan, record, doctor, cue, sample, virtual_sensor, conformance):
        module.add_parser(verbs)
    return parser


class _Version(argparse.Action):
    """Show the version; looked up only when asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:  # noqa: A002
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"psr {version('psr-analyzer')}")
        parser.exit(EXIT_OK)


if __name__ == "__main__":
    sys.exit(main())
