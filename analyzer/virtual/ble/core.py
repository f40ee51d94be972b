"""State of a virtual sensor that all its parts share."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from analyzer.virtual.ble.faults import Fault, FaultKind, amount_of
from analyzer.virtual.ble.memory import Flash, Log
from analyzer.virtual.ble.model import DeviceModel
from analyzer.virtual.ble.session import Session, SessionPlan
from analyzer.virtual.ble.supply import Stage, Supply
from firmware_protocol import DeviceState, FrameFlags, FrameKind, StatusCode, encode_config

if TYPE_CHECKING:
    from analyzer.virtual.ble.transfer import Transfer

__all__ = ["DeviceCore", "TrueClock"]

TrueClock = Callable[[], float]
"""Returns true seconds, which no device knows."""

DEFAULT_ATT_MTU: Final = 23


class DeviceCore:
    """Clock, settings, memory and session of one sensor; no radio.

    Parameters
    ----------
    model : DeviceModel
    supply : Supply
        What it feels.
    stage : Stage
        When that begins.
    clock : TrueClock
    faults : sequence of Fault
    """

    def __init__(
        self, model: DeviceModel, supply: Supply, stage: Stage, clock: TrueClock, faults: Sequence[Fault] = ()
    ) -> None:
        self.model = model
        self.faults = faults
        self._supply, self._stage, self._clock = supply, stage, clock
        self.settings = model.settings
        self.session: Session | None = None
        self.session_id = model.first_session_id
        self.flash = Flash(model.log_capacity_kib)
        self.transfer: Transfer | None = None
        self.last_transfer_id = 0
        self.att_mtu = DEFAULT_ATT_MTU
        self.utc_minus_device_us: int | None = None
        self.last_error = int(StatusCode.OK)
        # Payloads of a session that STOP has ended; they go before anything newer.
        self.tail: list[bytes] = []
        self.identified_until_s = -np.inf
        self._booted_s = clock() - model.uptime_s

    @property
    def now_s(self) -> float:
        """True time."""
        return self._clock()

    @property
    def since_start_s(self) -> float:
        """True seconds since the first START of the athlete's sensors; negative before it."""
        began_s = self._stage.began_s
        return -1.0 if began_s is None else self.now_s - began_s

    @property
    def device_us(self) -> int:
        """Time on the device's clock, with the step of a clock that jumps."""
        return max(0, round(self._steady_us(self.now_s)) + self._jump_us)

    @property
    def state(self) -> DeviceState:
        """What it is doing."""
        logging = self.flash.open_log is not None
        if self.session is None or not self.session.is_live:
            return DeviceState.LOGGING if logging else DeviceState.IDLE
        return DeviceState.STREAMING_AND_LOGGING if logging else DeviceState.STREAMING

    @property
    def battery_pct(self) -> int:
        """Level of the battery."""
        low = self.fault(FaultKind.BATTERY_LOW)
        return self.model.battery_pct if low is None else round(low)

    def fault(self, kind: FaultKind) -> float | None:
        """Return the amount of a fault that has come, None if it has not; one at 0 s is there from the works on."""
        return amount_of(self.faults, kind, max(0.0, self.since_start_s))

    def flags(self) -> FrameFlags:
        """Return the flags that hold for all frames now."""
        flags = FrameFlags(0)
        if self.battery_pct < self.model.low_battery_pct:
            flags |= FrameFlags.LOW_BATTERY
        if self.utc_minus_device_us is not None:
            flags |= FrameFlags.CLOCK_SYNCED
        return flags

    def config_record(self) -> bytes:
        """Return the value of the config characteristic."""
        return encode_config(self.settings.config(self.fault(FaultKind.WRONG_SCALE) or 1.0))

    def begin_session(self, kinds: frozenset[FrameKind], n_samples: int | None) -> Session:
        """Return a new session, which begins with the next microsecond."""
        self._stage.begin(self.now_s)
        self.session_id = (self.session_id + 1) % 2**16
        plan = SessionPlan(
            session_id=self.session_id,
            kinds=kinds,
            n_samples=n_samples,
            settings=self.settings,
            model=self.model,
            # On the clock as it is without its jump: the jump is added to each stamp as it is made.
            began_us=round(self._steady_us(self.now_s)) + 1,
        )
        self.session = Session(plan, max(1, int(self.model.ring_s * self.settings.rate_hz)))
        return self.session

    def sample(self) -> None:
        """Take all samples that are due."""
        session = self.session
        if session is None:
            return
        short_s = self.fault(FaultKind.MEMORY_FULL)
        if short_s is not None:
            session.shorten(max(1, int(short_s * self.settings.rate_hz)))
        due_us = session.due(self._steady_us(self.now_s))
        if due_us.size:
            true_s = self._booted_s + due_us / 1e6 / (1 + self.model.drift)
            session.take(due_us + self._jump_us, self._supply.at(self._stage.since(true_s)))
        self._write_log(session)

    def end_session(self, *, live: bool) -> None:
        """End the session, its log with it; what is unsent becomes the tail if it was sent live."""
        session = self.session
        if session is None:
            return
        self.sample()
        self.close_log()
        if live and session.is_live:
            self.tail = self._rest(session)
        self.session = None
        self._end_transfer()

    def close_log(self) -> Log | None:
        """Write the last short frame of the log that is open and close it."""
        log = self.flash.open_log
        if log is not None and self.session is not None:
            self._write_frames(self.session, log, least=1)
        if log is not None:
            log.is_open = False
        return log

    def reboot(self) -> None:
        """Start anew: clock at zero, memory gone, session id one on; logs, name and place stay."""
        if self.flash.open_log is not None:
            self.flash.open_log.is_open = False
        self.session, self.transfer, self.tail = None, None, []
        self.session_id = (self.session_id + 1) % 2**16
        self.utc_minus_device_us = None
        self.att_mtu = DEFAULT_ATT_MTU
        self._booted_s = self.now_s

    @property
    def _jump_us(self) -> int:
        since_s = max(0.0, self.since_start_s)
        jumps = [fault for fault in self.faults if fault.kind is FaultKind.CLOCK_JUMP]
        return round(sum(fault.amount * (since_s // fault.at_s if fault.at_s > 0 else 1) for fault in jumps) * 1e6)

    def _steady_us(self, true_s: float) -> float:
        return (true_s - self._booted_s) * 1e6 * (1 + self.model.drift)

    def _end_transfer(self) -> None:
        if self.transfer is not None:
            self.transfer.stop(StatusCode.NOT_FOUND)

    def _rest(self, session: Session) -> list[bytes]:
        payloads = []
        batch = session.batch(self.att_mtu)
        for kind in sorted(session.plan.kinds, reverse=True):
            ring, size = session.rings[kind], batch if kind is session.plan.base else 1
            first = max(session.sent[kind], ring.oldest)
            # At least one sample, seen before or not: a host has to learn that it was the last.
            first = min(first, max(ring.oldest, ring.next - 1))
            for at in range(first, ring.next, size):
                last = FrameFlags.LAST_FRAME if at + size >= ring.next else FrameFlags(0)
                payloads.append(session.frame(kind, at, min(size, ring.next - at), self.flags() | last))
            session.sent[kind] = ring.next
        return payloads

    def _write_log(self, session: Session) -> None:
        log = self.flash.open_log
        if log is None:
            return
        self._write_frames(session, log, least=session.batch(self.model.max_att_mtu))
        if log.until_us is not None and self.device_us >= log.until_us:
            self.close_log()
            if not session.is_live:
                self.session = None

    def _write_frames(self, session: Session, log: Log, least: int) -> None:
        ring = session.base_ring
        size = session.batch(self.model.max_att_mtu)
        log.next_index = max(log.next_index, ring.oldest)
        while log.is_open and ring.next - log.next_index >= least:
            count = min(size, ring.next - log.next_index)
            payload = session.frame(session.plan.base, log.next_index, count, self.flags() | FrameFlags.RETX)
            if not self.flash.write(log, payload):
                log.is_open = False
                self.last_error = int(StatusCode.LOG_FULL)
                return
            log.next_index += count
