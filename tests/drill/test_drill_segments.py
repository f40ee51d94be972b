"""The table of segments: which cycles, which reasons, how the body speeds up."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analyzer.drill.segments.cycles import Cycles, RunTables, cycles_of
from analyzer.drill.segments.measures import MeasuresConfig, Sensed, measured
from analyzer.drill.segments.push import accelerations_m_s2
from analyzer.drill.segments.table import segment_notices
from analyzer.drill.segments.tilted import Tilted
from analyzer.drill.speed.acceleration import SpeedProfile
from analyzer.gait.foot.landing import FootSwings
from analyzer.model import Athlete, Placement
from analyzer.signal.grid import GridSignals
from analyzer.tables import CONTACTS, SEGMENTS, STEPS, STRIDES, empty

N_STEPS, STEP_S, CONTACT_S = 12, 0.25, 0.12


def rows(schema, n, **columns):
    """Return n rows of a table; numbers that are not given are NaN, words empty."""
    filled = {
        c.name: np.zeros(n, dtype=np.int64) if c.kind == "integer" else [""] * n if c.kind == "string" else np.nan
        for c in schema.columns
    }
    return pd.DataFrame({**filled, **columns}, index=pd.RangeIndex(n))


def tables(sides=("left", "right")) -> RunTables:
    """Return an even run of twelve contacts, of one foot or both."""
    start = STEP_S * np.arange(N_STEPS)
    side = np.array(["left", "right"] * (N_STEPS // 2))
    kept = np.isin(side, sides)
    contacts = rows(CONTACTS, kept.sum(), side=side[kept], initial_contact_s=start[kept], contact_time_s=CONTACT_S)
    both = kept[:-2]
    strides = rows(
        STRIDES,
        both.sum(),
        side=side[:-2][both],
        start_s=start[:-2][both],
        end_s=start[2:][both],
        contact_time_s=CONTACT_S,
        speed_m_s=8.0,
        phase="fly",
        quality="ok",
    )
    steps = empty(STEPS)
    if len(sides) == 2:
        steps = rows(
            STEPS,
            N_STEPS - 1,
            side=side[:-1],
            start_s=start[:-1],
            step_time_s=STEP_S,
            flight_time_s=STEP_S - CONTACT_S,
            speed_m_s=8.0,
            phase="fly",
        )
    return RunTables(contacts, strides, steps)


def unsided() -> RunTables:
    """Return the same run as a pelvis sees it: a stride opens with every contact, of no known side."""
    made = tables()
    contacts, strides = (table.assign(side="unknown") for table in (made.contacts, made.strides))
    return RunTables(contacts, strides, empty(STEPS))


# Cycles


def test_a_sternum_is_asked_step_by_step():
    cycles = cycles_of(Placement.STERNUM, tables())

    assert len(cycles) == N_STEPS - 1
    np.testing.assert_allclose(cycles.end_s - cycles.start_s, STEP_S)
    np.testing.assert_allclose(cycles.contact_time_s, CONTACT_S)
    assert list(cycles.side[:3]) == ["left", "right", "left"]


def test_with_one_foot_a_sternum_is_asked_stride_by_stride():
    cycles = cycles_of(Placement.STERNUM, tables(("left",)))

    np.testing.assert_allclose(cycles.end_s - cycles.start_s, 2 * STEP_S)
    assert set(cycles.side) == {"left"}


@pytest.mark.parametrize("placement", [Placement.LEFT_THIGH, Placement.RIGHT_SHANK, Placement.LEFT_FOOT])
def test_a_limb_is_asked_over_the_strides_of_its_own_foot(placement):
    assert set(cycles_of(placement, tables()).side) == {placement.side}


def test_without_its_own_foot_a_limb_is_asked_over_the_strides_of_the_other():
    assert set(cycles_of(Placement.RIGHT_THIGH, tables(("left",))).side) == {"left"}


@pytest.mark.parametrize("placement", list(Placement))
@pytest.mark.parametrize("made", [tables(), tables(("right",)), unsided()])
def test_cycles_of_a_sensor_never_overlap(placement, made):
    cycles = cycles_of(placement, made)

    assert len(cycles)
    assert np.all(cycles.start_s[1:] >= cycles.end_s[:-1] - 1e-9)


def test_strides_of_no_known_side_are_taken_every_other_one():
    cycles = cycles_of(Placement.LEFT_THIGH, unsided())

    assert len(cycles) == (N_STEPS - 2) // 2


def test_a_run_without_strides_has_no_cycles():
    nothing = RunTables(empty(CONTACTS), empty(STRIDES), empty(STEPS))

    assert all(len(cycles_of(placement, nothing)) == 0 for placement in Placement)


def test_a_stride_takes_the_flight_of_the_step_that_opens_it():
    np.testing.assert_allclose(cycles_of(Placement.LEFT_FOOT, tables()).flight_time_s, STEP_S - CONTACT_S)
    assert np.isnan(cycles_of(Placement.LEFT_FOOT, tables(("left",))).flight_time_s).all()


# How the body speeds up


PROFILE = SpeedProfile(8.0, 1.1, 0.0, np.zeros((3, 3)), 8.0, 0.1, 10, 1.0)


def moving(speed_m_s, phase) -> Cycles:
    made = cycles_of(Placement.STERNUM, tables())
    n = len(phase)
    names = ("start_s", "end_s", "contact_time_s", "flight_time_s", "side", "quality")
    cut = {name: getattr(made, name)[:n] for name in names}
    return replace(made, **cut, speed_m_s=np.asarray(speed_m_s), phase=np.array(phase))


def test_the_profile_tells_how_the_body_speeds_up():
    cycles = moving([np.nan] * 3, ["acceleration"] * 3)

    # The derivative of v = 8 (1 - exp(-t / 1.1)).
    true = 8.0 / 1.1 * np.exp(-cycles.middle_s / 1.1)
    np.testing.assert_allclose(accelerations_m_s2(cycles, PROFILE), true)


def test_while_slowing_the_slope_of_the_speeds_tells_it():
    cycles = moving([8.0, 8.0, 8.0, 7.5, 7.0, 6.5], ["fly"] * 3 + ["deceleration"] * 3)

    found = accelerations_m_s2(cycles, PROFILE)

    np.testing.assert_allclose(found[3:], -0.5 / STEP_S)
    assert np.all(found[:3] > 0.0)


def test_two_speeds_are_no_slope():
    assert np.isnan(accelerations_m_s2(moving([8.0, 7.0, np.nan], ["fly"] * 3), None)).all()


# What is measured


def sensed(placement, cycles, *, swings=None, athlete=None, has_gyroscope=True) -> Sensed:
    n = 1000
    signals = GridSignals(
        placement,
        0.0,
        200.0,
        np.zeros((n, 3)),
        np.zeros((n, 3)),
        np.zeros(n, dtype=bool),
        np.zeros((n, 6), dtype=bool),
        np.nan,
        np.nan,
        has_gyroscope,
    )
    push = np.zeros(len(cycles))
    return Sensed(placement, signals, cycles, Tilted("ok"), push, swings, athlete or Athlete())


def test_without_mass_and_height_there_is_contact_length_but_no_stiffness():
    cycles = cycles_of(Placement.LEFT_FOOT, tables())
    found = measured(sensed(Placement.LEFT_FOOT, cycles), MeasuresConfig())

    np.testing.assert_allclose(found["contact_length_m"], 8.0 * CONTACT_S)
    assert np.isnan(found["vertical_stiffness_n_m"]).all()


def test_stiffness_is_for_the_fly_phase_alone():
    cycles = cycles_of(Placement.LEFT_FOOT, tables())
    phase = np.array(["acceleration", "fly", "fly", "deceleration", "deceleration"])
    runner = Athlete(height_m=1.83, mass_kg=80.0)

    found = measured(sensed(Placement.LEFT_FOOT, replace(cycles, phase=phase), athlete=runner), MeasuresConfig())

    for name in ("vertical_stiffness_n_m", "leg_stiffness_n_m"):
        np.testing.assert_array_equal(np.isfinite(found[name]), phase == "fly")


def test_a_landing_belongs_to_the_contact_that_opens_the_stride_after_it():
    cycles = cycles_of(Placement.LEFT_FOOT, tables())
    times = cycles.start_s
    swings = FootSwings(times[:-1], times[1:], np.arange(4.0), -np.arange(4.0), 0.1 * np.arange(4.0))

    found = measured(sensed(Placement.LEFT_FOOT, cycles, swings=swings), MeasuresConfig())

    # No swing was seen before the first contact, and none after the last.
    np.testing.assert_array_equal(found["foot_speed_before_contact_m_s"], [np.nan, 0.0, 1.0, 2.0, 3.0])
    np.testing.assert_array_equal(found["heel_recovery_rad"], [0.0, -1.0, -2.0, -3.0, np.nan])


def test_a_wrist_without_gyroscope_tells_nothing():
    cycles = cycles_of(Placement.LEFT_WRIST, tables())

    assert measured(sensed(Placement.LEFT_WRIST, cycles, has_gyroscope=False), MeasuresConfig()) == {}


def test_a_thigh_without_a_stand_still_tells_how_fast_it_swings():
    cycles = cycles_of(Placement.LEFT_THIGH, tables())
    still = sensed(Placement.LEFT_THIGH, cycles)
    time_s = still.signals.time_s
    turning = replace(
        still.signals, gyr_rad_s=np.column_stack([0 * time_s, 9.0 * np.sin(4 * np.pi * time_s), 0 * time_s])
    )

    found = measured(replace(still, signals=turning, tilt=Tilted("no_stand")), MeasuresConfig())

    assert set(found) == {"thigh_rate_rad_s"}
    np.testing.assert_allclose(found["thigh_rate_rad_s"], 9.0, rtol=0.01)


# Notices


def segments(**columns) -> pd.DataFrame:
    n = len(columns["run"])
    return rows(SEGMENTS, n, **columns)


def test_what_was_lost_without_a_stand_is_said_once_a_sensor():
    table = segments(run=[1, 1, 2, 2], placement=["sternum"] * 4, reason=["no_stand", "no_stand", "no_stand", "ok"])

    (notice,) = segment_notices(table)

    assert notice.code == "segments.no_stand"
    assert notice.placement is Placement.STERNUM
    assert notice.text == (
        "The angles of the sternum are not told in run 1, 2: no upright stand was seen around the run. "
        "Stand upright and still for two seconds before each run."
    )


@pytest.mark.parametrize(
    ("placement", "reason"),
    [("sternum", "ok"), ("sternum", "gap"), ("left_wrist", "no_stand"), ("left_foot", "slipped")],
)
def test_nothing_is_said_where_nothing_was_lost_or_nothing_can_be_done(placement, reason):
    assert list(segment_notices(segments(run=[1], placement=[placement], reason=[reason]))) == []
