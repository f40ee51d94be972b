"""The tables that leave the analyzer: columns, units and meaning.

Flat columns, RangeIndex, SI units in the names. NaN where undefined; a `quality` or `_source` column says why.
"""

from collections.abc import Mapping

from analyzer.schema import Column, Schema, build, check, empty

__all__ = [
    "CONTACTS",
    "RULE_ROWS",
    "RUNS",
    "SCHEMAS",
    "SEGMENTS",
    "STAGES",
    "STAGE_CHANGES",
    "STAGE_METRICS",
    "STAGE_METRIC_ROWS",
    "STEPS",
    "STRIDES",
    "Column",
    "Schema",
    "build",
    "check",
    "data_dictionary",
    "empty",
]

_RUN = Column("run", "integer", "1", "number of the run, from 1, in order of time")
_SIDE = Column("side", "string", "", "left, right or unknown")
_PHASE = Column("phase", "string", "", "acceleration, fly (at least 90 % of the run's peak speed) or deceleration")
_QUALITY = Column(
    "quality",
    "string",
    "",
    "ok, gap (touches lost samples), clipped (sensor at its limit), edge (cut by the window)",
)

CONTACTS = Schema(
    "contacts",
    (
        _RUN,
        _SIDE,
        Column("initial_contact_s", "float", "s", "first instant the foot is on the ground"),
        Column("toe_off_s", "float", "s", "last instant the foot is on the ground; NaN if not seen"),
        Column("contact_time_s", "float", "s", "toe-off minus initial contact"),
        Column("initial_contact_sd_s", "float", "s", "standard uncertainty of the initial contact"),
        Column("toe_off_sd_s", "float", "s", "standard uncertainty of the toe-off"),
        _QUALITY,
    ),
)

STRIDES = Schema(
    "strides",
    (
        _RUN,
        _SIDE,
        Column("start_s", "float", "s", "initial contact that opens the stride"),
        Column("end_s", "float", "s", "next initial contact of the same foot"),
        Column("stride_time_s", "float", "s", "end minus start: two steps"),
        Column("stride_frequency_hz", "float", "Hz", "1 / stride time"),
        Column("contact_time_s", "float", "s", "of the contact that opens the stride"),
        Column("swing_time_s", "float", "s", "stride time minus contact time"),
        Column("duty_factor", "float", "1", "contact time / stride time"),
        Column("stride_length_m", "float", "m", "horizontal way of the foot in one stride: two steps"),
        Column("stride_length_sd_m", "float", "m", "standard uncertainty of the stride length"),
        Column("speed_m_s", "float", "m/s", "stride length / stride time"),
        Column("length_source", "string", "", "measured, anchored (known distance or time), estimated, or none"),
        _PHASE,
        Column(
            "foot_strike_angle_rad",
            "float",
            "rad",
            "foot pitch at contact against the stand, toe up positive",
        ),
        _QUALITY,
    ),
)

STEPS = Schema(
    "steps",
    (
        _RUN,
        Column("side", "string", "", "foot whose initial contact opens the step"),
        Column("start_s", "float", "s", "initial contact that opens the step"),
        Column("step_time_s", "float", "s", "to the next initial contact of the other foot"),
        Column("flight_time_s", "float", "s", "toe-off to the next initial contact of the other foot"),
        Column("step_frequency_hz", "float", "Hz", "1 / step time"),
        Column("step_length_m", "float", "m", "speed times step time"),
        Column("speed_m_s", "float", "m/s", "of the strides around the step"),
        _PHASE,
    ),
)

