"""A virtual sensor as its radio sees it: values read, writes answered, payloads that want to leave."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analyzer.virtual.ble.control import answer
from analyzer.virtual.ble.core import DEFAULT_ATT_MTU, DeviceCore, TrueClock
from analyzer.virtual.ble.faults import Fault, FaultKind, lasting
from analyzer.virtual.ble.model import DeviceModel
from analyzer.virtual.ble.session import Session
from analyzer.virtual.ble.supply import Stage, Supply
from analyzer.virtual.seeds import generator
from firmware_protocol import (
    Calibration,
    DeviceState,
    FeatureBits,
    FrameKind,
    Sensors,
    Status,
    encode_calibration,
    encode_feature,
    encode_status,
    gatt,
)

__all__ = ["BATTERY_UUID", "DEVICE_INFORMATION_UUIDS", "Outgoing", "SensorDevice"]

BATTERY_UUID = gatt.sig_uuid(0x2A19)
DEVICE_INFORMATION_UUIDS = {
    "manufacturer": gatt.sig_uuid(0x2A29),
    "model_number": gatt.sig_uuid(0x2A24),
    "serial_number": gatt.sig_uuid(0x2A25),
    "firmware": gatt.sig_uuid(0x2A26),
}
"""Field of the model -> characteristic of the Device Information service."""

_STATUS_EVERY_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A payload that leaves.

    Attributes
    ----------
    uuid : str
        Characteristic that notifies or, for the control point, indicates it.
    payload : bytes
    """

    uuid: str
    payload: bytes


