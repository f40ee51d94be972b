"""StreamDecoder: every sample at most once, every missing one accounted for, whatever the radio does."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import firmware_protocol as fp

MODULUS = 2**32
PERIOD_US = 5_000
N_CHANNELS = 3


def frame(index, n_samples=4, *, flags=0, session_id=7, t0_us=None, kind=fp.FrameKind.ACC):
    """Make samples index .. index + n_samples of a sensor whose counts tell the index."""
    return fp.Frame(
        kind=kind,
        config_id=1,
        session_id=session_id,
        first_sample_index=index % MODULUS,
        t0_us=10**9 + PERIOD_US * index if t0_us is None else t0_us,
        period_ns=PERIOD_US * 1000,
        location_id=fp.Location.LEFT_FOOT,
        flags=fp.FrameFlags(flags),
        sample_bytes=fp.pack_samples([(i % 30_000, 0, 0) for i in range(index, index + n_samples)]),
    )


def fed(decoder, *frames):
    return [event for one in frames for event in decoder.feed(fp.encode_frame(one))]


def indices(event):
    return [(event.first_sample_index + i) % MODULUS for i in range(event.n_samples)]


@st.composite
def radio_days(draw):
    """Frames as a bad day delivers them: lost, twice, re-cut, sent again in any order and any cut."""
    start = draw(st.sampled_from([0, 5, MODULUS - 10]))
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=12))
    cuts = [start]
    for size in sizes:
        cuts.append(cuts[-1] + size)
    delivered = []
    for at, (first, stop) in enumerate(pairwise(cuts)):
        fate = draw(st.sampled_from(["once", "lost", "twice", "overlap"]))
        if fate == "lost":
            continue
        if fate == "overlap" and at:
            first = draw(st.integers(cuts[at - 1], first))
        delivered += [frame(first, stop - first)] * (2 if fate == "twice" else 1)
        if draw(st.booleans()):
            again = draw(st.integers(start, stop - 1))
            n_samples = draw(st.integers(1, stop - again))
            delivered.append(frame(again, n_samples, flags=fp.FrameFlags.RETX))
    return start, delivered


@given(radio_days())
def test_no_sample_comes_out_twice(day):
    _, delivered = day
    events = fed(fp.StreamDecoder(), *delivered)

    seen = [i for event in events if isinstance(event, fp.Frame) for i in indices(event)]

    assert len(seen) == len(set(seen))


@given(radio_days())
def test_frames_and_open_gaps_account_for_every_sample_since_the_first(day):
    _, delivered = day
    decoder = fp.StreamDecoder()
    events = fed(decoder, *delivered)
    seen = {i for event in events if isinstance(event, fp.Frame) for i in indices(event)}
    missing = {i for first, n in decoder.open_gaps(fp.FrameKind.ACC) if n < 1000 for i in range(first, first + n)}

    if delivered:
        first = delivered[0].first_sample_index
        last = max((f.first_sample_index - first) % MODULUS + f.n_samples for f in delivered if not f.flags)
        span = {(first + i) % MODULUS for i in range(last)}
        assert span <= seen | {i % MODULUS for i in missing}
    assert not seen & {i % MODULUS for i in missing}


@given(radio_days())
def test_every_sample_missing_when_the_next_arrived_was_announced_as_a_gap(day):
    _, delivered = day
    announced, seen = set(), set()
    decoder = fp.StreamDecoder()
    first = None
    for one in delivered:
        for event in fed(decoder, one):
            if isinstance(event, fp.Gap):
                announced |= set(indices(event))
            else:
                seen |= set(indices(event))
                first = event.first_sample_index if first is None else first
                new = (event.first_sample_index - first) % MODULUS
                if new < MODULUS // 2:
                    assert {(first + i) % MODULUS for i in range(new)} <= seen | announced


@given(radio_days())
def test_counts_and_times_stay_with_their_samples_however_frames_are_cut(day):
    start, delivered = day
    for event in fed(fp.StreamDecoder(), *delivered):
        if isinstance(event, fp.Frame):
            index = start + (event.first_sample_index - start) % MODULUS
            assert event.t0_us == 10**9 + PERIOD_US * index
            assert [row[0] for row in event.samples] == [i % 30_000 for i in range(index, index + event.n_samples)]


@given(radio_days(), radio_days())
def test_a_stream_in_two_kinds_is_two_streams(one_day, other_day):
    acc = one_day[1]
    high_g = [replace(f, kind=fp.FrameKind.HIGH_G_ACC) for f in other_day[1]]
    alone = fed(fp.StreamDecoder(), *acc), fed(fp.StreamDecoder(), *high_g)
    mixed = []
    decoder = fp.StreamDecoder()
    for i in range(max(len(acc), len(high_g))):
        mixed += fed(decoder, *acc[i : i + 1], *high_g[i : i + 1])

    assert tuple([e for e in mixed if e.kind is kind] for kind in (fp.FrameKind.ACC, fp.FrameKind.HIGH_G_ACC)) == alone


def test_lost_samples_are_reported_before_the_frame_that_follows():
    later = frame(12)

    events = fed(fp.StreamDecoder(), frame(0), later)

    assert events[1:] == [fp.Gap(7, 4, 8, fp.GapReason.LOST, fp.FrameKind.ACC), later]


def test_a_retransmission_into_the_middle_of_a_hole_leaves_two_holes():
    decoder = fp.StreamDecoder()
    fed(decoder, frame(0), frame(20), frame(8, flags=fp.FrameFlags.RETX))

    assert decoder.open_gaps(fp.FrameKind.ACC) == [(4, 4), (12, 8)]


def test_one_retransmission_may_fill_parts_of_several_holes():
    decoder = fp.StreamDecoder()
    fed(decoder, frame(0), frame(8), frame(16))

    events = fed(decoder, frame(6, 9, flags=fp.FrameFlags.RETX))

    assert [(e.first_sample_index, e.n_samples, e.t0_us) for e in events] == [
        (6, 2, 10**9 + 6 * PERIOD_US),
        (12, 3, 10**9 + 12 * PERIOD_US),
    ]


def test_a_hole_beyond_the_wrap_is_filled_like_any_other():
    decoder = fp.StreamDecoder()
    fed(decoder, frame(MODULUS - 4), frame(MODULUS + 4), frame(MODULUS + 12))

    events = fed(decoder, frame(MODULUS + 8, flags=fp.FrameFlags.RETX))

    assert [event.first_sample_index for event in events] == [8]
    assert decoder.open_gaps(fp.FrameKind.ACC)[1:] == [(0, 4)]


def test_flags_about_an_end_leave_with_that_end():
    edges = fp.FrameFlags.TIME_GAP_BEFORE | fp.FrameFlags.OVERRUN_BEFORE | fp.FrameFlags.LAST_FRAME
    decoder = fp.StreamDecoder()
    fed(decoder, frame(0), frame(8), frame(16))

    older, newer = fed(decoder, frame(6, 9, flags=fp.FrameFlags.RETX | edges))

    assert older.flags == fp.FrameFlags.RETX | fp.FrameFlags.TIME_GAP_BEFORE | fp.FrameFlags.OVERRUN_BEFORE
    assert newer.flags == fp.FrameFlags.RETX | fp.FrameFlags.LAST_FRAME


def test_a_late_frame_is_refused_even_if_it_ends_where_the_last_one_ended():
    decoder = fp.StreamDecoder()
    fed(decoder, frame(0), frame(8))

    with pytest.raises(fp.PacketError) as caught:
        fed(decoder, frame(6, 6))

    assert caught.value.section == "10.3"


def test_a_refused_frame_changes_nothing():
    decoder, untouched = fp.StreamDecoder(), fp.StreamDecoder()
    for one in (decoder, untouched):
        fed(one, frame(0), frame(8))
    for refused in (frame(4), frame(12, t0_us=10**9), frame(0, session_id=6, flags=fp.FrameFlags.RETX)):
        with pytest.raises(fp.PacketError):
            fed(decoder, refused)

    following = (frame(12), frame(4, flags=fp.FrameFlags.RETX))
    assert fed(decoder, *following) == fed(untouched, *following)


def test_repeated_samples_are_counted():
    decoder = fp.StreamDecoder()

    fed(decoder, frame(0), frame(0), frame(2))

    assert decoder.n_repeated_samples == 4 + 2


def test_the_oldest_holes_are_given_up_first():
    decoder = fp.StreamDecoder(fp.StreamConfig(max_holes=2))

    fed(decoder, frame(0), *[frame(8 * i) for i in range(1, 5)])

    assert decoder.open_gaps(fp.FrameKind.ACC) == [(20, 4), (28, 4)]


def test_memory_stays_bounded_when_every_other_frame_is_lost_for_an_hour():
    decoder = fp.StreamDecoder(fp.StreamConfig(max_holes=64))

    fed(decoder, *[frame(8 * i) for i in range(5_000)])

    assert len(decoder.open_gaps(fp.FrameKind.ACC)) == 64


def test_a_new_session_begins_with_no_open_gaps():
    decoder = fp.StreamDecoder()

    events = fed(decoder, frame(0), frame(8), frame(0, session_id=8, t0_us=5))

    assert events[-2:] == [fp.SessionReset(8, 7), frame(0, session_id=8, t0_us=5)]
    assert decoder.open_gaps(fp.FrameKind.ACC) == []


def test_the_session_is_known_from_the_first_frame_on():
    decoder = fp.StreamDecoder()
    before = decoder.session_id

    fed(decoder, frame(0))

    assert (before, decoder.session_id) == (None, 7)


@pytest.mark.parametrize(("late_us", "reported"), [(-9_999, False), (0, False), (9_999, False), (10_021, True)])
def test_time_that_is_two_periods_off_is_a_gap_of_its_own(late_us, reported):
    following = frame(4, t0_us=10**9 + 4 * PERIOD_US + late_us)

    events = fed(fp.StreamDecoder(), frame(0), following)

    gap = fp.Gap(7, 4, 0, fp.GapReason.TIME_GAP, fp.FrameKind.ACC)
    assert events[1:] == ([gap, following] if reported else [following])


@pytest.mark.parametrize("n_samples", [1, 2, 4])
def test_a_frame_must_begin_after_the_last_sample_but_one(n_samples):
    limit_us = 10**9 + max(0, n_samples - 2) * PERIOD_US
    decoder = fp.StreamDecoder()
    fed(decoder, frame(0, n_samples))

    with pytest.raises(fp.PacketError) as caught:
        fed(decoder, frame(n_samples, t0_us=limit_us))

    assert caught.value.section == "10.4"
    assert fed(decoder, frame(n_samples, t0_us=limit_us + 1))