RUNS = Schema(
    "runs",
    (
        _RUN,
        Column("asked_effort_pct", "float", "%", "effort asked for; NaN without a plan"),
        Column(
            "assignment_confidence",
            "float",
            "1",
            "probability that this was asked as it is taken for, or not in the plan; NaN without a plan",
        ),
        Column("direction", "string", "", "forward, backward, lateral_left, lateral_right or unknown"),
        Column("manner", "string", "", "of a sideways run: shuffle, crossover or unknown; else none"),
        Column("turn_rad", "float", "rad", "change of the heading in a turn, left positive; NaN for a straight run"),
        Column("turn_radius_m", "float", "m", "radius of the middle half of the turn; NaN without one"),
        Column("turn_speed_in_m_s", "float", "m/s", "speed where the turn begins; NaN without one"),
        Column("turn_speed_out_m_s", "float", "m/s", "speed where the turn ends; NaN without one"),
        Column("start_s", "float", "s", "first movement"),
        Column("start_sd_s", "float", "s", "standard uncertainty of the first movement; NaN where it was not seen"),
        Column("stop_s", "float", "s", "last toe-off, or the end of running"),
        Column("deceleration_start_s", "float", "s", "onset of slowing; NaN if the run has none"),
        Column("distance_m", "float", "m", "planned distance where the run fits a plan, else way covered at speed"),
        Column(
            "peak_speed_m_s",
            "float",
            "m/s",
            "mean of the three fastest strides before slowing, after a running median of three",
        ),
        Column("peak_speed_sd_m_s", "float", "m/s", "standard uncertainty of the peak speed"),
        Column("mid_run_speed_m_s", "float", "m/s", "speed of the profile at half the distance"),
        Column("mid_run_speed_sd_m_s", "float", "m/s", "standard uncertainty of the mid-run speed"),
        Column("time_to_distance_s", "float", "s", "first movement to the mark at the distance, from the profile"),
        Column("time_to_distance_sd_s", "float", "s", "standard uncertainty of the time to the distance"),
        Column("tau_s", "float", "s", "time constant of the speed profile"),
        Column("tau_sd_s", "float", "s", "standard uncertainty of the time constant"),
        Column("v_max_m_s", "float", "m/s", "extrapolated top speed; NaN unless the run was maximal and tells it"),
        Column("v_max_sd_m_s", "float", "m/s", "standard uncertainty of the top speed"),
        Column("f0_n_kg", "float", "N/kg", "model estimate: horizontal force at rest; NaN like the top speed"),
        Column("f0_sd_n_kg", "float", "N/kg", "standard uncertainty of that force, within the model"),
        Column("v0_m_s", "float", "m/s", "model estimate: speed at which no force is left; NaN like the top speed"),
        Column("v0_sd_m_s", "float", "m/s", "standard uncertainty of that speed, within the model"),
        Column("p_max_w_kg", "float", "W/kg", "model estimate: largest horizontal power; NaN like the top speed"),
        Column("p_max_sd_w_kg", "float", "W/kg", "standard uncertainty of that power, within the model"),
        Column("profile", "string", "", "ok, or why numbers of the speed profile are missing, joined by ;"),
        Column("achieved_pct", "float", "%", "peak speed against the day's best of the same direction"),
        Column(
            "achieved_reference",
            "string",
            "",
            "what that best was: true_100 (asked for full effort, not held back) or fastest, and the run; or none",
        ),
        Column(
            "achieved_of_best_pct",
            "float",
            "%",
            "peak speed against the athlete's best of the 28 days before, same direction, like distance; NaN without",
        ),
        Column("best_reference", "string", "", "day, practice and run of that best; or none"),
        Column("step_frequency_hz", "float", "Hz", "median in the fly phase"),
        Column("stride_length_m", "float", "m", "median in the fly phase"),
        Column("contact_time_s", "float", "s", "median in the fly phase"),
        Column("flight_time_s", "float", "s", "median in the fly phase"),
        Column("duty_factor", "float", "1", "median in the fly phase"),
        Column("rest_before_s", "float", "s", "end of the run before to first movement; NaN for the first run"),
        Column("rest_mode", "string", "", "still, active, unknown, or none for the first run"),
        Column("rest_still_share", "float", "1", "share of the rest spent standing or sitting, of what was received"),
        Column("rest_walking_share", "float", "1", "share of the rest spent walking, of what was received"),
        Column("rest_jogging_share", "float", "1", "share of the rest spent jogging, of what was received"),
        Column("work_to_rest", "float", "1", "duration of the run before / rest; 0.05 is 1 to 20"),
        Column(
            "rest_needed_s", "float", "s", "rest that the plan, or else the run before, calls for; NaN if not known"
        ),
        Column("rest_verdict", "string", "", "enough, short, much_too_short, unknown, or none for the first run"),
        Column(
            "reaction_time_s",
            "float",
            "s",
            "signal to first movement, less known delays; NaN without a signal, negative if the movement came first",
        ),
        Column(
            "reaction_time_sd_s", "float", "s", "standard uncertainty of the reaction time, unknown delays left out"
        ),
        Column("cue_delay", "string", "", "delay of the start signal: known (taken off), what is unknown, or none"),
        Column(
            "start_flag",
            "string",
            "",
            "ok, anticipated, unsure (may be anticipated), false_start, start_unseen, false_step, "
            "joined by ;; none without a signal",
        ),
        Column("n_contacts", "integer", "1", "contacts found in the run"),
        Column("received_pct", "float", "%", "samples that arrived, worst sensor used"),
        Column("quality", "string", "", "ok, or the reasons why parts of the run are missing, joined by ;"),
    ),
)

