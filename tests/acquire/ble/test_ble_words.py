"""What people are told, and when: lines, troubles, refusals, clocks and packing."""

import dataclasses
import io
import math

import pytest
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError
from hypothesis import given
from hypothesis import strategies as st

from analyzer.acquire.ble.discover import radio_error
from analyzer.acquire.ble.doctor import judged
from analyzer.acquire.ble.health import Health, Vitals
from analyzer.acquire.ble.link import Phase
from analyzer.acquire.ble.packing import PackingConfig, frame_samples
from analyzer.acquire.ble.refusals import refusal
from analyzer.acquire.ble.sync import SyncConfig, exchange_in, pause_s
from analyzer.acquire.ble.trouble import changes
from analyzer.cli.live import LiveBoard, line_of
from analyzer.errors import SensorErrorReason
from firmware_protocol import (
    Frame,
    FrameFlags,
    FrameKind,
    Op,
    Response,
    StatusCode,
    SyncExchange,
    Tlv,
    TlvItem,
    encode_response,
    max_samples,
)

WELL = Vitals("psr-LF", "left_foot", Phase.STREAMING, 84, 100.0, 100.0, 0.0, 0.0012)


def said(before: Vitals, **now: object) -> list[tuple[str, str]]:
    return [(notice.code, notice.text) for notice in changes(before, dataclasses.replace(before, **now))]


# Troubles.


def test_nothing_is_said_of_what_stays_as_it_was() -> None:
    assert said(WELL) == []


def test_a_loss_is_told_with_what_goes_on() -> None:
    assert said(WELL, n_losses=1, phase=Phase.DROPPING) == [
        ("link.lost", "Left foot sensor lost. Trying again; the recording goes on.")
    ]


def test_a_return_is_told() -> None:
    away = dataclasses.replace(WELL, n_losses=1, phase=Phase.CONNECTING)
    assert said(away, phase=Phase.STREAMING) == [
        ("link.back", "Left foot sensor is back. What it missed is being asked for.")
    ]


def test_a_loss_between_two_looks_is_told_with_its_return() -> None:
    assert [code for code, _ in said(WELL, n_losses=1)] == ["link.lost", "link.back"]


def test_the_first_connection_is_no_return() -> None:
    assert said(Vitals("psr-LF"), phase=Phase.STREAMING) == []


def test_a_weak_link_is_told_with_what_to_do() -> None:
    [(code, text)] = said(WELL, received_pct=90.4)
    assert (code, text) == (
        "link.warn",
        "Left foot signal is weak (90 % arrive). Keep the computer on his side, within 10 yd.",
    )


def test_a_link_that_stays_weak_is_told_once() -> None:
    weak = dataclasses.replace(WELL, received_pct=90.0)
    assert said(weak, received_pct=80.0) == []


def test_before_the_first_samples_no_link_is_weak() -> None:
    assert said(dataclasses.replace(WELL, received_pct=math.nan), received_pct=math.nan) == []


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (84, 20, []),
        (20, 19, ["Left foot battery is at 19 %. Charge it soon."]),
        (19, 15, []),
        (15, 9, ["Left foot battery is at 9 %. Change it before the next athlete."]),
        (None, 5, ["Left foot battery is at 5 %. Change it before the next athlete."]),
        (9, None, []),
    ],
)
def test_a_low_battery_is_told_once_per_limit(before: int | None, now: int | None, expected: list[str]) -> None:
    assert [text for _, text in said(dataclasses.replace(WELL, battery_pct=before), battery_pct=now)] == expected


def test_a_restart_asks_for_a_moment_of_standing_still() -> None:
    [(code, text)] = said(WELL, n_restarts=1)
    assert code == "sensor.restarted"
    assert "stand still for 3 s" in text


def test_clipping_is_told_where_it_is_more_than_usual() -> None:
    assert said(WELL, clipped_pct=24.0) == []
    assert [code for code, _ in said(WELL, clipped_pct=30.0)] == ["clip"]


def test_a_fault_is_told_in_its_own_words_once() -> None:
    fault = "psr-LF is out of reach or switched off. Bring it nearer, or shake it awake."
    assert said(WELL, fault=fault) == [("link.failed", fault)]
    assert said(dataclasses.replace(WELL, fault=fault)) == []


@given(
    st.builds(Vitals, st.just("x"), n_losses=st.integers(0, 3), phase=st.sampled_from(list(Phase))), st.integers(0, 3)
)
def test_no_sentence_is_longer_than_a_glance(before: Vitals, n_more: int) -> None:
    for _, text in said(before, n_losses=before.n_losses + n_more, n_restarts=n_more, battery_pct=5, clipped_pct=90.0):
        assert len(text.split()) <= 20


# The radio's own troubles.


