"""How a sensor is tilted through a run: its rate integrated from the stand before, checked by the rest after it.

No accelerometer is blended in while running, where forces of several g hide the vertical. In a stand, or over a few
walking steps, the mean force turned into the drifting world of the integration is up; what up has drifted from the
one before the run to the one after it is shared out evenly over the time between. Walking tells up less well than a
gyroscope whose bias is known: of what it says only the part is taken that the two uncertainties leave it.
"""

from dataclasses import dataclass, replace

import numpy as np

from analyzer.gait.segments.upright import StillSpans, angle_between
from analyzer.model import Floats
from analyzer.signal.grid import GridSignals
from analyzer.signal.orientation import integrate_rate, rotated
from analyzer.signal.vectors import sizes
from analyzer.units import G_M_S2

__all__ = ["Attitude", "StrapdownConfig", "attitude_of"]


@dataclass(frozen=True, slots=True)
class StrapdownConfig:
    """How far a strap-down is trusted.

    Attributes
    ----------
    longest_before_s, longest_after_s : float
        A stand further from the run than this is not used: the drift to it would be larger than what walking leaves
        open, and a turn between makes it uneven.
    still_piece_s : float
        So much of a stand, next to the run, tells up.
    walking_s : float
        Mean force over so much walking tells up instead: three strides.
    settle_s : float
        Walking is looked at from so long after the last step of the run on.
    least_bias_s : float
        The mean rate over so much stillness is the gyroscope's bias; over less it is sway.
    still_sd_rad, walking_sd_rad : float
        How well a stand (0.5 deg) and walking (3 deg: slowing down and turning round tilt the mean force) tell up.
    bias_sd_rad_s, no_bias_sd_rad_s : float
        What is left of the bias after a stand has told it (0.2 deg/s), and without (1 deg/s).
    uneven_share : float
        Half-way between two stands the drift differs from an even one by this share of it.
    hidden_share : float
        What a hole or a clipped stretch hides of the rotation in it, as a share of what the usual rate would turn.
    max_mismatch_rad, max_walking_mismatch_rad : float
        More drift than that (8 deg to a stand, 15 deg to what walking tells) is a strap that slipped.
    """

    longest_before_s: float = 10.0
    longest_after_s: float = 8.0
    still_piece_s: float = 1.0
    walking_s: float = 3.0
    settle_s: float = 1.0
    least_bias_s: float = 1.0
    still_sd_rad: float = np.radians(0.5)
    walking_sd_rad: float = np.radians(3.0)
    bias_sd_rad_s: float = np.radians(0.2)
    no_bias_sd_rad_s: float = np.radians(1.0)
    uneven_share: float = 0.2
    hidden_share: float = 0.3
    max_mismatch_rad: float = np.radians(8.0)
    max_walking_mismatch_rad: float = np.radians(15.0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Attitude:
    """Tilt of a sensor through one run.

    Attributes
    ----------
    start_s, rate_hz : float
        Time of the first sample and samples per second.
    rotation : (n, 4) float array
        Quaternions from the sensor into a world that drifts slowly.
    world_up : (n, 3) float array
        Up in that world.
    up : (n, 3) float array
        Up in the sensor frame.
    force_m_s2 : (n, 3) float array
        Specific force less gravity in the drifting world.
    rate_rad_s : (n, 3) float array
        Angular rate in the sensor frame, bias removed.
    sd_rad : (n,) float array
        Standard uncertainty of `up`.
    mismatch_rad : float
        Drift from the reference before to that after the run; NaN without one after.
    slipped : bool
        Whether that is more than a gyroscope drifts.
    opened_by, closed_by : {'stand', 'walk', 'none'}
        What told up before and after the run; `opened_by` is never none.
    """

    start_s: float
    rate_hz: float
    rotation: Floats
    world_up: Floats
    up: Floats
    force_m_s2: Floats
    rate_rad_s: Floats
    sd_rad: Floats
    mismatch_rad: float
    slipped: bool
    opened_by: str
    closed_by: str

    def index(self, time_s: Floats) -> Floats:
        """Return fractional samples of times, held inside."""
        return np.asarray(np.clip((time_s - self.start_s) * self.rate_hz, 0.0, len(self.up) - 1.0))


def attitude_of(
    signals: GridSignals, spans: StillSpans, run_s: tuple[float, float], config: StrapdownConfig
) -> Attitude | None:
    """Return the tilt of a sensor through one run.

    Parameters
    ----------
    signals : GridSignals
        Around one run, with the stands before and after it; must have a gyroscope.
    spans : StillSpans
        Of those signals.
    run_s : two floats
        First movement and end of the run.
    config : StrapdownConfig

    Returns
    -------
    Attitude or None
        From the reference before the run to the one after it, else to the end of the run; None where neither a stand
        nor enough walking lies before the run.
    """
    opening = _opening(signals, spans, run_s[0], config)
    if opening is None:
        return None
    closing = _closing(signals, spans, run_s[1], config)
    first = opening.start
    last = closing.stop if closing is not None else signals.to_index(run_s[1] + config.settle_s) + 1
    bias, bias_sd = _bias(spans, signals.rate_hz, config)
    rate = signals.gyr_rad_s[first:last] - bias
    rotation = integrate_rate(rate, 1.0 / signals.rate_hz)
    force = rotated(rotation, signals.acc_m_s2[first:last])
    ups = [_mean_direction(force, epoch.moved(-first)) for epoch in (opening, closing) if epoch is not None]
    drift = _drift(opening, closing, last - first, bias_sd / signals.rate_hz, config)
    # The angle is small: a straight line between the two directions is as good as an arc.
    world_up = ups[0] + (drift.taken * drift.share)[:, None] * (ups[-1] - ups[0])
    world_up /= sizes(world_up)[:, None]
    mismatch = float(angle_between(ups[0], ups[-1])[0]) if closing is not None else float("nan")
    stood = closing is not None and closing.kind == "stand"
    hidden = _hidden_rad(signals, slice(first, last), config)
    inverse = rotation * np.array([1.0, -1.0, -1.0, -1.0])
    return Attitude(
        start_s=signals.start_s + first / signals.rate_hz,
        rate_hz=signals.rate_hz,
        rotation=rotation,
        world_up=world_up,
        up=rotated(inverse, world_up),
        force_m_s2=force - G_M_S2 * world_up,
        rate_rad_s=rate,
        sd_rad=_sd_rad(drift, drift.taken * mismatch if stood else 0.0, hidden, config),
        mismatch_rad=mismatch,
        slipped=mismatch > (config.max_mismatch_rad if stood else config.max_walking_mismatch_rad),
        opened_by=opening.kind,
        closed_by="none" if closing is None else closing.kind,
    )


@dataclass(frozen=True, slots=True)
class _Epoch:
    """Samples, half-open, over which the mean force tells up."""

    start: int
    stop: int
    kind: str

    @property
    def middle(self) -> float:
        return 0.5 * (self.start + self.stop - 1)

    def moved(self, by: int) -> "_Epoch":
        return replace(self, start=self.start + by, stop=self.stop + by)


def _opening(signals: GridSignals, spans: StillSpans, start_s: float, config: StrapdownConfig) -> _Epoch | None:
    begins = signals.to_index(start_s)
    oldest = begins - config.longest_before_s * signals.rate_hz
    piece = round(config.still_piece_s * signals.rate_hz)
    # The first movement is told no better than a piece of stillness is long: a stand may reach into it a little.
    ended = np.flatnonzero((spans.start < begins) & (np.minimum(spans.stop, begins) >= oldest))
    if len(ended):
        start, stop = int(spans.start[ended[-1]]), min(int(spans.stop[ended[-1]]), begins)
        return _Epoch(max(start, stop - piece), max(stop, start + 2), "stand")
    length = round(config.walking_s * signals.rate_hz)
    start = begins - length
    return _Epoch(start, begins, "walk") if start >= 0 and not signals.lost[start:begins].any() else None


def _closing(signals: GridSignals, spans: StillSpans, stop_s: float, config: StrapdownConfig) -> _Epoch | None:
    ends = (stop_s - signals.start_s) * signals.rate_hz
    piece = round(config.still_piece_s * signals.rate_hz)
    begun = np.flatnonzero((spans.start >= ends) & (spans.start <= ends + config.longest_after_s * signals.rate_hz))
    if len(begun):
        start, stop = int(spans.start[begun[0]]), int(spans.stop[begun[0]])
        return _Epoch(start, min(stop, start + piece), "stand")
    start = round(ends + config.settle_s * signals.rate_hz)
    stop = start + round(config.walking_s * signals.rate_hz)
    inside = stop <= signals.n_samples and not signals.lost[start:stop].any()
    return _Epoch(start, stop, "walk") if inside else None


def _bias(spans: StillSpans, rate_hz: float, config: StrapdownConfig) -> tuple[Floats, float]:
    """Return the gyroscope's bias and what is unsure of it."""
    length = (spans.stop - spans.start) / rate_hz
    # The tilt at its two ends blurs the bias of a stand by one over its length.
    weight = length**2
    if length.sum() < config.least_bias_s:
        return np.zeros(3), config.no_bias_sd_rad_s
    return np.asarray(weight @ spans.rate_rad_s / weight.sum()), config.bias_sd_rad_s


def _mean_direction(force: Floats, epoch: _Epoch) -> Floats:
    mean = force[epoch.start : epoch.stop].mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9))


