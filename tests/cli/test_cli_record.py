"""The coach's side of a recording: which sensors, which cards, which last words."""

import dataclasses
import math
import sys

import pytest

pytest.importorskip("bleak")

from bleak.backends.device import BLEDevice

from analyzer.acquire.ble.discover import Found
from analyzer.acquire.ble.health import Vitals
from analyzer.acquire.ble.link import Phase
from analyzer.cli.main import main
from analyzer.cli.record import chosen, ending
from analyzer.cli.recording import Cards, RecordJob
from analyzer.errors import SensorError, SensorErrorReason
from analyzer.model import Plan, PlannedRun, TimedPayload
from analyzer.session import Session
from analyzer.virtual import simulate


def found(name: str, address: str) -> Found:
    return Found(name, address, -60, BLEDevice(address, name, None))


LEFT, RIGHT, TWIN = (
    found("psr-1", "C0:00:00:00:00:01"),
    found("psr-2", "C0:00:00:00:00:02"),
    found("psr-1", "C0:00:00:00:00:03"),
)


def test_without_a_choice_all_in_reach_are_recorded_under_their_names() -> None:
    assert chosen([LEFT, RIGHT], {}) == {"psr-1": LEFT, "psr-2": RIGHT}


def test_two_with_one_name_are_told_apart_by_their_address() -> None:
    assert chosen([LEFT, RIGHT, TWIN], {}) == {"psr-1-00:01": LEFT, "psr-2": RIGHT, "psr-1-00:03": TWIN}


def test_a_chosen_sensor_is_named_by_its_placement() -> None:
    assert chosen([LEFT, RIGHT], {"right_foot": "psr-2"}) == {"right_foot": RIGHT}


def test_an_address_is_as_good_as_a_name() -> None:
    assert chosen([LEFT, RIGHT, TWIN], {"pelvis": TWIN.address}) == {"pelvis": TWIN}


def test_a_missing_sensor_is_named_with_those_that_were_heard() -> None:
    with pytest.raises(SensorError, match=r"Did not hear psr-9, but psr-1, psr-2\.") as caught:
        chosen([LEFT, RIGHT], {"left_foot": "psr-1", "right_foot": "psr-9"})
    assert caught.value.reason is SensorErrorReason.NOT_FOUND


def test_no_sensor_at_all_says_what_to_try() -> None:
    with pytest.raises(SensorError, match="Switch them on, shake them, and try psr doctor"):
        chosen([], {})


WELL = Vitals("psr-1", "left_foot", Phase.STOPPED, total_pct=100.0)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "left foot: 100.0 % of its samples recorded."),
        ({"total_pct": 99.99}, "left foot: 99.9 % of its samples recorded."),
        (
            {"n_losses": 2, "n_refilled": 240},
            "left foot: 100.0 % of its samples recorded, 2 link loss(es), 240 sample(s) filled from its memory.",
        ),
        (
            {"placement": "", "total_pct": math.nan, "fault": "It is charging."},
            "psr-1: nothing was recorded. It is charging.",
        ),
    ],
)
def test_the_last_words_say_how_much_of_each_sensor_is_there(changes: dict[str, object], line: str) -> None:
    assert ending([dataclasses.replace(WELL, **changes)]) == [line]


# Cards.

PLAN = Plan((PlannedRun(75.0), PlannedRun(100.0, rest_before_s=15.0)))


@pytest.fixture(scope="module")
def payloads() -> list[TimedPayload]:
    return list(simulate("clean", 3, PLAN).payloads())


def cards_of(payloads: list[TimedPayload], size: int = 1, **changes: object) -> list[str]:
    said: list[str] = []
    cards = Cards(dataclasses.replace(RecordJob(None, PLAN, simulated=True), **changes), said.append)
    for start in range(0, len(payloads), size):
        cards.push(payloads[start : start + size])
    return said


@pytest.fixture(scope="module")
def said(payloads: list[TimedPayload]) -> list[str]:
    return cards_of(payloads)


def test_each_run_has_one_card_before_the_recording_ends(said: list[str]) -> None:
    assert len(said) == 2


def test_a_card_names_the_effort_that_was_asked(said: list[str]) -> None:
    # With one run seen nobody knows how it compares with those to come.
    assert said[1].splitlines()[1].startswith("Run 2, asked 100 %")


def test_a_card_of_a_virtual_athlete_says_so_first(said: list[str]) -> None:
    assert all(card.startswith("SIMULATED") for card in said)


def test_a_card_holds_speed_rate_length_and_ground_time(said: list[str]) -> None:
    for card in said:
        assert "ft/s" in card
        assert "ground" in card
        assert "can't tell" not in card


def test_cards_are_metric_where_asked(payloads: list[TimedPayload]) -> None:
    assert all("m/s" in card and "ft" not in card for card in cards_of(payloads, units="metric"))


def test_how_payloads_are_bundled_changes_no_card(payloads: list[TimedPayload], said: list[str]) -> None:
    assert cards_of(payloads, size=37) == said


def test_a_card_does_not_wait_for_the_next_run(payloads: list[TimedPayload]) -> None:
    session = Session(PLAN)
    for payload in payloads:
        for ended in session.push(payload):
            # The athlete slows down for a while after the last stride that counts.
            assert payload.received_s - ended.record.stop_s < 3.0


# The verb.


def test_help_of_the_verbs_needs_no_radio(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("scan", "record", "doctor"):
        assert main([verb, "--help"]) == 0
    assert "--sensor PLACEMENT=NAME" in capsys.readouterr().out


def test_a_plan_that_does_not_exist_is_refused_before_anything_is_recorded(tmp_path, capsys) -> None:
    assert main(["record", "--out", str(tmp_path / "a.mcap"), "--plan", "nonsense"]) == 2
    assert not (tmp_path / "a.mcap").exists()
    assert capsys.readouterr().err.startswith("psr: ")


def test_the_demo_over_bluetooth_says_which_package_is_missing(tmp_path, monkeypatch, capsys) -> None:
    # None in sys.modules makes an import fail as if the package were not there.
    monkeypatch.setitem(sys.modules, "bumble", None)
    for name in ("analyzer.cli.demo_ble", "analyzer.acquire.ble.bumble_backend"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert main(["demo", "--ble", "--out", str(tmp_path / "demo")]) == 2
    assert "install psr-analyzer[virtual]" in capsys.readouterr().err


def test_a_controller_of_software_says_which_package_is_missing(monkeypatch, capsys) -> None:
    monkeypatch.setitem(sys.modules, "bumble", None)
    monkeypatch.delitem(sys.modules, "analyzer.acquire.ble.bumble_backend", raising=False)
    assert main(["scan", "--controller", "tcp-client:127.0.0.1:9"]) == 2
    assert "install psr-analyzer[virtual]" in capsys.readouterr().err