@pytest.mark.parametrize("reason", list(BleakBluetoothNotAvailableReason))
def test_every_reason_for_no_bluetooth_says_what_to_do(reason: BleakBluetoothNotAvailableReason) -> None:
    error = radio_error(BleakBluetoothNotAvailableError("no adapter", reason))
    assert error.reason is SensorErrorReason.RADIO_OFF
    assert any(verb in str(error) for verb in ("Switch", "Plug", "Use", "Allow", "Ask", "Check"))


@pytest.mark.parametrize("gone", [EOFError(), FileNotFoundError(2, "no bus"), ConnectionRefusedError()])
def test_a_missing_bluetooth_service_is_named(gone: Exception) -> None:
    assert "Bluetooth service does not answer" in str(radio_error(gone))


def test_any_other_failure_keeps_its_words() -> None:
    error = radio_error(BleakError("le-connection-abort-by-local"))
    assert (str(error), error.reason) == ("The link failed (le-connection-abort-by-local).", SensorErrorReason.LINK)


@pytest.mark.parametrize("status", [code for code in StatusCode if code != StatusCode.OK] + [0x55])
def test_every_refusal_says_what_to_do(status: int) -> None:
    text = refusal("Left", Response(Op.START, 1, status))
    assert text.startswith("Left ")
    assert text.count(".") >= 1
    assert len(text.split(". ")) + len(text.split("; ")) >= 3


def test_a_refusal_repeats_the_sensors_own_words() -> None:
    detail = TlvItem(Tlv.DETAIL, "flash is wet")
    assert "NO_MEMORY: flash is wet" in refusal("Left", Response(Op.START, 1, StatusCode.NO_MEMORY, (detail,)))


# What a line shows.

NO_FLAGS = FrameFlags(0)


def frame(first: int, n: int = 10, flags: FrameFlags = NO_FLAGS, session_id: int = 1) -> Frame:
    return Frame(FrameKind.IMU6, 1, session_id, first, first * 5000, 5_000_000, 1, flags, bytes(12 * n))


def health_of(*firsts: int) -> Health:
    health = Health()
    for first in firsts:
        health.take(frame(first), first * 0.005)
    return health


def test_a_whole_stream_is_received_whole() -> None:
    assert (health_of(0, 10, 20).received_pct, health_of(0, 10, 20).total_pct) == (100.0, 100.0)


def test_lost_frames_lower_both_shares() -> None:
    health = health_of(0, 10, 30, 40)
    assert health.received_pct == pytest.approx(75.0)
    assert health.total_pct == pytest.approx(80.0)


def test_what_comes_again_counts_in_all_but_not_for_the_link() -> None:
    health = health_of(0, 10, 30, 40)
    health.take(frame(20, flags=FrameFlags.RETX), 0.3)
    assert health.received_pct == pytest.approx(75.0)
    assert health.total_pct == 100.0


def test_a_link_recovers_once_two_good_seconds_have_passed() -> None:
    assert health_of(0, 100, *range(110, 700, 10)).received_pct == 100.0


def test_a_link_that_is_back_is_not_weak_for_what_it_lost() -> None:
    health = health_of(0, 10)
    health.link_lost()
    health.take(frame(500), 2.5)
    health.take(frame(510), 2.55)
    assert health.received_pct == 100.0


def test_nothing_is_known_before_the_first_frame() -> None:
    assert all(math.isnan(share) for share in (Health().received_pct, Health().total_pct, Health().clipped_pct))


def test_clipping_on_any_axis_counts() -> None:
    health = health_of(0, 10, 20)
    health.take(frame(30, flags=FrameFlags.GYR_CLIP_Z), 0.15)
    assert health.clipped_pct == pytest.approx(25.0)


def test_a_new_session_counts_as_a_restart_and_not_as_a_loss() -> None:
    health = health_of(0, 10)
    health.take(frame(0, session_id=2), 0.2)
    assert (health.n_restarts, health.total_pct) == (1, 100.0)


def test_a_line_names_placement_battery_link_shares_clipping_and_clock() -> None:
    line = line_of(WELL)
    for piece in ("left foot", "recording", "battery 84 %", "received 100 %", "clipped 0 %", "clock ±1.2 ms"):
        assert piece in line


def test_a_line_says_hundred_only_where_nothing_is_missing() -> None:
    line = line_of(dataclasses.replace(WELL, received_pct=99.97, total_pct=99.97))
    assert "received 99 %" in line
    assert "in all 99.9 %" in line


def test_a_line_has_a_dash_for_what_is_not_known() -> None:
    assert line_of(Vitals("psr-LF")).count("–") == 5


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_lines_are_renewed_in_place_on_a_terminal() -> None:
    terminal = Terminal()
    board = LiveBoard(terminal)
    board.show([WELL, WELL])
    board.show([WELL, WELL])
    assert terminal.getvalue().count("\x1b[2F\x1b[J") == 1