class SensorDevice:
    """One sensor: bytes in, bytes out, no radio and no waiting.

    Whoever carries it tells it of connections, subscriptions and writes, and asks it with `poll` what wants to leave.

    Parameters
    ----------
    model : DeviceModel
    supply : Supply
    stage : Stage
        One for all sensors of an athlete.
    clock : callable
        Returns true seconds; it may be anything that does not run backwards.
    faults : sequence of Fault
    seed : int
        Of what is left to chance.

    Examples
    --------
    >>> from analyzer.virtual.ble.supply import resting
    >>> now_s = [0.0]
    >>> device = SensorDevice(DeviceModel(), resting(), Stage(), lambda: now_s[0])
    >>> device.connect(247)
    >>> device.subscribe(gatt.CONTROL_POINT.uuid, True), device.subscribe(gatt.LIVE_DATA.uuid, True)
    (None, None)
    >>> device.write(bytes.fromhex("03 01 01 01 01"))
    >>> now_s[0] = 0.2
    >>> [(out.uuid[4:8], len(out.payload)) for out in device.poll()]
    [('0002', 10), ('0003', 240), ('0003', 240)]
    """

    def __init__(
        self,
        model: DeviceModel,
        supply: Supply,
        stage: Stage,
        clock: TrueClock,
        faults: Sequence[Fault] = (),
        *,
        seed: int = 0,
    ) -> None:
        self.model = model
        self._core = DeviceCore(model, supply, stage, clock, faults)
        self._draw = generator(seed, "device", model.name)
        self._answers: deque[bytes] = deque()
        self._subscribed: set[str] = set()
        self._is_connected = False
        self._known_config_id = self._core.settings.config_id
        self._status_due_us = 0
        self._shown: tuple[int, int] = (int(DeviceState.IDLE), 0)
        self._n_reboots = 0

    @property
    def name(self) -> str:
        """Name as set now."""
        return self._core.settings.name

    @property
    def is_reachable(self) -> bool:
        """Say whether it can be connected to: not while it is rebooting or out of range."""
        kinds = (FaultKind.DROP, FaultKind.REBOOT)
        return not lasting(self._core.faults, kinds, self._core.since_start_s)

    @property
    def is_connected(self) -> bool:
        """Say whether a host holds a connection."""
        return self._is_connected

    @property
    def is_identifying(self) -> bool:
        """Say whether it is blinking."""
        return self._core.now_s < self._core.identified_until_s

    @property
    def state(self) -> DeviceState:
        """What it is doing."""
        return self._core.state

    @property
    def n_produced(self) -> int:
        """Samples taken in the running session, 0 without one."""
        return self._core.session.base_ring.next if self._core.session else 0

    @property
    def device_us(self) -> int:
        """Time on its clock."""
        return self._core.device_us

    @property
    def since_start_s(self) -> float:
        """True seconds since the first START of its athlete's sensors; negative before it."""
        return self._core.since_start_s

    def listens(self, uuid: str) -> bool:
        """Say whether a host has asked for a characteristic's notifications or indications."""
        return uuid in self._subscribed

    def connect(self, att_mtu: int = DEFAULT_ATT_MTU) -> None:
        """Take a host's connection."""
        self._is_connected = True
        self.set_mtu(att_mtu)

    def set_mtu(self, att_mtu: int) -> None:
        """Take the MTU that was agreed on."""
        self._core.att_mtu = min(att_mtu, self.model.max_att_mtu)

    def disconnect(self) -> None:
        """Note that the host is gone: subscriptions and the transfer end, the session goes on."""
        self._is_connected = False
        self._subscribed.clear()
        self._answers.clear()
        self._core.tail.clear()
        self._core.transfer = None
        self._core.att_mtu = DEFAULT_ATT_MTU

    def subscribe(self, uuid: str, on: bool) -> None:
        """Note that a host wants a characteristic, or no longer."""
        if not on:
            self._subscribed.discard(uuid)
            return
        self._subscribed.add(uuid)
        if uuid == gatt.LIVE_DATA.uuid and self._core.session is not None:
            # What was taken while nobody listened is there for RETRANSMIT; live begins with now.
            self._core.sample()
            self._core.session.skip(self._core.session.base_ring.next)

    def read(self, uuid: str) -> bytes:
        """Return the value of a characteristic.

        Raises
        ------
        KeyError
            It has no such characteristic, or it cannot be read.
        """
        return self._values()[uuid]()

    def write(self, data: bytes) -> None:
        """Take a write to the control point; its answer leaves with the next `poll`."""
        response = answer(self._core, data)
        if response is not None:
            self._answers.append(response)

    def poll(self, room: int = 1000) -> list[Outgoing]:
        """Return what leaves now, at most `room` payloads: answers, records, live frames, and then bulk data."""
        self._suffer()
        self._core.sample()
        self._drop_surplus()
        if not self._is_connected or lasting(self._core.faults, (FaultKind.STALL,), self._core.since_start_s):
            return []
        out = [Outgoing(gatt.CONTROL_POINT.uuid, self._answers.popleft()) for _ in range(min(room, len(self._answers)))]
        out += self._records()
        out += self._live(room - len(out))
        if len(out) < room:
            out += self._bulk(room - len(out))
        return out

    def _values(self) -> dict[str, Callable[[], bytes]]:
        core, features = self._core, self.model.features
        values: dict[str, Callable[[], bytes]] = {
            gatt.FEATURE.uuid: lambda: encode_feature(self.model.feature),
            gatt.CONFIG.uuid: core.config_record,
            BATTERY_UUID: lambda: bytes((core.battery_pct,)),
        }
        if features & FeatureBits.STATUS:
            values[gatt.STATUS.uuid] = self._status
        if features & FeatureBits.CALIBRATION:
            values[gatt.CALIBRATION.uuid] = lambda: encode_calibration(Calibration(sensors=Sensors.ACC | Sensors.GYR))
        for field, uuid in DEVICE_INFORMATION_UUIDS.items():
            values[uuid] = str(getattr(self.model, field)).encode
        return values

    def _status(self) -> bytes:
        core, session = self._core, self._core.session
        counts = session.clip_counts.tolist() if session else [0] * 6
        a, b, c, d, e, f = counts
        base = session.base_ring.next if session else 0
        return encode_status(
            Status(
                state=core.state,
                session_id=core.session_id,
                uptime_us=core.device_us,
                n_produced=base % 2**32,
                n_queued=max(0, base - session.sent[session.plan.base]) if session else 0,
                n_dropped=session.n_dropped if session else 0,
                clip_counts=(a, b, c, d, e, f),
                temperature_c=25.0,
                # A lithium cell falls from 4.2 V to 3.3 V, here in a straight line.
                battery_v=3.3 + 0.009 * core.battery_pct,
                battery_pct=core.battery_pct,
                last_error=core.last_error,
                log_used_kib=core.flash.used_kib,
                oldest_index=session.oldest(session.plan.base) % 2**32 if session else 0,
            )
        )

    def _suffer(self) -> None:
        """Let the faults happen that end a connection."""
        if self._is_connected and not self.is_reachable:
            self.disconnect()
        since_s = self._core.since_start_s
        n_due = sum(fault.kind is FaultKind.REBOOT and fault.at_s <= since_s for fault in self._core.faults)
        if n_due > self._n_reboots:
            self._n_reboots = n_due
            self._core.reboot()
            self._status_due_us = 0

    def _drop_surplus(self) -> None:
        """Give up the oldest samples when more wait for the radio than its queue holds."""
        session = self._core.session
        if session is None or not session.is_live:
            return
        batch = session.batch(self._core.att_mtu)
        waiting = session.base_ring.next - session.sent[session.plan.base]
        surplus = waiting - self.model.queue_frames * batch
        if not self.listens(gatt.LIVE_DATA.uuid):
            session.skip(session.base_ring.next)
        elif surplus > 0:
            # By whole frames, so that batches stay full.
            session.skip(session.sent[session.plan.base] + -(-surplus // batch) * batch)

    def _records(self) -> list[Outgoing]:
        core = self._core
        out: list[Outgoing] = []
        if core.settings.config_id != self._known_config_id and self.listens(gatt.CONFIG.uuid):
            self._known_config_id = core.settings.config_id
            out.append(Outgoing(gatt.CONFIG.uuid, core.config_record()))
        if self.model.features & FeatureBits.STATUS and self.listens(gatt.STATUS.uuid) and self._status_is_due():
            out.append(Outgoing(gatt.STATUS.uuid, self._status()))
        return out

    def _status_is_due(self) -> bool:
        core = self._core
        shown = (int(core.state), core.last_error)
        due = shown != self._shown or (core.state is not DeviceState.IDLE and core.device_us >= self._status_due_us)
        if due:
            # On a fixed beat, or each late poll would make the record rarer.
            late = core.device_us - self._status_due_us > _STATUS_EVERY_US
            self._status_due_us = (core.device_us if late else self._status_due_us) + _STATUS_EVERY_US
            self._shown = shown
        return due

    def _live(self, room: int) -> list[Outgoing]:
        core = self._core
        out: list[Outgoing] = []
        while core.tail and len(out) < room:
            out.append(Outgoing(gatt.LIVE_DATA.uuid, core.tail.pop(0)))
        session = core.session
        if session is None or not session.is_live or not self.listens(gatt.LIVE_DATA.uuid):
            return out if self.listens(gatt.LIVE_DATA.uuid) else []
        events, sent = session.rings[FrameKind.EVENT], session.sent
        while sent[FrameKind.EVENT] < events.next and len(out) < room:
            out.append(self._frame(session, FrameKind.EVENT, 1))
        base = session.plan.base
        batch = session.batch(core.att_mtu)
        while base in session.plan.kinds and sent[base] + batch <= session.base_ring.next and len(out) < room:
            if self._is_lost():
                session.skip(sent[base] + batch)
            else:
                out.append(self._frame(session, base, batch))
        return out

    def _frame(self, session: Session, kind: FrameKind, count: int) -> Outgoing:
        first = session.sent[kind]
        session.sent[kind] = first + count
        return Outgoing(gatt.LIVE_DATA.uuid, session.frame(kind, first, count, self._core.flags()))

    def _is_lost(self) -> bool:
        share = self._core.fault(FaultKind.LOSS)
        return share is not None and float(self._draw.random()) < share

    def _bulk(self, room: int) -> list[Outgoing]:
        out: list[Outgoing] = []
        while self._core.transfer is not None and len(out) < room:
            payload, is_end = self._core.transfer.next()
            if is_end:
                self._core.transfer = None
            if self.listens(gatt.BULK_DATA.uuid):
                out.append(Outgoing(gatt.BULK_DATA.uuid, payload))
        return out
