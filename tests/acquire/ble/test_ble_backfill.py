"""Which samples are asked for again: what is missing, once, and no more than makes sense."""

from analyzer.acquire.ble.backfill import Backfill, BackfillConfig, Wanted
from firmware_protocol import (
    BulkEnd,
    Frame,
    FrameFlags,
    FrameKind,
    Op,
    Response,
    StatusCode,
    Tlv,
    TlvItem,
    encode_bulk_end,
    encode_frame,
    encode_response,
)

PERIOD_NS = 5_000_000
NO_FLAGS = FrameFlags(0)


def frame(number: int, flags: FrameFlags = NO_FLAGS, session_id: int = 7, per_frame: int = 10) -> bytes:
    first = number * per_frame
    t0_us = 1_000_000 + first * PERIOD_NS // 1000
    rows = bytes(12 * per_frame)
    return encode_frame(Frame(FrameKind.IMU6, 1, session_id, first, t0_us, PERIOD_NS, 1, flags, rows))


def again(number: int) -> bytes:
    return frame(number, FrameFlags.RETX)


def accepted(transfer_id: int = 1, status: int = StatusCode.OK) -> bytes:
    items = (TlvItem(Tlv.TRANSFER_ID, transfer_id), TlvItem(Tlv.FIRST_INDEX, 0), TlvItem(Tlv.COUNT, 1))
    return encode_response(Response(Op.RETRANSMIT, 1, status, items if status == StatusCode.OK else ()))


def end(transfer_id: int = 1, status: int = StatusCode.OK) -> bytes:
    return encode_bulk_end(BulkEnd(transfer_id, status, 10, 0))


def fed(*payloads: bytes, config: BackfillConfig | None = None) -> Backfill:
    backfill = Backfill(config or BackfillConfig())
    for payload in payloads:
        backfill.feed(payload, 0.0)
    return backfill


def wanted(first: int, n: int, session_id: int = 7) -> Wanted:
    return Wanted(FrameKind.IMU6, session_id, first, n)


def test_nothing_is_asked_for_where_nothing_is_missing() -> None:
    assert fed(frame(0), frame(1), frame(2)).wanted(0.0) is None


def test_a_hole_is_asked_for_at_once() -> None:
    assert fed(frame(0), frame(3)).wanted(0.0) == wanted(10, 20)


def test_the_request_names_kind_session_first_index_and_count() -> None:
    items = {item.type: item.value for item in wanted(10, 20).items}
    assert items == {Tlv.KIND: 1, Tlv.SESSION_ID: 7, Tlv.FIRST_INDEX: 10, Tlv.COUNT: 20}


def test_what_was_before_the_first_frame_is_not_asked_for() -> None:
    """A session that ran already belongs to whoever listened then."""
    assert fed(frame(50), frame(51)).wanted(0.0) is None


def test_long_holes_are_asked_for_in_pieces() -> None:
    backfill = fed(frame(0), frame(30), config=BackfillConfig(most_samples=200))
    assert backfill.wanted(0.0) == wanted(10, 200)
    assert backfill.n_missing == 290


def test_one_transfer_runs_at_a_time() -> None:
    backfill = fed(frame(0), frame(2), frame(4))
    backfill.asking(wanted(10, 10), 0.0)
    assert backfill.wanted(0.1) is None


def test_after_the_end_of_a_transfer_the_next_hole_follows() -> None:
    backfill = fed(frame(0), frame(2), frame(4))
    backfill.asking(wanted(10, 10), 0.0)
    backfill.answered(accepted(), 0.1)
    backfill.feed(again(1), 0.2)
    backfill.feed(end(), 0.3)
    assert backfill.wanted(0.3) == wanted(30, 10)
    assert (backfill.n_refilled, backfill.n_samples, backfill.n_missing) == (10, 40, 10)


def test_samples_and_end_may_come_before_whoever_asked_is_awake() -> None:
    backfill = fed(frame(0), frame(2))
    backfill.asking(wanted(10, 10), 0.0)
    for payload in (again(1), end()):
        backfill.answered(accepted(), 0.01)
        backfill.feed(payload, 0.01)
    assert backfill.n_missing == 0


def test_a_transfer_that_dries_up_is_asked_for_again_after_a_while() -> None:
    backfill = fed(frame(0), frame(2))
    backfill.asking(wanted(10, 10), 0.0)
    backfill.answered(accepted(), 0.0)
    assert backfill.wanted(1.9) is None
    assert backfill.wanted(2.1) == wanted(10, 10)


def test_samples_that_never_come_are_given_up() -> None:
    backfill = fed(frame(0), frame(2))
    n_asked = 0
    while (one := backfill.wanted(10.0 * n_asked)) is not None:
        backfill.asking(one, 10.0 * n_asked)
        backfill.answered(accepted(), 10.0 * n_asked)
        n_asked += 1
    assert (n_asked, backfill.n_missing) == (BackfillConfig().most_tries, 0)


def test_a_refusal_is_final() -> None:
    backfill = fed(frame(0), frame(2))
    backfill.asking(wanted(10, 10), 0.0)
    backfill.answered(accepted(status=StatusCode.NOT_FOUND), 0.1)
    assert backfill.wanted(0.2) is None


def test_a_busy_sensor_is_asked_again_soon() -> None:
    backfill = fed(frame(0), frame(2))
    backfill.asking(wanted(10, 10), 0.0)
    backfill.answered(accepted(status=StatusCode.BUSY), 0.1)
    assert backfill.wanted(0.2) is None
    assert backfill.wanted(0.7) == wanted(10, 10)


def test_what_was_overwritten_meanwhile_is_not_asked_for_again() -> None:
    backfill = fed(frame(0), frame(2))
    backfill.asking(wanted(10, 10), 0.0)
    backfill.answered(accepted(), 0.1)
    backfill.feed(end(status=StatusCode.NOT_FOUND), 0.2)
    assert backfill.wanted(5.0) is None


def test_the_end_of_another_transfer_ends_nothing() -> None:
    backfill = fed(frame(0), frame(2))
    backfill.asking(wanted(10, 10), 0.0)
    backfill.answered(accepted(transfer_id=4), 0.1)
    backfill.feed(end(transfer_id=3), 0.2)
    assert backfill.wanted(0.3) is None


def test_a_transfer_that_the_link_broke_does_not_count_as_tried() -> None:
    backfill = fed(frame(0), frame(2))
    for _ in range(10):
        backfill.asking(wanted(10, 10), 0.0)
        backfill.answered(accepted(), 0.0)
        backfill.link_lost()
    assert backfill.wanted(0.0) == wanted(10, 10)


def test_a_new_session_forgets_the_holes_of_the_old_one() -> None:
    backfill = fed(frame(0), frame(5), frame(0, session_id=8))
    assert backfill.wanted(0.0) is None


def test_copies_are_not_new_frames() -> None:
    backfill = fed(frame(0), frame(1))
    assert backfill.feed(frame(1), 0.0) == ()
    assert backfill.n_samples == 20


def test_broken_payloads_and_other_answers_are_passed_over() -> None:
    backfill = fed(frame(0), b"", b"\x11broken", frame(1))
    for junk in (b"", b"\xff", encode_response(Response(Op.STOP, 1, StatusCode.OK))):
        backfill.answered(junk, 0.0)
    assert (backfill.n_samples, backfill.wanted(0.0)) == (20, None)
