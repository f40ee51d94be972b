"""Checks of sessions and frames (SPEC.md section 12, numbers 8 to 17, 30, 37 and 40)."""

import math
import statistics

from firmware_protocol import gatt
from firmware_protocol.config import Config, Sensors, decode_config
from firmware_protocol.conformance.bench import Bench, Failure
from firmware_protocol.control import Op, StatusCode
from firmware_protocol.errors import PacketError
from firmware_protocol.frames import CHANNELS, FrameFlags, FrameKind, encode_frame
from firmware_protocol.stream import Gap, StreamDecoder
from firmware_protocol.tlv import Tlv, TlvItem, find_int

__all__ = [
    "a_second_start_joins",
    "acceleration_is_gravity",
    "clipping_is_flagged",
    "frames_are_bounded_by_n_samples",
    "frames_are_known",
    "frames_only_between_start_and_stop",
    "indices_are_contiguous",
    "last_frame_is_marked",
    "no_frame_waits_long",
    "period_is_measured",
    "small_mtu_is_refused",
    "start_begins_a_session",
    "ten_sessions_count_up",
]

GRAVITY_M_S2, GRAVITY_SHARE, STILL_RAD_S = 9.81, 0.05, 0.2
PERIOD_SHARE = 1e-3
LONGEST_FRAME_S = 0.25
CLIP_COUNT = 32767
_WATCH_S = 60.0
_LAST_FRAME_S = 1.0


def frames_only_between_start_and_stop(bench: Bench) -> None:
    """Check 8."""
    n_before = len(bench.link.received())
    bench.link.wait(2.0)
    if bench.frames(n_before):
        raise Failure("frames came before START")
    bench.start()
    bench.link.wait(1.0)
    bench.expect(Op.STOP)
    stopped_s = bench.answers()[-1].time_s
    bench.link.wait(3.0)
    late = [
        one
        for one in bench.link.received()
        if one.uuid == gatt.LIVE_DATA.uuid and one.time_s > stopped_s + _LAST_FRAME_S
    ]
    if late:
        raise Failure(f"a frame came {late[-1].time_s - stopped_s:.1f} s after the response to STOP", late[-1].payload)


def small_mtu_is_refused(bench: Bench) -> str | None:
    """Check 9; returns why it could not be tried where the host's radio chooses the MTU."""
    bench.reconnect(0.0, gatt.MIN_ATT_MTU - 1)
    if bench.link.att_mtu >= gatt.MIN_ATT_MTU:
        return "this computer does not let the MTU be chosen"
    bench.expect(Op.START, TlvItem(Tlv.KIND, bench.base), status=StatusCode.MTU)
    return None


def start_begins_a_session(bench: Bench) -> None:
    """Check 10."""
    before = find_int(bench.start().tlvs, Tlv.SESSION_ID)
    bench.stop()
    n_before = len(bench.link.received())
    session_id = find_int(bench.start().tlvs, Tlv.SESSION_ID)
    bench.link.wait(1.0)
    bench.stop()
    if session_id == before:
        raise Failure(f"two sessions have the id {session_id}", bench.answers()[-1].payload)
    frames = bench.frames(n_before)
    if not frames:
        raise Failure("no frame came within 1 s of START")
    first = frames[0]
    if first.first_sample_index != 0:
        raise Failure(f"the first frame has index {first.first_sample_index}", encode_frame(first), 4)
    if first.session_id != session_id:
        raise Failure(f"the first frame has session {first.session_id}, not {session_id}", encode_frame(first), 2)
    answered = next(n for n, one in enumerate(bench.link.received()) if n >= n_before and one.uuid == _CONTROL)
    if any(one.uuid == gatt.LIVE_DATA.uuid for one in bench.link.received()[n_before:answered]):
        raise Failure("a frame came before the response to START")


def a_second_start_joins(bench: Bench) -> None:
    """Check 11."""
    session_id = find_int(bench.start().tlvs, Tlv.SESSION_ID)
    bench.link.wait(1.0)
    n_before = len(bench.link.received())
    again = bench.expect(Op.START, TlvItem(Tlv.KIND, bench.base), status=StatusCode.ALREADY)
    bench.link.wait(1.0)
    bench.stop()
    if find_int(again.tlvs, Tlv.SESSION_ID) != session_id:
        raise Failure("ALREADY does not tell the session that runs", bench.answers()[-2].payload)
    frames = bench.frames(n_before)
    if not frames or frames[0].session_id != session_id or frames[0].first_sample_index == 0:
        raise Failure("the stream did not go on after a second START")


def ten_sessions_count_up(bench: Bench) -> None:
    """Check 12."""
    ids = []
    for _ in range(10):
        ids.append(find_int(bench.start().tlvs, Tlv.SESSION_ID) or 0)
        bench.link.wait(0.2)
        bench.stop()
    if ids != [(ids[0] + n) % 2**16 for n in range(10)]:
        raise Failure(f"session ids should count up by one, got {ids}")