STAGE_METRICS: Mapping[str, tuple[str, str]] = {
    "peak_speed_m_s": ("m/s", "peak speed"),
    "step_frequency_hz": ("Hz", "step frequency in the fly phase"),
    "stride_frequency_hz": ("Hz", "stride frequency in the fly phase"),
    "stride_length_m": ("m", "stride length in the fly phase"),
    "step_length_m": ("m", "step length in the fly phase"),
    "contact_time_s": ("s", "contact time in the fly phase"),
    "flight_time_s": ("s", "flight time in the fly phase"),
    "duty_factor": ("1", "contact time / stride time in the fly phase"),
}
"""Metric of the stage table -> unit and meaning; each has ``_low`` and ``_high``, its 95 % interval."""


def _with_interval(name: str, unit: str, meaning: str) -> tuple[Column, ...]:
    return (
        Column(name, "float", unit, meaning),
        Column(f"{name}_low", "float", unit, f"lower end of the 95 % interval of: {meaning}"),
        Column(f"{name}_high", "float", unit, f"upper end of the 95 % interval of: {meaning}"),
    )


def _stage_columns() -> tuple[Column, ...]:
    columns = [
        Column("asked_effort_pct", "float", "%", "effort asked for; NaN without a plan"),
        Column("n_runs", "integer", "1", "runs at this effort"),
        Column("n_contacts", "integer", "1", "contacts in these runs"),
    ]
    # Ends of intervals are columns of their own: flat tables survive any file format.
    for name, (unit, meaning) in STAGE_METRICS.items():
        columns += _with_interval(name, unit, f"median over the stage: {meaning}")
    columns += _with_interval("speed_gain_pct", "%", "peak speed against the stage below")
    columns += _with_interval(
        # Speed is frequency times length, so ln v = ln f + ln l: what is left to 1 came from length.
        "speed_gain_frequency_share",
        "1",
        "share of the speed gain that came from step frequency (dln f / dln v)",
    )
    return tuple(columns)


STAGES = Schema("stages", _stage_columns())

_UNIT_BESIDE = "; unit in the column unit"

