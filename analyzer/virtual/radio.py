"""From samples to payloads: device clock, frames, air time, loss."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analyzer.model import Bools, Characteristic, Placement, TimedPayload
from analyzer.virtual.scenarios import Link
from analyzer.virtual.sensor import FULL_COUNTS, Counts, SensorModel, Trace
from firmware_protocol import (
    Config,
    Frame,
    FrameFlags,
    FrameKind,
    Location,
    encode_config,
    encode_frame,
    max_samples,
)

__all__ = ["RadioModel", "broadcast"]

CLIP_FLAGS = (
    FrameFlags.ACC_CLIP_X,
    FrameFlags.ACC_CLIP_Y,
    FrameFlags.ACC_CLIP_Z,
    FrameFlags.GYR_CLIP_X,
    FrameFlags.GYR_CLIP_Y,
    FrameFlags.GYR_CLIP_Z,
)


@dataclass(frozen=True, slots=True)
class RadioModel:
    """Link between sensor and host.

    Attributes
    ----------
    att_mtu : int
        Largest attribute message, from which the samples per frame follow.
    interval_s : float
        Between two connection events; a payload waits for the next one.
    late_s : float
        Mean extra delay of the host's own queues.
    max_uptime_s : float
        Sensors were switched on up to this long before the recording.
    clip_share : float
        Share of full scale from which the sensor itself reports clipping.
    """

    att_mtu: int = 247
    interval_s: float = 0.015
    late_s: float = 0.003
    max_uptime_s: float = 900.0
    clip_share: float = 0.99


def broadcast(
    placement: Placement,
    trace: Trace,
    model: SensorModel,
    link: Link,
    draw: np.random.Generator,
    radio: RadioModel | None = None,
) -> Iterator[TimedPayload]:
    """Yield what the host receives from one sensor, in order of arrival: the config record, then data frames.

    Parameters
    ----------
    placement : Placement
        Also gives the sensor its name.
    trace : Trace
    model : SensorModel
    link : Link
    draw : numpy.random.Generator
        Of this sensor's radio.
    radio : RadioModel, optional
    """
    radio = radio or RadioModel()
    location = Location[placement.name]
    size = max_samples(FrameKind.IMU6, radio.att_mtu)
    starts = np.arange(0, len(trace.counts), size)
    # Every device clock began at its own time, long before the recording: offsets must be found.
    booted_s = -float(draw.uniform(5.0, radio.max_uptime_s))
    rate = 1.0 + float(draw.normal(0.0, model.clock_drift))
    session = int(draw.integers(1, 65536))
    phase_s = float(draw.uniform(0.0, radio.interval_s))
    t0_us = np.rint((trace.time_s[starts] - booted_s) * rate * 1e6).astype(np.int64)
    period_ns = round(trace.period_s * rate * 1e9)
    # A frame can leave once its last sample has been taken.
    sent_s = trace.time_s[np.minimum(starts + size, len(trace.counts)) - 1]
    # Ready less than a fifth of an interval before a connection event, a payload misses it.
    events = np.ceil((sent_s - phase_s) / radio.interval_s + 0.2)
    arrive_s = events * radio.interval_s + phase_s + draw.exponential(radio.late_s, starts.size)
    # The link keeps the order: a late payload holds up those behind it.
    arrive_s = np.maximum.accumulate(arrive_s)
    lost = _lost(starts.size, link, draw)
    # Read, not notified: the link repeats until it is there, so it is never lost.
    yield TimedPayload(
        placement.value,
        encode_config(_config(model, location)),
        0.0,
        Characteristic.CONFIG,
    )
    for number, start in enumerate(starts.tolist()):
        if not lost[number]:
            counts = trace.counts[start : start + size]
            frame = Frame(
                FrameKind.IMU6,
                1,
                session,
                start,
                int(t0_us[number]),
                period_ns,
                location,
                _flags(counts, radio.clip_share),
                counts.astype("<i2").tobytes(),
            )
            yield TimedPayload(placement.value, encode_frame(frame), float(arrive_s[number]))


def _config(model: SensorModel, location: Location) -> Config:
    return Config(
        config_id=1,
        location_id=location,
        acc_scale_m_s2_per_lsb=model.acc_scale_m_s2,
        acc_range_m_s2=model.acc_range_m_s2,
        gyr_scale_rad_s_per_lsb=model.gyr_scale_rad_s,
        gyr_range_rad_s=model.gyr_range_rad_s,
        nominal_rate_hz=model.rate_hz,
        acc_cutoff_hz=model.cutoff_hz,
        gyr_cutoff_hz=model.cutoff_hz,
        filter_delay_us=round(model.filter_delay_s * 1e6),
    )


def _flags(counts: Counts, clip_share: float) -> FrameFlags:
    flags = FrameFlags(0)
    # Counts end at -32767 (`FULL_COUNTS` both ways), so abs does not overflow.
    for flag, peak in zip(CLIP_FLAGS, np.abs(counts).max(axis=0).tolist(), strict=True):
        if peak >= clip_share * FULL_COUNTS:
            flags |= flag
    return flags


def _lost(n_packets: int, link: Link, draw: np.random.Generator) -> Bools:
    """Return which packets get lost: bursts of geometric length (a two-state Gilbert model)."""
    lost = np.zeros(n_packets, dtype=np.bool_)
    if link.lost_share <= 0:
        return lost
    # In the long run p = begin / (begin + 1 / burst) of the packets are lost, solved for begin.
    begin = link.lost_share / (1 - link.lost_share) / link.burst_packets
    chances = draw.random(n_packets)
    bad = False
    for number in range(n_packets):
        bad = chances[number] < (1 - 1 / link.burst_packets if bad else begin)
        lost[number] = bad
    return lost
