"""What a coach is told when a sensor's state changes: once, in plain words, never in a row."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.acquire.ble.health import Vitals
from analyzer.acquire.ble.link import Phase
from analyzer.model import Notice

__all__ = ["TroubleConfig", "changes"]


@dataclass(frozen=True, slots=True)
class TroubleConfig:
    """When a coach is told.

    Attributes
    ----------
    weak_pct : float
        A link that brings less is weak: below, single steps begin to be lost.
    low_battery_pct : tuple of int
        Each of these is told once on the way down.
    clipped_pct : float
        Clipping is told from that share of frames on; a few at the hardest landings are usual.
    """

    weak_pct: float = 97.0
    low_battery_pct: tuple[int, ...] = (20, 10)
    clipped_pct: float = 25.0


def changes(before: Vitals, now: Vitals, config: TroubleConfig | None = None) -> tuple[Notice, ...]:
    """Return what to say of a sensor that was so before and is so now; nothing for what stays as it was.

    Parameters
    ----------
    before, now : Vitals
        Of the same sensor, a moment apart.
    config : TroubleConfig, optional

    Returns
    -------
    tuple of Notice
        Codes ``link.lost``, ``link.back``, ``link.failed``, ``link.warn``, ``sensor.restarted``, ``battery.low``
        and ``clip``.
    """
    config = config or TroubleConfig()
    said = (*_link(before, now), *_weakness(before, now, config), *_sensor(before, now, config))
    return tuple(Notice(code, text) for code, text in said)


def _label(vitals: Vitals) -> str:
    words = vitals.placement.replace("_", " ") or vitals.name
    return words[:1].upper() + words[1:]


def _link(before: Vitals, now: Vitals) -> Iterator[tuple[str, str]]:
    label = _label(now)
    if now.n_losses > before.n_losses:
        yield "link.lost", f"{label} sensor lost. Trying again; the recording goes on."
    # A short loss lies wholly between two looks.
    was_away = before.phase is not Phase.STREAMING or now.n_losses > before.n_losses
    if now.phase is Phase.STREAMING and was_away and now.n_losses:
        yield "link.back", f"{label} sensor is back. What it missed is being asked for."
    if now.fault and now.fault != before.fault:
        yield "link.failed", now.fault


def _weakness(before: Vitals, now: Vitals, config: TroubleConfig) -> Iterator[tuple[str, str]]:
    # NaN compares false: before the first samples nothing is weak.
    if now.received_pct < config.weak_pct and not before.received_pct < config.weak_pct:
        text = f"{_label(now)} signal is weak ({now.received_pct:.0f} % arrive)."
        yield "link.warn", f"{text} Keep the computer on his side, within 10 yd."


def _sensor(before: Vitals, now: Vitals, config: TroubleConfig) -> Iterator[tuple[str, str]]:
    label = _label(now)
    if now.n_restarts > before.n_restarts:
        yield "sensor.restarted", f"{label} sensor started anew. Some seconds are missing; stand still for 3 s."
    fallen = [limit for limit in config.low_battery_pct if _fell_below(before.battery_pct, now.battery_pct, limit)]
    if fallen:
        advice = (
            "Charge it soon." if min(fallen) > min(config.low_battery_pct) else "Change it before the next athlete."
        )
        yield "battery.low", f"{label} battery is at {now.battery_pct} %. {advice}"
    was_clipped = before.clipped_pct if not math.isnan(before.clipped_pct) else 0.0
    if now.clipped_pct >= config.clipped_pct > was_clipped:
        text = f"{label} sensor hits its limit. Contact times stay good; set a wider range for the rest."
        yield "clip", text


def _fell_below(before_pct: int | None, now_pct: int | None, limit_pct: int) -> bool:
    if now_pct is None or now_pct >= limit_pct:
        return False
    return before_pct is None or before_pct >= limit_pct