STAGE_METRIC_ROWS = Schema(
    "stage_metrics",
    (
        Column("stage", "integer", "1", "row of the table of stages, from 1"),
        Column("asked_effort_pct", "float", "%", "effort asked for; NaN without a plan"),
        Column("metric", "string", "", "what was measured; names as in the table of stages, and speed_m_s of strides"),
        Column("phase", "string", "", "run (all of it), first_steps (up to the sixth step) or fly"),
        Column("side", "string", "", "both, left or right"),
        Column("value", "float", "", f"median{_UNIT_BESIDE}"),
        Column("low", "float", "", f"lower end of its 95 % interval{_UNIT_BESIDE}"),
        Column("high", "float", "", f"upper end of its 95 % interval{_UNIT_BESIDE}"),
        Column("unit", "string", "", "of value, low and high"),
        *_with_interval("variability_pct", "%", "scatter within runs against the value, the measurement's included"),
        Column("n", "integer", "1", "values behind it"),
        Column("n_runs", "integer", "1", "runs they come from"),
        Column(
            "reason",
            "string",
            "",
            "ok, or why the value (no_scatter: its interval) is not known: no_steps, cut_start (began before the "
            "recording), one_side, no_length, no_toe_off, no_clean_steps, too_few (of one foot)",
        ),
    ),
)

STAGE_CHANGES = Schema(
    "stage_changes",
    (
        Column("lower_stage", "integer", "1", "row of the table of stages, from 1"),
        Column("upper_stage", "integer", "1", "row of the table of stages, from 1"),
        Column("lower_effort_pct", "float", "%", "effort asked for in the lower stage"),
        Column("upper_effort_pct", "float", "%", "effort asked for in the upper stage"),
        Column(
            "comparison",
            "string",
            "",
            "contrast (change against the lower stage), split (what the gain in ln speed is made of) or same_speed "
            "(what differs where both ran at one speed: the lower at its own, the upper also on the way to its own)",
        ),
        Column(
            "metric", "string", "", "what is compared; _log: difference of natural logarithms, _share: of speed_log"
        ),
        Column("value", "float", "", f"upper stage against lower{_UNIT_BESIDE}"),
        Column("low", "float", "", f"lower end of its 95 % interval{_UNIT_BESIDE}"),
        Column("high", "float", "", f"upper end of its 95 % interval{_UNIT_BESIDE}"),
        Column("unit", "string", "", "of value, low and high"),
        Column("n_lower", "integer", "1", "values of the lower stage behind it"),
        Column("n_upper", "integer", "1", "values of the upper stage behind it"),
        Column("speed_m_s", "float", "m/s", "speed at which both are compared; NaN for other comparisons"),
        Column(
            "reason",
            "string",
            "",
            "ok, or why the value is not known: missing, no_frequency, no_length, small_gain, no_speed, no_overlap (of "
            "speeds), too_few; why its interval is not: no_scatter, share_open (the gain may be nothing)",
        ),
    ),
)

