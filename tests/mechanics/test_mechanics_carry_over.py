import numpy as np
import pytest
from body_tables import practice, with_segments
from judged import found, level, reason

from analyzer.mechanics.thresholds import load
from analyzer.model import Level, Placement

ALL = (
    *(Placement.LEFT_FOOT, Placement.RIGHT_FOOT, Placement.STERNUM, Placement.PELVIS),
    *(Placement.LEFT_WRIST, Placement.RIGHT_WRIST),
)


def formed(lean_deg=7.0, swing=1.0, bounce_m=0.055, heel_deg=-136):
    return with_segments(
        practice(ALL),
        {
            "trunk_lean_rad": np.radians([7, 7, lean_deg]),
            "arm_swing_rad": (1.0, 1.0, swing),
            "vertical_oscillation_m": (0.065, 0.06, bounce_m),
            "heel_recovery_rad": np.radians([-125, -130, heel_deg]),
        },
    )


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (formed(), Level.KEEP),
        (formed(swing=0.7), Level.KEEP),
        (formed(swing=0.7, lean_deg=20), Level.LOOK),
        (formed(swing=0.7, lean_deg=20, bounce_m=0.09), Level.FIX),
    ],
)
def test_form_is_the_number_of_signs_that_got_worse(made, expected):
    assert level(made, "form_kept") is expected


def test_the_signs_are_named():
    sentence = found(formed(swing=0.7, lean_deg=20, bounce_m=0.09), "form_kept").sentence
    assert all(word in sentence for word in ("posture", "arms", "bounce"))


def test_with_too_little_judged_nothing_is_said_of_form():
    assert reason(practice((Placement.LEFT_FOOT, Placement.RIGHT_FOOT)), "form_kept") == "too_few"


def test_what_was_switched_off_does_not_count(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[rules.R14]\nenabled = false\n")
    made = formed(swing=0.7, lean_deg=20)
    assert level(made, "form_kept", load(path)) is Level.KEEP


def test_a_summary_comes_after_what_it_sums_up():
    from analyzer.mechanics.findings import findings

    flags = [f for f in findings(formed(swing=0.7, lean_deg=20, bounce_m=0.09)) if f.level is Level.FIX]
    assert flags[-1].rule == "form_kept"