def test_elsewhere_lines_are_printed_seldom_and_without_signs_for_terminals() -> None:
    file = io.StringIO()
    board = LiveBoard(file)
    for _ in range(20):
        board.show([WELL])
    assert file.getvalue().count("left foot") == 2
    assert "\x1b" not in file.getvalue()


def test_what_is_said_stays_above_the_lines() -> None:
    terminal = Terminal()
    board = LiveBoard(terminal)
    board.show([WELL])
    board.say("! Left foot sensor lost.")
    assert terminal.getvalue().endswith("\x1b[1F\x1b[J! Left foot sensor lost.\n")


# The doctor's verdict.


def test_a_good_trial_is_good_in_all_points() -> None:
    assert all(check.ok for check in judged(WELL, [0.08, 0.09]))


@pytest.mark.parametrize(
    ("now", "waits_s", "name", "advice"),
    [
        ({"total_pct": 97.0}, [0.1], "link", "Bluetooth adapter"),
        ({}, [0.1, 0.9], "link", "longest wait 900 ms"),
        ({"n_losses": 2}, [0.1], "link", "broke 2 time(s)"),
        ({}, [], "link", "sent nothing"),
        ({"battery_pct": 12}, [0.1], "battery", "Charge it"),
        ({"placement": ""}, [0.1], "placement", "--sensor left_foot=psr-LF"),
        ({"clock_error_s": 0.02}, [0.1], "clock", "20.0 ms"),
    ],
)
def test_a_bad_trial_says_what_is_wrong_and_what_to_do(
    now: dict[str, object], waits_s: list[float], name: str, advice: str
) -> None:
    [bad] = [check for check in judged(dataclasses.replace(WELL, **now), waits_s) if not check.ok]
    assert bad.name == f"psr-LF {name}"
    assert advice in bad.text


# Clocks.


def answer(sent: int, came: int, left: int, status: int = StatusCode.OK, op: Op = Op.TIME_SYNC) -> bytes:
    items = zip((Tlv.HOST_TX_US, Tlv.DEVICE_RX_US, Tlv.DEVICE_TX_US), (sent, came, left), strict=True)
    return encode_response(Response(op, 1, status, tuple(TlvItem(*item) for item in items)))


def test_an_answer_and_its_arrival_hold_all_four_times() -> None:
    assert exchange_in(answer(10_000, 13_500, 13_700), 0.0142) == SyncExchange(10_000, 13_500, 13_700, 14_200)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x85",
        answer(1, 2, 3, StatusCode.BUSY),
        answer(1, 2, 3, op=Op.STOP)[:3],
        encode_response(Response(Op.TIME_SYNC, 1, 0)),
    ],
)
def test_other_values_hold_none(payload: bytes) -> None:
    assert exchange_in(payload, 1.0) is None


def test_the_clock_of_a_line_gets_sharper_while_samples_come() -> None:
    errors_s = [health_of(*range(0, n, 10)).clock_error_s for n in (10, 12_000)]
    assert errors_s[1] <= errors_s[0] < 0.01


def test_a_new_session_reads_the_clock_afresh() -> None:
    health = health_of(*range(0, 12_000, 10))
    settled_s = health.clock_error_s
    health.take(frame(0, session_id=2), 60.0)
    assert health.clock_error_s >= settled_s


def test_exchanges_without_samples_tell_no_clock() -> None:
    health = Health()
    health.take_exchange(SyncExchange(0, 1_000, 1_000, 2_000))
    assert math.isnan(health.clock_error_s)


def test_pauses_never_fall_into_step_with_a_connection_interval() -> None:
    phases = [sum(pause_s(n, SyncConfig()) for n in range(k)) % 0.015 for k in range(1, 11)]
    # Ten even pauses would leave gaps of any size; these leave none wider than half an interval.
    assert max(after - before for before, after in zip(sorted(phases), sorted(phases)[1:], strict=False)) < 0.0075


# Packing.


@given(st.floats(25.0, 1000.0), st.integers(65, 517), st.sampled_from([FrameKind.IMU6, FrameKind.ACC]))
def test_frames_fit_the_notification_and_avoid_the_interval_where_they_can(
    rate_hz: float, att_mtu: int, kind: FrameKind
) -> None:
    n = frame_samples(kind, rate_hz, att_mtu)
    most = max_samples(kind, att_mtu)
    assert 1 <= n <= most

    def is_free(size: int) -> bool:
        return all(0.1 <= size / rate_hz / interval_s % 1.0 <= 0.9 for interval_s in PackingConfig().intervals_s)

    assert n == most or (is_free(n) and not any(is_free(size) for size in range(n + 1, most + 1)))


@pytest.mark.parametrize(("rate_hz", "n"), [(400.0, 17), (200.0, 17), (208.0, 18)])
def test_common_rates_do_not_alias(rate_hz: float, n: int) -> None:
    assert frame_samples(FrameKind.IMU6, rate_hz, 247) == n