@dataclass(frozen=True, slots=True, eq=False)
class _Drift:
    """How the drift of up grows over the samples: share of it that has come, 0 to 1, and how much of it is taken.

    What is unsure of up: at the reference before, by the bias until the drift is complete, at the reference after.
    """

    share: Floats
    taken: float
    opening_sd_rad: float
    drifted_sd_rad: float
    closing_sd_rad: float


def _drift(opening: _Epoch, closing: _Epoch | None, n: int, bias_sd_rad: float, config: StrapdownConfig) -> _Drift:
    sds = {"stand": config.still_sd_rad, "walk": config.walking_sd_rad}
    begins = opening.middle - opening.start
    ends = n - 1.0 if closing is None else closing.middle - opening.start
    share = np.clip((np.arange(n) - begins) / (ends - begins), 0.0, 1.0)
    drifted, opened = bias_sd_rad * (ends - begins), sds[opening.kind]
    if closing is None:
        return _Drift(share, 0.0, opened, drifted, 0.0)
    closed = sds[closing.kind]
    free = opened**2 + drifted**2
    taken = 1.0 if closing.kind == "stand" else free / (free + closed**2)
    return _Drift(share, taken, opened, drifted, closed)


def _hidden_rad(signals: GridSignals, part: slice, config: StrapdownConfig) -> Floats:
    """Return what holes and clipped stretches up to each sample may have hidden of the rotation, (n,)."""
    hidden = (signals.lost | signals.clipped[:, 3:].any(axis=1))[part]
    if not hidden.any():
        return np.zeros(len(hidden))
    usual = float(np.sqrt(np.mean(signals.gyr_rad_s[part] ** 2) * 3.0))
    opens = np.flatnonzero(np.diff(np.concatenate([[False], hidden])) & hidden)
    number = np.cumsum(np.isin(np.arange(len(hidden)), opens)) * hidden
    each = np.bincount(number, minlength=len(opens) + 1)[1:] * config.hidden_share * usual / signals.rate_hz
    # Each of them errs for itself: squares add up.
    squares = np.zeros(len(hidden))
    squares[opens] = each**2
    return np.sqrt(np.cumsum(squares))


def _sd_rad(drift: _Drift, mismatch: float, hidden: Floats, config: StrapdownConfig) -> Floats:
    taken = drift.taken * drift.share
    opened = ((1.0 - taken) * drift.opening_sd_rad) ** 2
    drifted = ((1.0 - drift.taken) * drift.share * drift.drifted_sd_rad) ** 2
    closed = (taken * drift.closing_sd_rad) ** 2
    between = 4.0 * drift.share * (1.0 - drift.share)
    # What was hidden shows in the drift to a stand and is shared out with it: half of it is left, in the middle.
    left = 0.5 * between * hidden[-1] if mismatch > 0.0 else hidden
    uneven = between * config.uneven_share * mismatch
    return np.asarray(np.sqrt(opened + drifted + closed + uneven**2 + left**2))
