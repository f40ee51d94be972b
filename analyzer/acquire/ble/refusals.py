"""What a sensor means by the status codes of its control point, for people."""

from collections.abc import Mapping

from firmware_protocol import Response, StatusCode, Tlv, find_text

__all__ = ["refusal"]


def refusal(name: str, response: Response) -> str:
    """Return what happened and what to do, for an answer that is not OK.

    >>> from firmware_protocol import Op
    >>> refusal("Left", Response(Op.START, 1, StatusCode.LOW_BATTERY))
    'Left will not start: its battery is nearly empty. Charge it before the next athlete.'
    """
    if response.status in _KNOWN:
        return f"{name} will not start: {_KNOWN[response.status]}"
    code = response.status.name if isinstance(response.status, StatusCode) else f"0x{response.status:02x}"
    detail = find_text(response.tlvs, Tlv.DETAIL)
    said = f"{code}: {detail}" if detail else code
    return f"{name} refused ({said}). Switch it off and on again; if it stays so, update its firmware."


_KNOWN: Mapping[int, str] = {
    StatusCode.LOW_BATTERY: "its battery is nearly empty. Charge it before the next athlete.",
    StatusCode.CHARGING: "it is charging. Take it off the charger.",
    StatusCode.MTU: "this Bluetooth adapter carries too little in one piece. Use a newer one.",
    StatusCode.AUTH: "it is locked to its owner. Unlock it in the maker's program.",
    StatusCode.SENSOR_FAULT: "its motion sensor is broken. Use another one.",
    StatusCode.BUSY: "another program is using it. Close that program.",
    StatusCode.BAD_STATE: "it is doing something else, perhaps logging. Stop that first.",
}
