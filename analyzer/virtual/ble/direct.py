"""A virtual sensor without radio or waiting, behind the connection that the conformance checks want."""

from analyzer.virtual.ble.device import BATTERY_UUID, DEVICE_INFORMATION_UUIDS, SensorDevice
from firmware_protocol import CHARACTERISTICS, SERVICE_UUID, FeatureBits, gatt
from firmware_protocol.conformance import LinkError, Received
from firmware_protocol.gatt import Access

__all__ = ["DirectLink", "SteppedClock"]

_STEP_S = 0.045
"""Time moves by three common connection intervals at a time: half a frame, and fast."""

_WANTED_BY = {
    gatt.BULK_DATA.uuid: FeatureBits.RETRANSMIT | FeatureBits.LOG,
    gatt.STATUS.uuid: FeatureBits.STATUS,
    gatt.CALIBRATION.uuid: FeatureBits.CALIBRATION,
}


class SteppedClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        """Return the time, seconds."""
        return self.now_s


class DirectLink:
    """A `SensorDevice` as a `firmware_protocol.conformance.Link`: minutes pass in milliseconds.

    Parameters
    ----------
    device : SensorDevice
        Made with `clock`.
    clock : SteppedClock
    att_mtu : int
        What this host asks for.
    """

    def __init__(self, device: SensorDevice, clock: SteppedClock, att_mtu: int = 247) -> None:
        self._device, self._clock = device, clock
        self._received: list[Received] = []
        self._att_mtu = 0
        self._connect(att_mtu)

    @property
    def att_mtu(self) -> int:
        """MTU that was agreed on."""
        return self._att_mtu

    def advertised(self) -> frozenset[str]:
        """Return the service UUIDs of the advertisement."""
        return frozenset({SERVICE_UUID})

    def characteristics(self) -> dict[str, Access]:
        """Return the access to each characteristic by UUID."""
        features = self._device.model.features
        there = {
            known.uuid: known.access
            for known in CHARACTERISTICS
            if known.uuid not in _WANTED_BY or features & _WANTED_BY[known.uuid]
        }
        plate = dict.fromkeys((BATTERY_UUID, *DEVICE_INFORMATION_UUIDS.values()), Access.READ)
        return {**there, **plate}

    def read(self, uuid: str) -> bytes:
        """Return the value of a characteristic.

        Raises
        ------
        LinkError
            There is none, or it cannot be read.
        """
        try:
            return self._device.read(uuid)
        except KeyError as error:
            raise LinkError(f"{uuid} cannot be read") from error

    def subscribe(self, uuid: str) -> None:
        """Ask for notifications or indications."""
        self._device.subscribe(uuid, True)

    def write(self, data: bytes) -> None:
        """Write to the control point.

        Raises
        ------
        LinkError
            The connection is lost.
        """
        if not self._device.is_connected:
            raise LinkError("not connected")
        self._device.write(data)

    def wait(self, duration_s: float) -> None:
        """Let time pass, in short steps."""
        stop_s = self._clock.now_s + duration_s
        while self._clock.now_s < stop_s:
            self._clock.now_s = min(stop_s, self._clock.now_s + _STEP_S)
            for out in self._device.poll():
                self._received.append(Received(self._clock.now_s, out.uuid, out.payload))

    def received(self) -> list[Received]:
        """Return all that has come."""
        return self._received

    def now_s(self) -> float:
        """Return the host's clock."""
        return self._clock.now_s

    def reconnect(self, pause_s: float, att_mtu: int) -> None:
        """Disconnect, wait and connect again.

        Raises
        ------
        LinkError
            The sensor cannot be reached then.
        """
        self._device.disconnect()
        self.wait(pause_s)
        self._connect(att_mtu)

    def _connect(self, att_mtu: int) -> None:
        if not self._device.is_reachable:
            raise LinkError("the sensor does not answer")
        self._device.connect(att_mtu)
        self._att_mtu = min(att_mtu, self._device.model.max_att_mtu)
