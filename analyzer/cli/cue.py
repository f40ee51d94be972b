"""``psr cue``: the start signal for reaction runs, seen and heard, with a log of when it was given."""

import argparse
import math
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.cli import results

if TYPE_CHECKING:
    from analyzer.cli.cue_series import SeriesConfig
    from analyzer.cli.cue_sound import Player

__all__ = ["add_parser", "delay_ms", "run"]

_DESCRIPTION = """\
Gives start signals: the terminal turns white and a tone sounds, 1.5 to 3.5 s after "ready", at a time nobody can
foresee. Make the terminal as large as it goes. With --log every signal is written to a file, with the time it was
given; psr analyze PRACTICE --cues FILE then tells the reaction times."""

_EPILOG = """\
A screen shows and a loudspeaker sounds later than told, by 10 to 80 ms. Measure it once (film screen and loudspeaker
in slow motion next to a clock, or use a light sensor) and give it as --display-delay-ms 35,8: 35 ms with a standard
uncertainty of 8 ms. Without it the reaction time comes with the words "display delay unknown"."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "cue",
        help="give the start signal for reaction runs",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--log", metavar="FILE", type=Path, help="write the signals to this new file (.mcap)")
    parser.add_argument("--runs", metavar="N", type=_count, default=1, help="signals to give (default 1)")
    parser.add_argument("--every", metavar="S", type=_seconds, default=90.0, help='s between two "ready" (default 90)')
    parser.add_argument("--after", metavar="S", type=_seconds, default=10.0, help="s to get to the line (default 10)")
    parser.add_argument("--only", choices=("visual", "audible"), help="light alone or tone alone (default both)")
    parser.add_argument("--player", metavar="NAME", help="what plays the tone (default: the first that works)")
    parser.add_argument("--display-delay-ms", metavar="MS,SD", type=delay_ms, help="measured delay of the screen")
    parser.add_argument("--audio-delay-ms", metavar="MS,SD", type=delay_ms, help="measured delay of the sound")
    parser.add_argument("--seed", metavar="N", type=int, help="the same waits each time, for trying things out")
    parser.add_argument("--list-players", action="store_true", help="list what can play the tone, and stop")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and stop")
    parser.set_defaults(run=run)


def delay_ms(text: str) -> tuple[float, float]:
    """Return a measured delay and its standard uncertainty in seconds, from text such as ``35,8`` in milliseconds.

    Raises
    ------
    argparse.ArgumentTypeError
        Not two numbers, or one is negative.
    """
    try:
        delay, sd = (float(part) / 1000 for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no delay; write milliseconds and their standard uncertainty, such as 35,8"
        ) from None
    if not (0 <= delay < 1 and 0 <= sd < 1):
        raise argparse.ArgumentTypeError(f"{text!r}: a delay and its uncertainty lie between 0 and 1000 ms")
    return delay, sd


def run(args: argparse.Namespace) -> int:
    """Give the signals, or say what would be done."""
    from analyzer.cli.cue_series import foreperiods_s
    from analyzer.cli.cue_sound import players, tone_wav

    with tempfile.TemporaryDirectory(prefix="psr-cue-") as folder:
        tone = Path(folder) / "tone.wav"
        tone.write_bytes(tone_wav())
        found = players(tone, sys.stdout)
        if args.list_players:
            print("\n".join(found))
            return results.EXIT_OK
        player = None if args.only == "visual" else _chosen(found, args.player)
        config = _config(args)
        waits_s = foreperiods_s(config, args.seed)
        if args.dry_run:
            _tell(config, waits_s, player, args.log)
            return results.EXIT_OK
        return _give(args, config, waits_s, player)


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of signals; write 1 or more")
    return int(text)


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    # Written as `not` so that NaN is refused too.
    if not 0 <= number < 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write seconds, 0 to 3600")
    return number


def _config(args: argparse.Namespace) -> "SeriesConfig":
    from analyzer.cli.cue_series import SeriesConfig, shown_by
    from analyzer.errors import InputError
    from analyzer.model import CueMark

    unknown = (math.nan, math.nan)
    display, audio = args.display_delay_ms or unknown, args.audio_delay_ms or unknown
    shown = shown_by(seen=args.only != "audible", heard=args.only != "visual")
    cue = CueMark(0.0, "cue", "", shown, 0.0, *display, *audio)
    config = SeriesConfig(args.runs, args.every, args.after, cue=cue)
    if args.runs > 1 and args.every < config.longest_wait_s + config.lit_s:
        raise InputError(f"--every must be at least {config.longest_wait_s + config.lit_s:g} s: ready, wait and signal")
    return config


def _chosen(found: "dict[str, Player]", name: str | None) -> "Player":
    from analyzer.errors import InputError

    if name is None:
        return next(iter(found.values()))
    if name not in found:
        raise InputError(f"no player {name!r} here; there are {', '.join(found)}")
    return found[name]


def _tell(config: "SeriesConfig", waits_s: tuple[float, ...], player: "Player | None", log: Path | None) -> None:
    for line in _plan_lines(config, player, log):
        print(line)
    for number, wait_s in enumerate(waits_s, start=1):
        ready_s = config.first_after_s + (number - 1) * config.every_s
        print(f"run {number}: ready at {ready_s:.1f} s, signal {wait_s:.2f} s later")


def _plan_lines(config: "SeriesConfig", player: "Player | None", log: Path | None) -> list[str]:
    """Return what is going to happen, and what will be missing from its results."""
    lines = [f"{config.n_runs} start signal(s), {_SHOWN[config.cue.shown]}."]
    if player is not None:
        lines.append(f"Tone: {player.name}.")
        if player.name == "bell":
            lines[-1] = "No player for the tone was found: the terminal's bell rings instead, if it is switched on."
    if config.cue.delay_unknown:
        lines.append(
            f"{config.cue.delay_unknown.capitalize()}: reaction times will say so. psr cue --help tells how to measure."
        )
    lines.append(f"Log: {log}." if log else "Not logged: give --log FILE to get reaction times.")
    return lines


_SHOWN = {"both": "seen and heard", "visual": "seen", "audible": "heard"}


def _give(args: argparse.Namespace, config: "SeriesConfig", waits_s: tuple[float, ...], player: "Player | None") -> int:
    from contextlib import ExitStack

    from analyzer.acquire.capture import CaptureWriter
    from analyzer.cli.cue_screen import CueScreen
    from analyzer.cli.cue_series import HostTime, play_series
    from analyzer.errors import InputError

    screen = None if args.only == "audible" else CueScreen(sys.stdout)
    if screen is not None and not sys.stdout.isatty():
        raise InputError("the light needs a terminal, and the output goes elsewhere; use --only audible")
    for line in _plan_lines(config, player, args.log):
        results.progress(line)
    if player is not None:
        _check_sound(player)
    # Ctrl-C too leaves through here: the terminal comes back and the log is closed.
    with ExitStack() as stack:
        log = stack.enter_context(CaptureWriter(args.log)) if args.log else None
        if screen is not None:
            screen.open()
            stack.callback(screen.close)
        done = play_series(config, waits_s, screen, player, log, HostTime())
    results.progress(f"Gave {len(done.cues)} start signal(s).")
    if done.silent:
        runs = ", ".join(map(str, done.silent))
        results.progress(f"The tone was not played in run {runs}: do not use the reaction time there.")
    return results.EXIT_OK


def _check_sound(player: "Player") -> None:
    """Play the tone once before it counts: it also wakes up sound cards that sleep."""
    from analyzer.errors import InputError

    player.start()
    if not player.finish():
        raise InputError(
            f"{player.name} could not play the tone; try another --player (--list-players), or --only visual"
        )
