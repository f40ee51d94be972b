"""The list of checks, and how it is run over a sensor (SPEC.md section 12)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from firmware_protocol.conformance import records, requests, stored, streaming
from firmware_protocol.conformance.bench import Bench, Failure
from firmware_protocol.conformance.link import Link, LinkError
from firmware_protocol.feature import FeatureBits
from firmware_protocol.wire import PROFILE_MAJOR

__all__ = ["CHECKS", "Check", "Outcome", "Result", "run_checks", "verdict"]


_NONE: Final = FeatureBits(0)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of section 12.

    Attributes
    ----------
    number : int
    title : str
        What has to hold.
    section : str
        Where the rule stands.
    run : callable
        Takes the bench; raises `Failure`, or returns why it could not be tried, if so.
    needs : FeatureBits
        Counts only for sensors with these.
    """

    number: int
    title: str
    section: str
    run: Callable[[Bench], str | None]
    needs: FeatureBits = _NONE


class Outcome(Enum):
    """How a check ended."""

    PASSED = "ok"
    FAILED = "FAILED"
    NOT_TRIED = "not tried"
    NOT_NEEDED = "-"


@dataclass(frozen=True, slots=True)
class Result:
    """A check and how it ended.

    Attributes
    ----------
    check : Check
    outcome : Outcome
    detail : str
        What is wrong, or why it was not tried.
    """

    check: Check
    outcome: Outcome
    detail: str = ""


_F = FeatureBits

CHECKS: Final[tuple[Check, ...]] = (
    Check(1, "the advertisement holds the service UUID", "2.3", records.advertises_the_service),
    Check(2, "the characteristics exist with their access", "2.2", records.characteristics_exist),
    Check(3, "battery level and name plate can be read", "2.2", records.name_plate_is_readable),
    Check(4, "the feature record decodes", "3.1", records.feature_decodes),
    Check(5, "the config record decodes and has the sensors", "5", records.config_decodes),
    Check(6, "the status record comes every second", "6", records.status_comes_every_second, _F.STATUS),
    Check(7, "the calibration record decodes", "7", records.calibration_decodes, _F.CALIBRATION),
    Check(8, "frames come only between START and STOP", "8.6", streaming.frames_only_between_start_and_stop),
    Check(9, "an MTU below 65 is refused", "2.4", streaming.small_mtu_is_refused),
    Check(10, "START begins a session at index 0", "4.3", streaming.start_begins_a_session),
    Check(11, "a second START joins the stream", "8.6", streaming.a_second_start_joins),
    Check(12, "ten sessions count up by one", "4.3", streaming.ten_sessions_count_up),
    Check(13, "frames have a known config and kind", "4", streaming.frames_are_known),
    Check(14, "a minute of indices and times without a gap", "10.4", streaming.indices_are_contiguous),
    Check(15, "the period is measured", "4.4", streaming.period_is_measured, _F.MEASURED_PERIOD),
    Check(16, "at rest it shows 9.81 m/s2 and no rotation", "5.3", streaming.acceleration_is_gravity),
    Check(17, "the last frame is marked", "8.6", streaming.last_frame_is_marked),
    Check(18, "malformed requests are answered", "8.5", requests.malformed_requests_are_answered),
    Check(19, "unknown items are skipped", "8.2", requests.unknown_items_are_skipped),
    Check(20, "operations without their feature are refused", "8.4", requests.unfeatured_operations_are_refused),
    Check(21, "settings change, and only to what is listed", "8.6", requests.settings_change, _F.SET_CONFIG),
    Check(22, "ten time exchanges make sense", "8.7", requests.time_is_told, _F.TIME_SYNC),
    Check(23, "SET_UTC moves no time stamp", "8.6", requests.utc_moves_no_time, _F.SET_UTC),
    Check(24, "samples come again, the same", "9.3", stored.samples_come_again, _F.RETRANSMIT),
    Check(25, "the session outlives a lost link", "4.3", stored.the_session_outlives_a_lost_link, _F.RETRANSMIT),
    Check(26, "a log is kept, read and erased", "9.4", stored.logs_are_kept, _F.LOG),
    Check(27, "the self-test tells its tests", "8.6", requests.self_test_tells_its_tests, _F.SELF_TEST),
    Check(28, "a mark becomes one event", "4.7", requests.marks_become_events, _F.MARK_EVENT),
    Check(29, "IDENTIFY answers", "8.6", requests.identify_answers, _F.IDENTIFY),
    Check(30, "clipped samples have their flag", "4.5", streaming.clipping_is_flagged),
    Check(31, "unreadable writes are ignored", "8.1", requests.unreadable_writes_are_ignored),
    Check(32, "numbers that are none are refused", "8.3", requests.bad_numbers_are_refused, _F.SET_CONFIG),
    Check(33, "repeated items are refused", "8.2", requests.repeated_items_are_refused),
    Check(34, "unknown kinds and two base kinds are refused", "8.6", requests.unknown_kinds_are_refused),
    Check(35, "STOP when nothing runs is ALREADY", "8.6", requests.stop_when_idle_is_already),
    Check(36, "GET_CAPS lists all it says", "8.6", requests.caps_are_complete),
    Check(37, "N_SAMPLES bounds the frames", "8.6", streaming.frames_are_bounded_by_n_samples),
    Check(38, "senseless retransmissions are refused", "9.3", stored.retransmission_refuses_nonsense, _F.RETRANSMIT),
    Check(39, "senseless log requests are refused", "9.4", stored.logs_refuse_nonsense, _F.LOG),
    Check(40, "no sample waits longer than 250 ms for its frame", "2.4", streaming.no_frame_waits_long),
    Check(41, "a failed request changes nothing", "8.1", requests.a_failed_request_changes_nothing, _F.SET_CONFIG),
)
"""Section 12, line by line."""


def run_checks(link: Link, checks: Sequence[Check] = CHECKS) -> Iterator[Result]:
    """Run checks over a sensor one by one, so that each result can be shown as it comes.

    Parameters
    ----------
    link : Link
        Connected.
    checks : sequence of Check
        In the order in which they are run.

    Yields
    ------
    Result
        One per check. A check that fails leaves the sensor in any state; the next begins with a new connection.
    """
    bench = Bench(link)
    for check in checks:
        yield _run(bench, check)


def verdict(results: Sequence[Result]) -> str:
    """Return the last line: how many checks that count for this sensor it passes.

    Examples
    --------
    >>> verdict([Result(CHECKS[0], Outcome.PASSED), Result(CHECKS[1], Outcome.FAILED)])
    'does not conform to v1: 1/2'
    """
    passed = sum(result.outcome is Outcome.PASSED for result in results)
    failed = sum(result.outcome is Outcome.FAILED for result in results)
    open_ = sum(result.outcome is Outcome.NOT_TRIED for result in results)
    word = "does not conform to" if failed else "conforms" if not open_ else "conforms so far"
    rest = f", {open_} not tried" if open_ else ""
    return f"{word} v{PROFILE_MAJOR}: {passed}/{passed + failed + open_}{rest}"


def _run(bench: Bench, check: Check) -> Result:
    try:
        if check.needs and not bench.has(check.needs):
            return Result(check, Outcome.NOT_NEEDED, f"the sensor has no {check.needs.name}")
        bench.prepare()
        untried = check.run(bench)
    except (Failure, LinkError) as error:
        return Result(check, Outcome.FAILED, str(error))
    return Result(check, Outcome.NOT_TRIED, untried) if untried else Result(check, Outcome.PASSED)
