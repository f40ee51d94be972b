"""One session of a virtual sensor: samples taken by the clock, cut into frames."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats
from analyzer.virtual.ble.memory import Counts, Ring, Whole
from analyzer.virtual.ble.model import FULL_COUNTS, DeviceModel, Settings
from firmware_protocol import CHANNELS, Event, Frame, FrameFlags, FrameKind, encode_event, encode_frame, max_samples
from firmware_protocol.stream import INDEX_MODULUS

__all__ = ["Session", "SessionPlan"]

CLIP_LIMIT = 65535
"""Clip counts stay there (SPEC.md section 6.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """What holds for a whole session.

    Attributes
    ----------
    session_id : int
    kinds : frozenset of FrameKind
        To be sent.
    n_samples : int or None
        Most samples per frame, as asked for.
    settings : Settings
    model : DeviceModel
    began_us : int
        Device time of sample 0.
    """

    session_id: int
    kinds: frozenset[FrameKind]
    n_samples: int | None
    settings: Settings
    model: DeviceModel
    began_us: int

    @property
    def base(self) -> FrameKind:
        """The kind that carries the samples."""
        return FrameKind.ACC if FrameKind.ACC in self.kinds else FrameKind.IMU6

    @property
    def period_us(self) -> float:
        """True sample period on the device's clock."""
        return 1e6 / self.settings.rate_hz * (1 + self.model.rate_error)


class Session:
    """Samples from START to STOP.

    Parameters
    ----------
    plan : SessionPlan
    n_ring : int
        Samples that a retransmission reaches back.
    """

    def __init__(self, plan: SessionPlan, n_ring: int) -> None:
        self.plan = plan
        self.is_live = True
        self.n_dropped = 0
        self.clip_counts: Whole = np.zeros(6, np.int64)
        n_queue = plan.model.queue_frames * self.batch(plan.model.max_att_mtu)
        self._n_ring = n_ring
        # The ring is the queue of the radio too, so it holds at least that.
        self.rings = {
            plan.base: Ring(max(n_ring, n_queue), CHANNELS[plan.base]),
            FrameKind.EVENT: Ring(256, CHANNELS[FrameKind.EVENT]),
        }
        self.sent = dict.fromkeys(self.rings, 0)

    @property
    def base_ring(self) -> Ring:
        """Samples of the base kind."""
        return self.rings[self.plan.base]

    def oldest(self, kind: FrameKind) -> int:
        """Return the oldest index that a retransmission may bring."""
        ring = self.rings[kind]
        return ring.oldest if kind is FrameKind.EVENT else max(ring.oldest, ring.next - self._n_ring)

    def shorten(self, n_ring: int) -> None:
        """Forget all but the newest samples, now and from now on."""
        self._n_ring = min(self._n_ring, n_ring)

    def batch(self, att_mtu: int) -> int:
        """Return the samples per frame at an MTU."""
        plan = self.plan
        return plan.settings.batch(max_samples(plan.base, att_mtu), plan.n_samples, plan.model.max_wait_s)

    def due(self, now_us: float) -> Floats:
        """Return the device times of the samples taken since the last call, microseconds."""
        last = int((now_us - self.plan.began_us) // self.plan.period_us)
        indices = np.arange(self.base_ring.next, last + 1, dtype=np.float64)
        return np.asarray(self.plan.began_us + indices * self.plan.period_us)

    def take(self, times_us: Floats, felt: Floats) -> None:
        """Convert and keep samples.

        Parameters
        ----------
        times_us : (n,) float array
            As the device's clock stamps them.
        felt : (n, 6) float array
            m/s2 and rad/s.
        """
        settings = self.plan.settings
        scales = np.repeat([settings.acc_scale_m_s2, settings.gyr_scale_rad_s], 3)
        counts = np.clip(np.rint(felt / scales), -FULL_COUNTS, FULL_COUNTS).astype(np.int16)
        clipped = (np.abs(counts) >= self.plan.model.clip_share * FULL_COUNTS).sum(axis=0)
        self.clip_counts = np.minimum(self.clip_counts + clipped, CLIP_LIMIT)
        rows = counts[:, : CHANNELS[self.plan.base]]
        self.base_ring.append(np.rint(times_us).astype(np.int64), rows)

    def mark(self, event: Event, time_us: int) -> None:
        """Keep an event for sending; without EVENT frames asked for nobody sends it."""
        if FrameKind.EVENT in self.plan.kinds:
            row = np.frombuffer(encode_event(event), "<i2").reshape(1, -1).astype(np.int16)
            self.rings[FrameKind.EVENT].append(np.array([time_us], np.int64), row)

    def frame(self, kind: FrameKind, first: int, count: int, flags: FrameFlags) -> bytes:
        """Return the payload of a frame with samples that the ring holds."""
        times_us, rows = self.rings[kind].read(first, count)
        is_event = kind is FrameKind.EVENT
        return encode_frame(
            Frame(
                kind,
                self.plan.settings.config_id,
                self.plan.session_id,
                first % INDEX_MODULUS,
                int(times_us[0]),
                0 if is_event else round(self.plan.period_us * 1000),
                self.plan.settings.location_id,
                flags if is_event else flags | self._clip_flags(rows),
                rows.astype("<i2").tobytes(),
            )
        )

    def skip(self, upto: int) -> None:
        """Give up samples of the base kind that were not sent, up to an index."""
        self.n_dropped += max(0, upto - self.sent[self.plan.base])
        self.sent[self.plan.base] = max(upto, self.sent[self.plan.base])

    def _clip_flags(self, rows: Counts) -> FrameFlags:
        flags = FrameFlags(0)
        # Counts end at -32767, so abs does not overflow; ACC rows have three channels, the accelerometer's.
        for axis, peak in enumerate(np.abs(rows).max(axis=0).tolist()):
            if peak >= self.plan.model.clip_share * FULL_COUNTS:
                flags |= FrameFlags(1 << axis)
        return flags
