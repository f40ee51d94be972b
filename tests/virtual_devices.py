"""Virtual sensors on a clock that the test moves."""

from analyzer.virtual.ble import DeviceModel, SensorDevice, Stage, parse_fault, resting
from analyzer.virtual.ble.direct import DirectLink, SteppedClock
from firmware_protocol import Op, Request, Tlv, TlvItem, decode_frame, decode_response, encode_request, gatt

LIVE, BULK, CONTROL = gatt.LIVE_DATA.uuid, gatt.BULK_DATA.uuid, gatt.CONTROL_POINT.uuid


class Bed:
    """A device, its clock, and short words for what a host does."""

    def __init__(self, *faults, model=None, supply=None, att_mtu=247):
        self.clock = SteppedClock()
        self.device = SensorDevice(
            model or DeviceModel(), supply or resting(), Stage(), self.clock, [parse_fault(text) for text in faults]
        )
        self.link = DirectLink(self.device, self.clock, att_mtu)
        self.subscribe()
        self._txn = 0

    def subscribe(self):
        for characteristic in gatt.CHARACTERISTICS:
            self.link.subscribe(characteristic.uuid)

    def ask(self, op, *items):
        """Return the response to a request, with a list of what came meanwhile left in `link`."""
        self._txn = self._txn % 255 + 1
        return self.raw(encode_request(Request(op, self._txn, tuple(TlvItem(*item) for item in items))))

    def raw(self, data):
        n_before = len(self.link.received())
        self.link.write(data)
        self.link.wait(0.02)
        answers = [one.payload for one in self.link.received()[n_before:] if one.uuid == CONTROL]
        return decode_response(answers[0]) if answers else None

    def start(self, *items):
        return self.ask(Op.START, (Tlv.KIND, 1), *items)

    def payloads(self, uuid=LIVE, since=0):
        return [one.payload for one in self.link.received()[since:] if one.uuid == uuid]

    def frames(self, uuid=LIVE, since=0):
        return [decode_frame(payload) for payload in self.payloads(uuid, since) if payload[0] <= 0x16]

    def wait(self, duration_s):
        self.link.wait(duration_s)
