"""What a real sensor makes of what it feels: mounting, clipping, filter, bias, noise, counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt, sosfilt_zi
from scipy.spatial.transform import Rotation

from analyzer.model import Floats
from analyzer.units import G_M_S2
from analyzer.virtual.seeds import generator

__all__ = ["Counts", "Mount", "SensorModel", "Trace", "draw_mount", "sense"]

Counts = NDArray[np.int16]
FULL_COUNTS = 32767
"""Largest count of a 16-bit converter, used in both directions."""


@dataclass(frozen=True, slots=True)
class SensorModel:
    """A common inertial sensor; figures are typical of current phone-class parts.

    Attributes
    ----------
    rate_hz : float
        Nominal output rate.
    acc_range_m_s2, gyr_range_rad_s : float
        Full scales.
    cutoff_share : float
        Corner of the sensor's own low-pass, in output rates.
    gyr_noise_rad_s_rthz, acc_noise_m_s2_rthz : float
        Noise densities.
    gyr_bias_rad_s, acc_bias_m_s2 : float
        Standard deviations of the constant offsets.
    scale_error : float
        Standard deviation per axis.
    cross_axis : float
        Standard deviation of each leak from axis to axis.
    rate_error : float
        Largest deviation of the true from the nominal rate.
    clock_drift : float
        Standard deviation of the clock's rate error.
    """

    rate_hz: float = 200.0
    acc_range_m_s2: float = 16 * G_M_S2
    gyr_range_rad_s: float = float(np.radians(2000.0))
    cutoff_share: float = 0.40
    gyr_noise_rad_s_rthz: float = float(np.radians(0.007))
    acc_noise_m_s2_rthz: float = 160e-6 * G_M_S2
    gyr_bias_rad_s: float = float(np.radians(0.5))
    acc_bias_m_s2: float = 0.010 * G_M_S2
    scale_error: float = 0.004
    cross_axis: float = 0.005
    rate_error: float = 0.01
    clock_drift: float = 20e-6

    @property
    def acc_scale_m_s2(self) -> float:
        """Acceleration of one count."""
        return self.acc_range_m_s2 / FULL_COUNTS

    @property
    def gyr_scale_rad_s(self) -> float:
        """Angular rate of one count."""
        return self.gyr_range_rad_s / FULL_COUNTS

    @property
    def cutoff_hz(self) -> float:
        """Corner of the sensor's own low-pass."""
        return self.cutoff_share * self.rate_hz

    @property
    def filter_delay_s(self) -> float:
        """Delay of slow signals in that filter, a second-order Butterworth."""
        # Group delay of 1 / (s^2 + sqrt(2) s + 1) at s = 0 is sqrt(2), over the corner in rad/s.
        return float(np.sqrt(2.0) / (2 * np.pi * self.cutoff_hz))


@dataclass(frozen=True, slots=True, eq=False)
class Mount:
    """How a sensor is worn.

    Attributes
    ----------
    segment_from_sensor : (3, 3) float array
        Turns sensor vectors into the segment's frame.
    shift_m : (3,) float array
        Off its nominal place.
    """

    segment_from_sensor: Floats
    shift_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What one sensor sampled.

    Attributes
    ----------
    time_s : (n,) float array
        True times.
    period_s : float
        True sample period.
    counts : (n, 6) int16 array
        Accelerometer x, y, z, gyroscope x, y, z.
    """

    time_s: Floats
    period_s: float
    counts: Counts


def draw_mount(seed: int, name: str, tilt_rad: float, *, any_mounting: bool) -> Mount:
    """Return how a sensor is worn: as told within about 6 degrees and 1 cm, or turned at random.

    Parameters
    ----------
    seed : int
    name : str
        Of the placement.
    tilt_rad : float
        Nominal pitch of the sensor on its segment.
    any_mounting : bool
    """
    draw = generator(seed, "mount", name)
    slip = Rotation.from_rotvec(draw.normal(0.0, 0.10, 3))
    # Drawn before the choice: the shift is the same however the sensor is turned.
    shift_m = draw.normal(0.0, 0.008, 3)
    turn = Rotation.random(rng=draw) if any_mounting else Rotation.from_rotvec([0.0, -tilt_rad, 0.0]) * slip
    return Mount(np.asarray(turn.as_matrix()), shift_m)


def sense(
    felt: tuple[Floats, Floats],
    start_s: float,
    motion_rate_hz: float,
    mount: Mount,
    model: SensorModel,
    draw: np.random.Generator,
) -> Trace:
    """Return what a sensor samples.

    Parameters
    ----------
    felt : two (n, 3) float arrays
        Specific force and angular rate in the segment's frame, evenly sampled.
    start_s : float
        Time of the first of them.
    motion_rate_hz : float
        Their rate, several times that of the sensor.
    mount : Mount
    model : SensorModel
    draw : numpy.random.Generator
        Of this sensor.

    Returns
    -------
    Trace
        Clipped first and then filtered, as in the part: clipped samples lie a little below full scale.
    """
    n = felt[0].shape[0]
    period_s = (1.0 + float(draw.uniform(-model.rate_error, model.rate_error))) / model.rate_hz
    first_s = start_s + float(draw.uniform(0.0, period_s))
    time_s = np.arange(first_s, start_s + (n - 1) / motion_rate_hz, period_s)
    gain, offset, noise = _errors(model, draw)
    limits = np.repeat([model.acc_range_m_s2, model.gyr_range_rad_s], 3)
    # Rows times R are the transpose of R times vectors: from segment to sensor axes.
    turned = np.hstack([signal @ mount.segment_from_sensor for signal in felt])
    seen = np.clip(turned @ gain.T + offset, -limits, limits)
    sections = butter(2, model.cutoff_hz, fs=motion_rate_hz, output="sos")
    # Settled on the first sample; from zero it would ring through the first stand.
    settled = sosfilt_zi(sections)[:, :, None] * seen[0]
    smooth, _ = sosfilt(sections, seen, axis=0, zi=settled)
    place = (time_s - start_s) * motion_rate_hz
    # The last time may fall on the last motion sample, which has no right neighbour.
    at = np.minimum(place.astype(int), n - 2)
    rest = (place - at)[:, None]
    sampled = smooth[at] * (1 - rest) + smooth[at + 1] * rest
    sampled += noise * draw.standard_normal(sampled.shape)
    scales = np.repeat([model.acc_scale_m_s2, model.gyr_scale_rad_s], 3)
    counts = np.clip(np.rint(sampled / scales), -FULL_COUNTS, FULL_COUNTS).astype(np.int16)
    return Trace(time_s, period_s, counts)


def _errors(model: SensorModel, draw: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return gain matrix, offsets and noise of the six channels."""
    gain = np.zeros((6, 6))
    for block in (slice(0, 3), slice(3, 6)):
        gain[block, block] = draw.normal(0.0, model.cross_axis, (3, 3))
    np.fill_diagonal(gain, 1.0 + draw.normal(0.0, model.scale_error, 6))
    offset = draw.standard_normal(6) * np.repeat([model.acc_bias_m_s2, model.gyr_bias_rad_s], 3)
    # White noise up to half the output rate: density times the root of that bandwidth.
    bandwidth = np.sqrt(model.rate_hz / 2)
    noise = np.repeat([model.acc_noise_m_s2_rthz, model.gyr_noise_rad_s_rthz], 3) * bandwidth
    return gain, offset, noise
