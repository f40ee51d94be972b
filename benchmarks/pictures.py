"""Figures of agreement: plain, small and the same at every run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import constants

from benchmarks.agreement import NORMAL_95, agreement
from benchmarks.disturbance import missing_velocity
from benchmarks.errors import CONTACT_TIME, INITIAL_CONTACT, TOE_OFF, Errors
from benchmarks.goals import LEAST_IN_BAND, SPEED_BANDS, band_of, of
from benchmarks.truth import NARROW_ACC, OVERGROUND, PRACTICES, TREADMILL, VIRTUAL_PRACTICES, VIRTUAL_STEADY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["PICTURES", "draw"]

BLUE, VERMILION, GREEN, BLACK, GREY = "#0072B2", "#D55E00", "#009E73", "#000000", "#666666"
"""Okabe and Ito's colours that stand out on white; a marker or a dash goes with each."""

GROUPS = {
    TREADMILL: (BLUE, "o", (TREADMILL,)),
    OVERGROUND: (BLACK, "s", (OVERGROUND,)),
    PRACTICES: (VERMILION, "^", (PRACTICES,)),
    "virtual athlete": (GREEN, "x", (VIRTUAL_STEADY, VIRTUAL_PRACTICES)),
}
BAND_STYLES = ((BLUE, "-"), (GREEN, "--"), (VERMILION, "-."), (BLACK, ":"))

MOST_POINTS = 240
"""Of a group, drawn evenly over it: more only blacken the page. Limits are those of all."""

DPI = 85
LIMITS_G = (8.0, 16.0)
LIMIT_SPEEDS_M_S = (2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5)
LIMIT_SEED = 101