def frames_are_known(bench: Bench) -> None:
    """Check 13."""
    ids = {_config(bench).config_id}
    for frame in bench.stream(3.0):
        if frame.kind is not bench.base:
            raise Failure(f"a frame of {frame.kind.name}, which START did not name", encode_frame(frame), 0)
        if frame.config_id not in ids:
            raise Failure(f"config {frame.config_id} was never read or notified", encode_frame(frame), 1)


def indices_are_contiguous(bench: Bench) -> None:
    """Check 14."""
    decoder = StreamDecoder()
    for frame in bench.stream(_WATCH_S):
        payload = encode_frame(frame)
        try:
            events = decoder.feed(payload)
        except PacketError as error:
            raise Failure(str(error), payload, 8) from error
        gap = next((event for event in events if isinstance(event, Gap)), None)
        if gap is not None:
            raise Failure(f"{gap.reason.value} before index {frame.first_sample_index}", payload, 4)


def period_is_measured(bench: Bench) -> None:
    """Check 15."""
    frames = bench.stream(_WATCH_S)
    first, last = frames[0], frames[-1]
    n = last.first_sample_index - first.first_sample_index
    if n <= 0:
        raise Failure("one frame in a minute tells nothing of the period", encode_frame(first))
    period_ns = (last.t0_us - first.t0_us) * 1000 / n
    if abs(period_ns - last.period_ns) > PERIOD_SHARE * period_ns:
        raise Failure(f"period_ns is {last.period_ns}, the times say {period_ns:.0f}", encode_frame(last), 16)


def acceleration_is_gravity(bench: Bench) -> None:
    """Check 16."""
    config = _config(bench)
    samples = [row for frame in bench.stream(3.0) for row in frame.samples]
    size_m_s2 = statistics.median(
        math.dist((0, 0, 0), [count * config.acc_scale_m_s2_per_lsb for count in row[:3]]) for row in samples
    )
    if abs(size_m_s2 - GRAVITY_M_S2) > GRAVITY_SHARE * GRAVITY_M_S2:
        # Byte 8 is where the scale of the accelerometer stands in the config record.
        payload = bench.link.read(gatt.CONFIG.uuid)
        raise Failure(f"at rest the acceleration is {size_m_s2:.2f} m/s2 instead of 9.81", payload, 8)
    if Sensors.GYR in config.sensors and bench.base is not FrameKind.ACC:
        rate = statistics.median(
            math.dist((0, 0, 0), [count * config.gyr_scale_rad_s_per_lsb for count in row[3:6]]) for row in samples
        )
        if rate > STILL_RAD_S:
            raise Failure(f"at rest the gyroscope shows {rate:.2f} rad/s")


def last_frame_is_marked(bench: Bench) -> None:
    """Check 17."""
    frames = bench.stream(1.0)
    marked = [bool(frame.flags & FrameFlags.LAST_FRAME) for frame in frames]
    if marked != [False] * (len(frames) - 1) + [True]:
        wrong = frames[marked.index(True)] if any(marked[:-1]) else frames[-1]
        raise Failure("LAST_FRAME should be set in the last frame and in no other", encode_frame(wrong), 23)


def clipping_is_flagged(bench: Bench) -> str | None:
    """Check 30; returns why it could not be tried if nothing clipped."""
    n_clipped = 0
    for frame in bench.stream(_WATCH_S):
        for axis in range(min(6, CHANNELS[frame.kind])):
            if max(abs(row[axis]) for row in frame.samples) >= CLIP_COUNT:
                n_clipped += 1
                if not frame.flags & (1 << axis):
                    raise Failure(f"axis {axis} is at its limit without its flag", encode_frame(frame), 22)
    return None if n_clipped else "nothing reached its range: shake the sensor hard while this check runs"


def frames_are_bounded_by_n_samples(bench: Bench) -> None:
    """Check 37."""
    for frame in bench.stream(1.0, TlvItem(Tlv.N_SAMPLES, 5)):
        if frame.n_samples > 5:
            raise Failure(f"START asked for at most 5 samples, a frame has {frame.n_samples}", encode_frame(frame), 20)


def no_frame_waits_long(bench: Bench) -> None:
    """Check 40."""
    for frame in bench.stream(3.0):
        span_s = (frame.n_samples - 1) * frame.period_ns * 1e-9
        if span_s > LONGEST_FRAME_S:
            raise Failure(f"a frame spans {span_s:.2f} s, at most 0.25 s may pass", encode_frame(frame), 20)


_CONTROL = gatt.CONTROL_POINT.uuid


def _config(bench: Bench) -> Config:
    return bench.decoded(decode_config, bench.readable(gatt.CONFIG.uuid, "the config record"))
