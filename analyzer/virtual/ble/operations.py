"""What the operations of the control point do that concern session, settings and clock (SPEC.md section 8.6)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from analyzer.virtual.ble.core import DeviceCore
from analyzer.virtual.ble.model import DeviceModel, Settings
from firmware_protocol import (
    Event,
    EventCode,
    FeatureBits,
    FrameKind,
    Request,
    StatusCode,
    Tlv,
    TlvItem,
    encode_tlvs,
    find_float,
    find_int,
    find_text,
)
from firmware_protocol.gatt import MIN_ATT_MTU, notification_bytes

__all__ = [
    "Answer",
    "Handler",
    "bad",
    "get_caps",
    "identify",
    "kinds_of",
    "mark_event",
    "self_test",
    "set_config",
    "set_utc",
    "start",
    "stop",
    "time_sync",
]

_BASES: Final = {FrameKind.IMU6, FrameKind.IMU9, FrameKind.ACC}
_SAME_VALUE: Final = 0.01
"""A value within this share of a listed one is that one (section 8.6)."""
_MAX_NAME_BYTES: Final = 8
"""What the advertisement has room for (section 2.3)."""
_IDENTIFY_S: Final = 3.0
_TESTS: Final = {0: None, 1: None, 4: FeatureBits.LOG, 5: None, 6: None}
"""Bits of the self-test that this sensor has: acc, gyr, flash, battery, clock; with the feature they need."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of a request: the rest of the response."""

    status: StatusCode
    items: tuple[TlvItem, ...] = ()


Handler = Callable[[DeviceCore, Request], Answer]


def bad(status: StatusCode, type_: int) -> Answer:
    """Return a failure that names the item at fault."""
    return Answer(status, (TlvItem(Tlv.BAD_TYPE, int(type_)),))


def get_caps(core: DeviceCore, request: Request) -> Answer:
    """List what SET_CONFIG and START accept, as much of it as fits."""
    model = core.model
    caps = [
        *_items(Tlv.RATE_HZ, model.rates_hz),
        *_items(Tlv.ACC_RANGE_M_S2, model.acc_ranges_m_s2),
        *_items(Tlv.GYR_RANGE_RAD_S, model.gyr_ranges_rad_s),
        *_items(Tlv.KIND, sorted(model.feature.frame_kinds)),
    ]
    offset = find_int(request.tlvs, Tlv.OFFSET) or 0
    if offset > len(caps):
        return bad(StatusCode.RANGE, Tlv.OFFSET)
    result = [TlvItem(Tlv.COUNT, len(caps)), TlvItem(Tlv.ATT_MTU, core.att_mtu), TlvItem(Tlv.NAME, core.settings.name)]
    # 3 bytes stand before the items of a response.
    room = notification_bytes(core.att_mtu) - 3
    # Name and MTU are courtesies; the list has to fit the smallest indication.
    if len(encode_tlvs(result)) + 6 > room:
        result = result[:1]
    for item in caps[offset:]:
        if len(encode_tlvs([*result, item])) > room:
            break
        result.append(item)
    return Answer(StatusCode.OK, tuple(result))


def set_config(core: DeviceCore, request: Request) -> Answer:
    """Change settings, all or none."""
    if core.session is not None:
        return Answer(StatusCode.BAD_STATE)
    model, settings = core.model, core.settings
    name = find_text(request.tlvs, Tlv.NAME)
    if name is not None and not 0 < len(name.encode()) <= _MAX_NAME_BYTES:
        return bad(StatusCode.BAD_PARAM, Tlv.NAME)
    for type_, listed in _listed(model).items():
        asked = find_float(request.tlvs, type_)
        if asked is not None and _nearest(asked, listed) is None:
            return bad(StatusCode.RATE if type_ == Tlv.RATE_HZ else StatusCode.RANGE, type_)
    changed = _changed(core, request, name)
    if replace(changed, name=settings.name) != settings:
        # 1 to 255 and around again (section 5.1).
        changed = replace(changed, config_id=settings.config_id % 255 + 1)
    core.settings = changed
    return Answer(StatusCode.OK, (TlvItem(Tlv.CONFIG_ID, changed.config_id),))


def start(core: DeviceCore, request: Request) -> Answer:
    """Begin a session, or join the one that runs."""
    kinds = kinds_of(core, request)
    if isinstance(kinds, Answer):
        return kinds
    n_samples = find_int(request.tlvs, Tlv.N_SAMPLES)
    if n_samples == 0:
        return bad(StatusCode.BAD_PARAM, Tlv.N_SAMPLES)
    if core.att_mtu < MIN_ATT_MTU:
        return Answer(StatusCode.MTU, (TlvItem(Tlv.ATT_MTU, core.att_mtu),))
    if core.session is not None:
        core.sample()
        if not core.session.is_live:
            # Live from here on: what only the log has seen is not missing.
            core.session.is_live = True
            core.session.sent = {kind: ring.next for kind, ring in core.session.rings.items()}
        return Answer(StatusCode.ALREADY, _session_items(core))
    if core.battery_pct < core.model.dead_battery_pct:
        return Answer(StatusCode.LOW_BATTERY)
    core.begin_session(kinds, n_samples)
    return Answer(StatusCode.OK, _session_items(core))