def draw(errors: Errors, folder: Path) -> None:
    """Draw all figures as ``accuracy_*.png``."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    mpl.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    folder.mkdir(parents=True, exist_ok=True)
    feet = of(errors, placement=("foot",))
    for name, (drawn, shape, size) in PICTURES.items():
        figure, axes = plt.subplots(*shape, figsize=size, layout="constrained", squeeze=False)
        drawn(feet, list(axes.flat))
        _save(figure, folder / f"accuracy_{name}.png")
        plt.close(figure)


def _save(figure: "Figure", path: Path) -> None:
    # A fixed note in place of the program's own: the same figure gives the same bytes.
    figure.savefig(path, dpi=DPI, metadata={"Software": "psr"}, pil_kwargs={"optimize": True})


def _bland_altman(errors: Errors, axes: Sequence["Axes"]) -> None:
    times = errors.events[errors.events["event"] == CONTACT_TIME]
    times = times.assign(error=1e3 * times["error_s"], mean=1e3 * (times["true_s"] + times["error_s"] / 2))
    lengths = errors.strides.assign(error=100 * errors.strides["error_m"])
    lengths = lengths.assign(mean=lengths["true_m"] + lengths["error_m"] / 2)
    _cloud(axes[0], times, "ms")
    axes[0].set(
        xlabel="contact time, mean of the two (ms)", ylabel="found − true (ms)", title="Contact time", ylim=(-45, 45)
    )
    _cloud(axes[1], lengths, "cm")
    axes[1].set(
        xlabel="stride length, mean of the two (m)", ylabel="found − true (cm)", title="Stride length", ylim=(-45, 30)
    )
    axes[0].legend(loc="lower right", fontsize=7, ncols=2, framealpha=1.0)


def _cloud(ax: "Axes", rows: pd.DataFrame, unit: str) -> None:
    for label, (colour, marker, groups) in GROUPS.items():
        mine = rows[rows["group"].isin(groups) & rows["error"].notna()]
        few = mine.iloc[:: max(1, len(mine) // MOST_POINTS)]
        ax.scatter(few["mean"], few["error"], s=9, c=colour, marker=marker, alpha=0.45, linewidths=0.7, label=label)
    recorded = rows[rows["group"].isin((TREADMILL, OVERGROUND, PRACTICES))]
    limits = agreement(recorded["error"].to_numpy(), recorded["person"].tolist(), n_resamples=1)
    for value, style in ((limits.bias, "-"), (limits.low, "--"), (limits.high, "--")):
        ax.axhline(value, color=BLACK, linestyle=style, linewidth=1)
        ax.annotate(
            f"{value:+z.1f} {unit}",
            (1.01, value),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8,
            annotation_clip=False,
            bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none"},
        )


def _histograms(errors: Errors, axes: Sequence["Axes"]) -> None:
    edges = np.arange(-30.0, 30.1, 2.0)
    for row, groups in enumerate(((TREADMILL, OVERGROUND, PRACTICES), (VIRTUAL_STEADY, VIRTUAL_PRACTICES))):
        for column, event in enumerate((INITIAL_CONTACT, TOE_OFF)):
            ax = axes[2 * row + column]
            events = errors.events[(errors.events["event"] == event) & errors.events["group"].isin(groups)]
            bands = band_of(events["speed_m_s"])
            for band, (colour, style) in zip(SPEED_BANDS, BAND_STYLES, strict=True):
                values = 1e3 * events["error_s"][bands == band].dropna()
                if len(values) >= LEAST_IN_BAND:
                    share = np.histogram(np.clip(values, -30, 30), edges)[0] / len(values)
                    label = f"{band} m/s ({len(values)})"
                    ax.stairs(100 * share, edges, color=colour, linestyle=style, linewidth=1.4, label=label)
            family = "virtual athlete" if row else "recordings"
            ax.set(title=f"{event}, {family}", xlabel="found − true (ms)", ylabel="share (%)")
            ax.axvline(0, color=GREY, linewidth=0.8)
            ax.legend(fontsize=7)


def _by_step(errors: Errors, axes: Sequence["Axes"]) -> None:
    families = (("recordings", (PRACTICES,), VERMILION, "^"), ("virtual athlete", (VIRTUAL_PRACTICES,), GREEN, "x"))
    wanted: list[tuple[str, Callable[[Errors], pd.DataFrame]]] = [
        ("initial contact (ms)", lambda part: _milliseconds(part, INITIAL_CONTACT)),
        ("toe-off (ms)", lambda part: _milliseconds(part, TOE_OFF)),
        ("stride length (%)", lambda part: part.strides.assign(error=part.strides["error_pct"])),
    ]
    for ax, (name, taken) in zip(axes, wanted, strict=True):
        for shift, (label, groups, colour, marker) in zip((-0.12, 0.12), families, strict=True):
            rows = taken(of(errors, group=groups))
            rows = rows[rows["step"].between(1, 16)]
            by_step = rows.groupby("step")["error"]
            low, centre, high = (by_step.quantile(share) for share in (0.05, 0.5, 0.95))
            spread = np.array([centre - low, high - centre])
            ax.errorbar(
                centre.index.to_numpy() + shift, centre, spread, fmt=marker, color=colour, capsize=2, label=label
            )
        ax.axhline(0, color=GREY, linewidth=0.8)
        ax.set(xlabel="step after the start", ylabel=f"found − true, {name}", xticks=range(1, 17, 3))
    axes[0].legend(fontsize=7)


def _milliseconds(part: Errors, event: str) -> pd.DataFrame:
    events = part.events[part.events["event"] == event]
    return events.assign(error=1e3 * events["error_s"])


def _lengths(errors: Errors, axes: Sequence["Axes"]) -> None:
    groups = (*GROUPS.values(), (GREY, "+", (NARROW_ACC,)))
    for ax, chosen in zip(axes, (groups[:3], (groups[3], groups[4])), strict=True):
        for colour, marker, names in chosen:
            rows = errors.strides[errors.strides["group"].isin(names) & errors.strides["error_pct"].notna()]
            few = rows.iloc[:: max(1, len(rows) // MOST_POINTS)]
            half = NORMAL_95 * few["sd_pct"]
            label = names[0] if len(names) == 1 else "virtual athlete"
            bars = ax.errorbar(few["speed_m_s"], few["error_pct"], half, fmt=marker, color=colour, label=label)
            bars.lines[0].set(markersize=3.5, alpha=0.6)
            bars.lines[2][0].set(linewidth=0.5, alpha=0.5)
        ax.axhline(0, color=GREY, linewidth=0.8)
        ax.set(xlabel="true speed (m/s)", ylabel="stride length, found − true (%)", ylim=(-20, 12))
        ax.legend(fontsize=7, loc="lower left")


def _missing(_: Errors, axes: Sequence["Axes"]) -> None:
    for limit_g, colour, style in zip(LIMITS_G, (VERMILION, BLUE), ("o--", "s-"), strict=True):
        lost = [missing_velocity(speed, LIMIT_SEED, limit_g * constants.g) for speed in LIMIT_SPEEDS_M_S]
        for ax, column in zip(axes, range(2), strict=True):
            ax.plot(LIMIT_SPEEDS_M_S, [one[column] for one in lost], style, color=colour, label=f"± {limit_g:.0f} g")
    axes[0].set(xlabel="speed (m/s)", ylabel="samples at the limit (%)")
    axes[1].set(xlabel="speed (m/s)", ylabel="velocity change not told,\nper stride (m/s)")
    axes[0].legend()


_Drawn = Callable[[Errors, Sequence["Axes"]], None]

PICTURES: dict[str, tuple[_Drawn, tuple[int, int], tuple[float, float]]] = {
    "bland_altman": (_bland_altman, (1, 2), (9.0, 3.8)),
    "histograms": (_histograms, (2, 2), (9.0, 5.6)),
    "steps": (_by_step, (1, 3), (9.0, 3.0)),
    "stride_length": (_lengths, (1, 2), (9.0, 3.8)),
    "limit": (_missing, (1, 2), (7.0, 2.8)),
}
"""Name -> how it is drawn, rows and columns, inches."""
