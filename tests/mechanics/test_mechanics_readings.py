from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from body_tables import practice, with_segments
from pandas.testing import assert_frame_equal
from session_tables import progressive

from analyzer.drill.stage.stages import fly_contacts
from analyzer.mechanics.findings import findings, judgement
from analyzer.mechanics.readings import unit_of
from analyzer.mechanics.thresholds import load
from analyzer.model import Placement
from analyzer.tables import CONTACTS, RULE_ROWS, RUNS, SCHEMAS, STEPS, STRIDES, check, empty

SHIPPED = load()
HEALTHY = progressive()
TABLE = judgement(HEALTHY).rules


def verdicts(table):
    return table[table["input"] == "verdict"].set_index("rule")


def own(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return load(path)


def test_the_table_fits_its_schema():
    check(RULE_ROWS, TABLE)


def test_every_rule_has_one_verdict_and_each_input_for_each_run():
    for rule in SHIPPED.rules.values():
        rows = TABLE[TABLE["rule"] == rule.name]
        assert (rows["input"] == "verdict").sum() == 1
        assert len(rows) == 1 + 3 * len(rule.inputs)


def test_what_is_said_stands_in_the_table_with_its_number():
    told = verdicts(TABLE)
    for finding in findings(HEALTHY):
        row = told.loc[finding.rule]
        assert row["level"] == finding.level.value
        assert row["n"] == finding.n
        assert (row["value"] == finding.value) or (np.isnan(row["value"]) and np.isnan(finding.value))


def test_a_rule_that_was_silent_says_why_and_what_it_saw():
    row = verdicts(TABLE).loc["first_run_fast"]
    assert (row["level"], row["reason"]) == ("silent", "within_limits")
    assert row["value"] == pytest.approx(72.5, abs=1)
    assert row["low"] < row["value"] < row["high"]
    assert (row["limit_look"], row["limit_fix"]) == (80, 87)


def test_limits_follow_the_wording_of_the_task():
    speed = replace(HEALTHY, plan=replace(HEALTHY.plan, wording="speed"))
    row = verdicts(judgement(speed).rules).loc["first_run_fast"]
    assert (row["limit_look"], row["limit_fix"]) == (62, 70)


def test_limits_on_angles_are_in_the_unit_of_the_value():
    row = verdicts(TABLE).loc["forward_at_speed"]
    assert row["unit"] == "rad"
    assert row["limit_look"] == pytest.approx(np.radians(14))


@pytest.mark.parametrize(
    ("text", "made", "rule", "expected"),
    [
        ("[rules.contrast]\nenabled = false\n", HEALTHY, "contrast", "switched_off"),
        ("", HEALTHY, "forward_at_speed", "no_sensor"),
        ("", HEALTHY, "active_rest", "not_asked"),
        ("", HEALTHY, "fade", "too_few"),
        ("", replace(HEALTHY, placements=(Placement.STERNUM,)), "forward_at_speed", "not_measured"),
        ("", replace(HEALTHY, runs=HEALTHY.runs.assign(turn_rad=1.0)), "heel_first", "turn"),
        ("", replace(HEALTHY, plan=None, runs=HEALTHY.runs.assign(asked_effort_pct=np.nan)), "fade", "no_plan"),
        ("", progressive(speed_m_s=5.9, frequency_hz=1.9), "heel_first", "too_slow"),
    ],
)
def test_each_reason_for_silence_is_told(tmp_path, text, made, rule, expected):
    row = verdicts(judgement(made, own(tmp_path, text)).rules).loc[rule]
    assert (row["level"], row["reason"]) == ("silent", expected)


def test_every_reason_is_one_of_the_data_dictionary():
    meaning = next(column.meaning for column in RULE_ROWS.columns if column.name == "reason")
    assert all(reason in meaning for reason in set(TABLE["reason"]))


def test_too_few_values_are_no_silence():
    made = progressive(n_strides=3)
    row = verdicts(judgement(made).rules).loc["steps_uneven"]
    few = verdicts(judgement(progressive(n_strides=3, quality="gap")).rules)
    assert row["level"] in ("silent", "cannot_tell")
    assert (few.loc["contact_time_trend", "level"], few.loc["contact_time_trend", "reason"]) == (
        "cannot_tell",
        "too_few",
    )


def test_an_input_is_the_mean_of_its_run():
    rows = TABLE[(TABLE["code"] == "R29") & (TABLE["run"] == 3)]
    strides = HEALTHY.strides[(HEALTHY.strides["run"] == 3) & (HEALTHY.strides["phase"] == "fly")]
    assert rows["value"].item() == pytest.approx(strides["foot_strike_angle_rad"].mean())
    assert rows["n"].item() == len(strides)
    assert rows["asked_effort_pct"].item() == 100


def test_contacts_are_those_of_the_fly_phase():
    row = TABLE[(TABLE["code"] == "R21") & (TABLE["run"] == 3)].iloc[0]
    contacts = fly_contacts(HEALTHY.contacts, HEALTHY.strides, HEALTHY.steps)
    assert row["n"] == (contacts["run"] == 3).sum()


def test_an_input_of_the_runs_has_the_uncertainty_that_stands_beside_it():
    row = TABLE[(TABLE["code"] == "R01") & (TABLE["run"] == 3)].iloc[0]
    run = HEALTHY.runs.iloc[2]
    assert row["value"] == run["peak_speed_m_s"]
    assert row["high"] - row["value"] == pytest.approx(1.96 * run["peak_speed_sd_m_s"])


def test_an_input_that_is_not_there_is_missing_not_zero():
    rows = TABLE[TABLE["input"].str.startswith("segments.")]
    assert rows["value"].isna().all()
    assert set(rows["reason"]) == {"missing"}
    assert set(rows["n"]) == {0}


def test_inputs_of_segments_keep_to_their_phase():
    made = with_segments(
        practice((Placement.STERNUM,)), {"trunk_lean_rad": (0.1, 0.1, 0.1)}, {"trunk_lean_rad": [0.6] * 8}
    )
    table = judgement(made).rules
    values = {name: rows["value"].mean() for name, rows in table[table["run"] == 3].groupby("input")}
    assert values["segments.trunk_lean_rad"] == pytest.approx(0.1, abs=0.02)
    assert values["segments.trunk_lean_rad@acceleration"] == pytest.approx(0.6, abs=0.02)


def test_the_same_session_gives_the_same_table():
    assert_frame_equal(judgement(HEALTHY).rules, judgement(progressive()).rules)


def test_findings_do_not_depend_on_the_table():
    assert judgement(HEALTHY).findings == findings(HEALTHY)


def test_a_session_without_runs_has_an_empty_table():
    nothing = replace(HEALTHY, runs=empty(RUNS), contacts=empty(CONTACTS), strides=empty(STRIDES), steps=empty(STEPS))
    assert judgement(nothing).rules.empty


@pytest.mark.parametrize("rule", sorted(SHIPPED.rules))
def test_inputs_name_columns_that_exist(rule):
    tables = {schema.name: schema.names for schema in SCHEMAS}
    for name in SHIPPED.rules[rule].inputs:
        table, _, rest = name.partition(".")
        column = rest.partition("@")[0]
        # Tables of other rooms come and go: what is not there yet is missing in every run, and says so.
        waiting = table == "segments" and table not in tables
        assert waiting or column in tables[table] or column == "lateral_m", name


@pytest.mark.parametrize("schema", [RUNS, STRIDES, STEPS, CONTACTS], ids=lambda schema: schema.name)
def test_units_are_those_of_the_columns_own_tables(schema):
    read = {rest for rule in SHIPPED.rules.values() for rest in rule.inputs}
    for column in schema.columns:
        if f"{schema.name}.{column.name}" in read:
            assert unit_of(column.name) == column.unit


def test_rows_are_ordered_by_code():
    codes = list(pd.unique(TABLE["code"]))
    assert codes == sorted(codes)
