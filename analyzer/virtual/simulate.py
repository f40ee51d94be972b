"""The virtual athlete: a practice or a steady run with sensors, and the truth about it."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from analyzer.errors import InputError
from analyzer.model import Athlete, Floats, Placement, Plan, Recording, SensorStream, TimedPayload
from analyzer.units import DISTANCE_UNITS_M
from analyzer.virtual.body import SITES, segment_poses
from analyzer.virtual.imu import felt
from analyzer.virtual.pose import Pose
from analyzer.virtual.practice import ScriptConfig, play, play_steady
from analyzer.virtual.radio import broadcast
from analyzer.virtual.runner import draw_runner
from analyzer.virtual.scenarios import Scenario, scenario_of
from analyzer.virtual.scene import Scene
from analyzer.virtual.seeds import generator
from analyzer.virtual.sensor import Mount, SensorModel, Trace, draw_mount, sense
from analyzer.virtual.shock import ring
from analyzer.virtual.truth import Truth, truth_of

__all__ = ["DEMO_PLACEMENTS", "Motion", "VirtualPractice", "sample_practice", "simulate", "steady"]

DEMO_PLACEMENTS = (
    Placement.LEFT_FOOT,
    Placement.RIGHT_FOOT,
    Placement.PELVIS,
    Placement.STERNUM,
    Placement.RIGHT_WRIST,
    Placement.RIGHT_THIGH,
)
"""Six sensors that see all the analyzer can say anything about."""

# As good as any other, but the sample data in the repository belong to it.
SAMPLE_SEED = 7
SAMPLE_DISTANCE_M = 15 * DISTANCE_UNITS_M["yd"]

MIN_MOTION_RATE_HZ = 1600.0
MOTION_RATES_PER_SAMPLE = 3
"""The motion is sampled at least so densely; landing shocks reach up to about 100 Hz."""


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """The true motion of one sensor and what an ideal sensor would feel there.

    Attributes
    ----------
    time_s : (n,) float array
        Evenly spaced.
    pose : Pose
        Of the segment, with the sensor's pitching after landings in it.
    lever_m : (n, 3) float array
        Of the sensor from the segment's origin, in the segment's frame.
    acc_m_s2, gyr_rad_s : (n, 3) float array
        In the segment's frame.
    """

    time_s: Floats
    pose: Pose
    lever_m: Floats
    acc_m_s2: Floats
    gyr_rad_s: Floats


@dataclass(frozen=True, slots=True, eq=False)
class VirtualPractice:
    """A simulated recording and the truth about it.

    Attributes
    ----------
    plan : Plan or None
        None for steady running.
    athlete : Athlete
        What a coach would know.
    scenario : Scenario
    seed : int
    truth : Truth
    traces : mapping of Placement to Trace
        What each sensor sampled.
    mounts : mapping of Placement to Mount
        How it was worn: truth too.
    model : SensorModel
    scene : Scene
        The motion behind it.
    """

    plan: Plan | None
    athlete: Athlete
    scenario: Scenario
    seed: int
    truth: Truth
    traces: Mapping[Placement, Trace]
    mounts: Mapping[Placement, Mount]
    model: SensorModel
    scene: Scene

    @property
    def duration_s(self) -> float:
        """Length of the recording."""
        return self.scene.duration_s

    def payloads(self) -> Iterator[TimedPayload]:
        """Yield what a host would receive from all sensors, in order of arrival."""
        streams = [
            broadcast(placement, trace, self.model, self.scenario.link, generator(self.seed, "radio", placement.value))
            for placement, trace in self.traces.items()
        ]
        # Each stream is in order of arrival already, so merging keeps nothing in memory.
        yield from heapq.merge(*streams, key=lambda payload: payload.received_s)

    def recording(self) -> Recording:
        """Return the samples as if read out by wire: no radio, no loss, every sensor on the true clock."""
        streams = {placement: self._stream(placement, trace) for placement, trace in self.traces.items()}
        source = {"kind": "virtual", "scenario": self.scenario.name, "seed": str(self.seed)}
        return Recording(streams, self.plan, self.athlete, simulated=True, source=source)

    def motion(self, placement: Placement) -> Motion:
        """Return the true motion of a sensor, free of all errors."""
        rate_hz = motion_rate(self.model)
        time_s = np.arange(0.0, self.duration_s, 1.0 / rate_hz)
        pose = segment_poses(self.scene, [placement], time_s)[placement]
        return _motion(self.scene, placement, pose, self.mounts[placement], time_s)

    def _stream(self, placement: Placement, trace: Trace) -> SensorStream:
        signals = {
            "time_s": trace.time_s,
            "acc_m_s2": trace.counts[:, :3] * self.model.acc_scale_m_s2,
            "gyr_rad_s": trace.counts[:, 3:] * self.model.gyr_scale_rad_s,
            "acc_range_m_s2": self.model.acc_range_m_s2,
            "gyr_range_rad_s": self.model.gyr_range_rad_s,
        }
        return SensorStream.from_arrays(placement, signals)


def simulate(
    scenario: str = "clean",
    seed: int = 0,
    plan: Plan | None = None,
    placements: Sequence[Placement] = DEMO_PLACEMENTS,
    model: SensorModel | None = None,
    script: ScriptConfig | None = None,
) -> VirtualPractice:
    """Return a whole practice of one virtual athlete: stand, run, walk back, rest, again.

    Parameters
    ----------
    scenario : str
        A key of `SCENARIOS`.
    seed : int
        Everything random follows from it: the same seed gives the same bytes.
    plan : Plan, optional
        50, 75 and 100 % over 20 yards unless given.
    placements : sequence of Placement
        Sensors worn.
    model : SensorModel, optional
        The sensors: rate, ranges, errors.
    script : ScriptConfig, optional
        Stands and rests between the runs.

    Returns
    -------
    VirtualPractice

    Raises
    ------
    InputError
        Unknown scenario, no placement.
    """
    chosen = scenario_of(scenario)
    plan = plan or Plan.progressive()
    # The runner hangs on the seed alone: one athlete goes through all scenarios.
    scene, runs = play(plan, draw_runner(seed), chosen.style, seed, script)
    return _equipped(chosen, scene, truth_of(scene, runs), plan, placements, model or SensorModel())


def sample_practice() -> VirtualPractice:
    """Return the short practice of the sample data: 50, 75 and 100 % over 15 yards, a sensor on each foot."""
    return simulate(
        seed=SAMPLE_SEED,
        plan=Plan.progressive(SAMPLE_DISTANCE_M),
        placements=(Placement.LEFT_FOOT, Placement.RIGHT_FOOT),
        # Short stands and a brisk way back keep the files small.
        script=ScriptConfig(first_stand_s=4.0, rest_stand_s=4.0, last_stand_s=1.5, walk_speed_m_s=1.7),
    )


def steady(
    speed_m_s: float,
    duration_s: float = 10.0,
    seed: int = 0,
    scenario: str = "clean",
    placements: Sequence[Placement] = DEMO_PLACEMENTS,
    model: SensorModel | None = None,
) -> VirtualPractice:
    """Return a recording from the middle of a run at one speed, as on a treadmill.

    Parameters
    ----------
    speed_m_s : float
        2.5 to 10; the athlete is able to run it.
    duration_s : float
    seed, scenario, placements, model
        As for `simulate`.

    Raises
    ------
    InputError
        Speed out of range, unknown scenario, no placement.
    """
    if not 2.5 <= speed_m_s <= 10.0:
        raise InputError(f"steady running is made from 2.5 to 10 m/s, got {speed_m_s}")
    chosen = scenario_of(scenario)
    scene = play_steady(speed_m_s, duration_s, draw_runner(seed), chosen.style, seed)
    return _equipped(chosen, scene, truth_of(scene, []), None, placements, model or SensorModel())


def motion_rate(model: SensorModel) -> float:
    """Return the rate at which the motion behind a sensor is sampled."""
    return max(MIN_MOTION_RATE_HZ, MOTION_RATES_PER_SAMPLE * model.rate_hz)


def _equipped(
    scenario: Scenario,
    scene: Scene,
    truth: Truth,
    plan: Plan | None,
    placements: Sequence[Placement],
    model: SensorModel,
) -> VirtualPractice:
    """Return the practice with sensors worn and read."""
    worn = [placement for placement in placements if not scenario.only or placement.value in scenario.only]
    if not worn:
        raise InputError(f"no sensor is worn: scenario {scenario.name!r} keeps only {', '.join(scenario.only)}")
    rate_hz = motion_rate(model)
    time_s = np.arange(0.0, scene.duration_s, 1.0 / rate_hz)
    # All at once, as segments share what they hang on.
    poses = segment_poses(scene, worn, time_s)
    mounts, traces = {}, {}
    for placement in worn:
        site = SITES[placement.segment]
        mount = draw_mount(scene.seed, placement.value, site.tilt_rad, any_mounting=scenario.any_mounting)
        motion = _motion(scene, placement, poses[placement], mount, time_s)
        # A stream per sensor: wearing one more changes nothing on the others.
        draw = generator(scene.seed, "sensor", placement.value)
        mounts[placement] = mount
        traces[placement] = sense((motion.acc_m_s2, motion.gyr_rad_s), 0.0, rate_hz, mount, model, draw)
    return VirtualPractice(
        plan,
        scene.runner.athlete(),
        scenario,
        scene.seed,
        truth,
        MappingProxyType(traces),
        MappingProxyType(mounts),
        model,
        scene,
    )


def _motion(scene: Scene, placement: Placement, pose: Pose, mount: Mount, time_s: Floats) -> Motion:
    site = SITES[placement.segment]
    # Levers are written for the left side; on the midline their y is 0.
    outward = -1.0 if placement.side == "right" else 1.0
    shake_m, ringing = ring(scene, placement.side, site.modes, pose, time_s)
    # Shaking goes through the lever and is differentiated like all other motion.
    lever_m = np.array(site.lever_m) * (1.0, outward, 1.0) + mount.shift_m + shake_m
    rate_hz = 1.0 / float(time_s[1] - time_s[0])
    acc, gyr = felt(ringing, lever_m, rate_hz)
    return Motion(time_s, ringing, lever_m, acc, gyr)
