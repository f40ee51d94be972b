"""Virtual practices that the tests of the path share; each is made once."""

import pytest

import analyzer
from analyzer.model import Analysis, Placement, Plan, Recording
from analyzer.virtual import ScriptConfig, VirtualPractice, sample_practice, simulate

SHORT = ScriptConfig(first_stand_s=4.0, rest_stand_s=4.0, last_stand_s=1.5, walk_speed_m_s=1.7)


@pytest.fixture(scope="session")
def practice() -> VirtualPractice:
    """Return 50, 75 and 100 % over 15 yards, a sensor on each foot."""
    return sample_practice()


@pytest.fixture(scope="session")
def recording(practice) -> Recording:
    return practice.recording()


@pytest.fixture(scope="session")
def analysis(recording) -> Analysis:
    return analyzer.analyze(recording)


@pytest.fixture(scope="session")
def two_runs() -> VirtualPractice:
    """Return 60 and 100 %, a sensor on each foot and on the pelvis."""
    worn = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT, Placement.PELVIS)
    return simulate(seed=2, plan=Plan.progressive(12.0, (60.0, 100.0)), placements=worn, script=SHORT)