def stop(core: DeviceCore, request: Request) -> Answer:
    """End the session, or one transfer."""
    transfer_id = find_int(request.tlvs, Tlv.TRANSFER_ID)
    if transfer_id is not None:
        if core.transfer is None or core.transfer.transfer_id != transfer_id:
            return Answer(StatusCode.ALREADY)
        core.transfer.stop(StatusCode.OK)
        return Answer(StatusCode.OK)
    if core.session is None:
        return Answer(StatusCode.ALREADY)
    core.end_session(live=True)
    return Answer(StatusCode.OK)


def time_sync(core: DeviceCore, request: Request) -> Answer:
    """Return the host's time and the two times of the device."""
    now_us = core.device_us
    host_us = find_int(request.tlvs, Tlv.HOST_TX_US) or 0
    times = ((Tlv.HOST_TX_US, host_us), (Tlv.DEVICE_RX_US, now_us), (Tlv.DEVICE_TX_US, now_us))
    return Answer(StatusCode.OK, tuple(TlvItem(type_, time_us) for type_, time_us in times))


def set_utc(core: DeviceCore, request: Request) -> Answer:
    """Remember which device time the wall clock's time is; change no time stamp."""
    utc_us, now_us = find_int(request.tlvs, Tlv.UTC_US) or 0, core.device_us
    core.utc_minus_device_us = utc_us - now_us
    return Answer(StatusCode.OK, (TlvItem(Tlv.UTC_US, utc_us), TlvItem(Tlv.DEVICE_US, now_us)))


def identify(core: DeviceCore, request: Request) -> Answer:
    """Blink."""
    duration_us = find_int(request.tlvs, Tlv.DURATION_US)
    core.identified_until_s = core.now_s + (_IDENTIFY_S if duration_us is None else duration_us / 1e6)
    return Answer(StatusCode.OK)


def self_test(core: DeviceCore, request: Request) -> Answer:
    """Run the tests it has; a virtual sensor passes them all."""
    if core.session is not None:
        return Answer(StatusCode.BAD_STATE)
    asked = find_int(request.tlvs, Tlv.TESTS_RUN)
    have = sum(1 << bit for bit, need in _TESTS.items() if need is None or core.model.features & need)
    run = have if asked is None else have & asked
    return Answer(StatusCode.OK, (TlvItem(Tlv.TESTS_RUN, run), TlvItem(Tlv.TESTS_FAILED, 0)))


def mark_event(core: DeviceCore, request: Request) -> Answer:
    """Note the time of a mark, as an event too if events are streamed."""
    now_us = core.device_us
    if core.session is not None:
        mark_id, value = find_int(request.tlvs, Tlv.MARK_ID) or 0, find_int(request.tlvs, Tlv.EVENT_VALUE) or 0
        core.session.mark(Event(EventCode.MARK, mark_id, value), now_us)
    return Answer(StatusCode.OK, (TlvItem(Tlv.DEVICE_US, now_us),))


def kinds_of(core: DeviceCore, request: Request) -> frozenset[FrameKind] | Answer:
    """Return the kinds that a request names, or why they cannot be had."""
    numbers = [item.value for item in request.tlvs if item.type == Tlv.KIND]
    known = {int(kind): kind for kind in core.model.feature.frame_kinds}
    kinds = frozenset(known[int(number)] for number in numbers if number in known)
    if any(number not in known for number in numbers):
        return bad(StatusCode.NOT_SUPPORTED, Tlv.KIND)
    if len(numbers) != len(kinds) or len(kinds & _BASES) > 1:
        return bad(StatusCode.BAD_PARAM, Tlv.KIND)
    return kinds


def _listed(model: DeviceModel) -> dict[Tlv, tuple[float, ...]]:
    """Return the values that each setting can have; this sensor has no magnetometer and no choice of filters."""
    absent = (Tlv.MAG_RANGE_T, Tlv.HIGH_G_RANGE_M_S2, Tlv.ACC_CUTOFF_HZ, Tlv.GYR_CUTOFF_HZ)
    return {
        Tlv.RATE_HZ: model.rates_hz,
        Tlv.ACC_RANGE_M_S2: model.acc_ranges_m_s2,
        Tlv.GYR_RANGE_RAD_S: model.gyr_ranges_rad_s,
        **dict.fromkeys(absent, ()),
    }


def _nearest(asked: float, listed: tuple[float, ...]) -> float | None:
    return next((value for value in listed if abs(asked - value) <= _SAME_VALUE * value), None)


def _changed(core: DeviceCore, request: Request, name: str | None) -> Settings:
    settings, listed = core.settings, _listed(core.model)

    def value(type_: Tlv, now: float) -> float:
        asked = find_float(request.tlvs, type_)
        found = None if asked is None else _nearest(asked, listed[type_])
        return now if found is None else found

    location_id = find_int(request.tlvs, Tlv.LOCATION)
    return replace(
        settings,
        rate_hz=value(Tlv.RATE_HZ, settings.rate_hz),
        acc_range_m_s2=value(Tlv.ACC_RANGE_M_S2, settings.acc_range_m_s2),
        gyr_range_rad_s=value(Tlv.GYR_RANGE_RAD_S, settings.gyr_range_rad_s),
        location_id=settings.location_id if location_id is None else location_id,
        name=name or settings.name,
    )


def _items(type_: Tlv, values: Iterable[float]) -> list[TlvItem]:
    return [TlvItem(type_, value) for value in values]


def _session_items(core: DeviceCore) -> tuple[TlvItem, ...]:
    return (TlvItem(Tlv.SESSION_ID, core.session_id), TlvItem(Tlv.CONFIG_ID, core.settings.config_id))
