"""The tables that leave the analyzer hold to their schemas."""

import re

import numpy as np
import pandas as pd
import pytest

from analyzer.errors import TableError
from analyzer.tables import (
    CONTACTS,
    RUNS,
    SCHEMAS,
    STAGE_METRICS,
    STAGES,
    STEPS,
    STRIDES,
    build,
    check,
    data_dictionary,
    empty,
)

PUBLISHED = {
    CONTACTS: "run side initial_contact_s toe_off_s contact_time_s initial_contact_sd_s toe_off_sd_s quality",
    STRIDES: "run side start_s end_s stride_time_s stride_frequency_hz contact_time_s swing_time_s duty_factor "
    "stride_length_m stride_length_sd_m speed_m_s length_source phase foot_strike_angle_rad quality",
    STEPS: "run side start_s step_time_s flight_time_s step_frequency_hz step_length_m speed_m_s phase",
    RUNS: "run asked_effort_pct assignment_confidence direction start_s stop_s deceleration_start_s distance_m "
    "peak_speed_m_s peak_speed_sd_m_s achieved_pct achieved_reference achieved_of_best_pct best_reference "
    "step_frequency_hz stride_length_m contact_time_s flight_time_s duty_factor "
    "rest_before_s rest_mode reaction_time_s reaction_time_sd_s cue_delay start_flag n_contacts received_pct quality",
}
"""Columns others rely on: none of them may go or change its place against the others."""

SUFFIX_OF_UNIT = {"s": "_s", "Hz": "_hz", "m": "_m", "m/s": "_m_s", "rad": "_rad", "%": "_pct"} | {
    "N/kg": "_n_kg",
    "W/kg": "_w_kg",
    "N/m": "_n_m",
    "rad/s": "_rad_s",
}


def every_column():
    return [pytest.param(column, id=f"{schema.name}.{column.name}") for schema in SCHEMAS for column in schema.columns]


@pytest.mark.parametrize("schema", PUBLISHED, ids=lambda schema: schema.name)
def test_published_columns_stay_in_their_order(schema):
    published = PUBLISHED[schema].split()
    assert [name for name in schema.names if name in published] == published


def test_stages_hold_every_metric_with_its_interval():
    metrics = [*STAGE_METRICS, "speed_gain_pct", "speed_gain_frequency_share"]
    with_ends = [f"{metric}{end}" for metric in metrics for end in ("", "_low", "_high")]
    assert STAGES.names == ["asked_effort_pct", "n_runs", "n_contacts", *with_ends]


@pytest.mark.parametrize("column", every_column())
def test_the_name_of_a_column_carries_its_unit(column):
    if column.unit in SUFFIX_OF_UNIT:
        assert re.sub("_(low|high)$", "", column.name).endswith(SUFFIX_OF_UNIT[column.unit])
    else:
        assert column.unit in {"", "1"}
        assert not column.name.endswith(("_deg", "_ms"))


@pytest.mark.parametrize("column", every_column())
def test_every_column_says_what_it_means(column):
    assert column.meaning


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_no_name_leaves_steps_and_strides_open(schema):
    assert not {"cadence", "frequency", "frequency_hz", "length_m"} & set(schema.names)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_an_empty_table_fits_its_schema(schema):
    table = empty(schema)
    assert list(table.columns) == schema.names
    assert len(check(schema, table)) == 0


def step_columns(n: int = 2) -> dict:
    numbers = dict.fromkeys(STEPS.names, np.arange(float(n)))
    return numbers | {"run": list(range(n)), "side": ["left"] * n, "phase": ["fly"] * n}


def test_columns_may_come_in_any_order():
    backward = dict(reversed(step_columns().items()))
    pd.testing.assert_frame_equal(build(STEPS, backward), build(STEPS, step_columns()))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cadence": [1.0, 2.0]}, "cadence"),
        ({"run": [1]}, "steps"),
        ({"speed_m_s": ["fast", "slow"]}, "steps"),
        ({"run": [1.5, 2.0]}, "steps"),
    ],
    ids=["unknown", "too few runs", "text", "half a run"],
)
def test_a_column_that_does_not_fit_is_refused(changes, message):
    with pytest.raises(TableError, match=message):
        build(STEPS, step_columns() | changes)


def test_a_missing_column_is_named():
    columns = step_columns()
    del columns["phase"]
    with pytest.raises(TableError, match="phase"):
        build(STEPS, columns)


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda table: table[table.columns[::-1]],
        lambda table: table.assign(speed_m_s=table["speed_m_s"].astype("float32")),
        lambda table: table.iloc[[1, 2, 0]],
        lambda table: table.set_index("side", drop=False),
        lambda table: table.drop(columns="side"),
    ],
    ids=["order of columns", "kind", "order of rows", "index", "column gone"],
)
def test_a_table_that_was_changed_no_longer_passes(spoilt):
    with pytest.raises(TableError, match="steps"):
        check(STEPS, spoilt(build(STEPS, step_columns(3))))


def test_the_data_dictionary_tells_of_every_column():
    told = {(table, row["name"]) for table, rows in data_dictionary().items() for row in rows}
    assert told == {(schema.name, name) for schema in SCHEMAS for name in schema.names}