SEGMENTS = Schema(
    "segments",
    (
        _RUN,
        Column("placement", "string", "", "sensor, such as right_thigh"),
        Column("side", "string", "", "of the sensor; on the midline that of the foot whose contact opens the step"),
        Column("start_s", "float", "s", "start of the step (sternum, pelvis, both feet known) or stride"),
        Column("end_s", "float", "s", "its end"),
        _PHASE,
        Column("speed_m_s", "float", "m/s", "of the strides around it"),
        Column(
            "trunk_lean_rad", "float", "rad", "sternum: mean lean of the upper trunk over the step, forward positive"
        ),
        Column("trunk_side_lean_rad", "float", "rad", "sternum: mean lean to the side over the step, left positive"),
        Column(
            "pelvic_tilt_rad", "float", "rad", "pelvis: mean tilt over the step, front down positive; no trunk lean"
        ),
        Column(
            "lean_expected_rad",
            "float",
            "rad",
            "sternum, pelvis: lean of the ground force that the body's acceleration calls for, atan(a / g)",
        ),
        Column("arm_rate_rad_s", "float", "rad/s", "wrist: 95th percentile of the rate about the axis of the swing"),
        Column("arm_swing_rad", "float", "rad", "wrist: that rate / (2 pi stride frequency), the half swing of a sine"),
        Column(
            "thigh_flexion_rad", "float", "rad", "thigh: furthest forward in the stride, knee ahead of hip positive"
        ),
        Column("thigh_extension_rad", "float", "rad", "thigh: furthest back in the stride, negative behind the hip"),
        Column("thigh_rate_rad_s", "float", "rad/s", "thigh: fastest turn in the stride, either way"),
        Column("shank_angle_rad", "float", "rad", "shank: at initial contact, ankle ahead of the knee positive"),
        Column(
            "foot_speed_before_contact_m_s",
            "float",
            "m/s",
            "foot: speed over the ground 15 to 5 ms before the contact that opens the stride, along the run",
        ),
        Column("contact_length_m", "float", "m", "foot: speed times contact time"),
        Column("heel_recovery_rad", "float", "rad", "foot: lowest pitch in swing against stance, toe up positive"),
        Column("heel_height_m", "float", "m", "foot: highest rise of the sensor in swing"),
        Column("braking_m_s", "float", "m/s", "pelvis: speed lost in the contact; compare one athlete with himself"),
        Column("vertical_oscillation_m", "float", "m", "pelvis: lowest to highest within the step"),
        Column(
            "vertical_stiffness_n_m",
            "float",
            "N/m",
            "foot, fly phase, with mass and height: spring of the body; compare one athlete with himself",
        ),
        Column(
            "leg_stiffness_n_m", "float", "N/m", "foot, fly phase, with mass and height: spring of the leg; likewise"
        ),
        Column("angle_sd_rad", "float", "rad", "standard uncertainty of the angles against the stand; NaN without any"),
        _QUALITY,
        Column(
            "reason",
            "string",
            "",
            "ok, walking_zero (angles count from the mean of walking), or why measures are missing: no_gyroscope, "
            "no_stand, slipped, no_direction, drift, gap, clipped, edge, no_contact (of this leg), no_length",
        ),
    ),
)

RULE_ROWS = Schema(
    "rules",
    (
        Column("rule", "string", "", "name of the rule in the thresholds file"),
        Column("code", "string", "", "short name of the rule, such as R07"),
        Column("run", "integer", "1", "number of the run; 0 for the verdict on all runs that the rule looks at"),
        Column("asked_effort_pct", "float", "%", "effort asked for in the run; NaN without a plan and for a verdict"),
        Column("input", "string", "", "verdict, or table.column that the rule looks at; @ and the phase if not fly"),
        Column("value", "float", "", f"the number of the rule, or the mean of the column in the run{_UNIT_BESIDE}"),
        Column("low", "float", "", f"lower end of its 95 % interval{_UNIT_BESIDE}"),
        Column("high", "float", "", f"upper end of its 95 % interval{_UNIT_BESIDE}"),
        Column("unit", "string", "", "of value, low, high and limits"),
        Column("n", "integer", "1", "values behind it"),
        Column("limit_look", "float", "", f"limit of the level look, of a verdict{_UNIT_BESIDE}"),
        Column("limit_fix", "float", "", f"limit of the level fix, of a verdict{_UNIT_BESIDE}"),
        Column("level", "string", "", "of a verdict: keep, look, fix, cannot_tell or silent; of an input none"),
        Column(
            "reason",
            "string",
            "",
            "ok, or why there is no verdict or no value: switched_off, no_sensor, no_plan, no_such_effort (the efforts "
            "that the rule compares were not run), not_asked, turn (only runs in a turn or not forward), too_slow, "
            "not_measured, too_few, no_gain (too little difference in speed), within_limits, not_clear (past a limit, "
            "its interval is not), said_elsewhere (another rule says it), missing",
        ),
    ),
)

SCHEMAS = (CONTACTS, STRIDES, STEPS, RUNS, STAGES, STAGE_METRIC_ROWS, STAGE_CHANGES, SEGMENTS, RULE_ROWS)


def data_dictionary() -> dict[str, list[dict[str, str]]]:
    """Return every column of every table with its kind, unit and meaning, as plain data."""
    return {
        schema.name: [
            {"name": c.name, "type": c.kind, "unit": c.unit, "description": c.meaning} for c in schema.columns
        ]
        for schema in SCHEMAS
    }
