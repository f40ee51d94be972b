"""The virtual athlete: a practice or a steady run with sensors, and the truth about it."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from analyzer.errors import InputError
from analyzer.model import Athlete, Floats, Mark, Placement, Plan, Recording, SensorStream, TimedPayload
from analyzer.units import DISTANCE_UNITS_M
from analyzer.virtual.body import SITES
from analyzer.virtual.faults import faulty_styles
from analyzer.virtual.imu import felt
from analyzer.virtual.pose import Pose
from analyzer.virtual.practice import ScriptConfig, play, play_steady
from analyzer.virtual.programme import needs_reel, stage
from analyzer.virtual.radio import broadcast
from analyzer.virtual.reel import Reel, poses_of
from analyzer.virtual.reel_truth import cue_marks, reel_truth
from analyzer.virtual.runner import draw_runner
from analyzer.virtual.scenarios import Scenario, scenario_of
from analyzer.virtual.scene import Scene
from analyzer.virtual.seeds import generator
from analyzer.virtual.sensor import Mount, SensorModel, Trace, draw_mount, sense
from analyzer.virtual.shock import ring
from analyzer.virtual.truth import Truth, truth_of
from analyzer.virtual.wearing import labelled, mounted, switched

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

OTHER_SEED, OTHER_LATER_S = 1000, 0.9
"""The other athlete of a mix-up: another seed, and a little later on his way."""

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
    scene : Scene or Reel
        The motion behind it.
    marks : tuple of Mark
        Start signals, on the host's clock.
    """

    plan: Plan | None
    athlete: Athlete
    scenario: Scenario
    seed: int
    truth: Truth
    traces: Mapping[Placement, Trace]
    mounts: Mapping[Placement, Mount]
    model: SensorModel
    scene: Scene | Reel
    marks: tuple[Mark, ...] = ()

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
        return Recording(streams, self.plan, self.athlete, self.marks, simulated=True, source=source)

    def motion(self, placement: Placement) -> Motion:
        """Return the true motion of a sensor, free of all errors."""
        rate_hz = motion_rate(self.model)
        time_s = np.arange(0.0, self.duration_s, 1.0 / rate_hz)
        pose = poses_of(self.scene, [placement], time_s)[placement]
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
    scenario: str | Scenario = "clean",
    seed: int = 0,
    plan: Plan | None = None,
    placements: Sequence[Placement] = DEMO_PLACEMENTS,
    model: SensorModel | None = None,
    script: ScriptConfig | None = None,
) -> VirtualPractice:
    """Return a whole practice of one virtual athlete: stand, run, walk back, rest, again; or what a scenario asks.

    Parameters
    ----------
    scenario : str or Scenario
        A key of `SCENARIOS`, or one of your own.
    seed : int
        Everything random follows from it: the same seed gives the same bytes.
    plan : Plan, optional
        That of the scenario unless given; 50, 75 and 100 % over 20 yards where it has none.
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
    chosen = scenario if isinstance(scenario, Scenario) else scenario_of(scenario)
    script = script or ScriptConfig()
    plan = plan or chosen.plan or Plan.progressive()
    practice = _practice(chosen, seed, plan, (placements, model or SensorModel()), script)
    if not chosen.wear.other_athlete:
        return practice
    later = replace(script, first_stand_s=script.first_stand_s + OTHER_LATER_S)
    other = _practice(chosen, seed + OTHER_SEED, plan, (placements, practice.model), later)
    return _mixed(practice, other, chosen.wear.other_athlete)


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
    scenario: str | Scenario = "clean",
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
    chosen = scenario if isinstance(scenario, Scenario) else scenario_of(scenario)
    # Who runs so for long runs as he does at full effort.
    style = faulty_styles(chosen.faults, (100.0,), chosen.style)[0]
    scene = play_steady(speed_m_s, duration_s, chosen.runner or draw_runner(seed), style, seed)
    return _equipped(chosen, scene, truth_of(scene, []), None, placements, model or SensorModel())


def motion_rate(model: SensorModel) -> float:
    """Return the rate at which the motion behind a sensor is sampled."""
    return max(MIN_MOTION_RATE_HZ, MOTION_RATES_PER_SAMPLE * model.rate_hz)


def _practice(
    chosen: Scenario, seed: int, plan: Plan, sensors: tuple[Sequence[Placement], SensorModel], script: ScriptConfig
) -> VirtualPractice:
    # The runner hangs on the seed alone: one athlete goes through all scenarios.
    runner = chosen.runner or draw_runner(seed)
    if not chosen.faults and not needs_reel(plan, chosen.habits):
        scene, runs = play(plan, runner, chosen.style, seed, script)
        return _equipped(chosen, scene, truth_of(scene, runs), plan, *sensors)
    styles = faulty_styles(chosen.faults, [run.effort_pct for run in plan.runs], chosen.style)
    # A fault belongs to runs; what the athlete does between them, and runs that nobody planned, stay as they are.
    reel, done = stage(plan, runner, styles if chosen.faults else chosen.style, seed, chosen.habits, script)
    practice = _equipped(chosen, reel, reel_truth(reel, done), plan, *sensors)
    return replace(practice, marks=cue_marks(reel, done))


def _mixed(practice: VirtualPractice, other: VirtualPractice, worn: Sequence[str]) -> VirtualPractice:
    """Return a practice in which some sensors are those of another, with the contacts of either foot as they were."""
    borrowed = [placement for placement in practice.traces if placement.value in worn]
    sides = [placement.side for placement in borrowed]
    traces = {**practice.traces, **{placement: other.traces[placement] for placement in borrowed}}
    mounts = {**practice.mounts, **{placement: other.mounts[placement] for placement in borrowed}}
    tables = []
    for name, order in (("contacts", "toe_off_s"), ("strides", "start_s")):
        own, lent = getattr(practice.truth, name), getattr(other.truth, name)
        both = pd.concat([own[~own["side"].isin(sides)], lent[lent["side"].isin(sides)]])
        tables.append(both.sort_values(order, ignore_index=True))
    truth = replace(practice.truth, contacts=tables[0], strides=tables[1])
    return replace(practice, truth=truth, traces=MappingProxyType(traces), mounts=MappingProxyType(mounts))


def _equipped(
    scenario: Scenario,
    scene: Scene | Reel,
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
    poses = poses_of(scene, worn, time_s)
    mounts, traces = {}, {}
    for placement in worn:
        site = SITES[placement.segment]
        mount = draw_mount(scene.seed, placement.value, site.tilt_rad, any_mounting=scenario.any_mounting)
        mount = mounted(mount, placement, scenario.wear)
        motion = _motion(scene, placement, poses[placement], mount, time_s)
        # A stream per sensor: wearing one more changes nothing on the others.
        draw = generator(scene.seed, "sensor", placement.value)
        mounts[placement] = mount
        trace = sense((motion.acc_m_s2, motion.gyr_rad_s), 0.0, rate_hz, mount, model, draw)
        traces[placement] = switched(trace, placement, scenario.wear, scene.duration_s)
    return VirtualPractice(
        plan,
        scene.runner.athlete(),
        scenario,
        scene.seed,
        truth,
        MappingProxyType(labelled(traces, scenario.wear)),
        MappingProxyType(mounts),
        model,
        scene,
    )


def _motion(scene: Scene | Reel, placement: Placement, pose: Pose, mount: Mount, time_s: Floats) -> Motion:
    site = SITES[placement.segment]
    # Levers are written for the left side; on the midline their y is 0.
    outward = -1.0 if placement.side == "right" else 1.0
    shake_m, ringing = ring(scene, placement.side, site.modes, pose, time_s)
    # Shaking goes through the lever and is differentiated like all other motion.
    lever_m = np.array(site.lever_m) * (1.0, outward, 1.0) + mount.shift_m + shake_m
    rate_hz = 1.0 / float(time_s[1] - time_s[0])
    acc, gyr = felt(ringing, lever_m, rate_hz)
    return Motion(time_s, ringing, lever_m, acc, gyr)
