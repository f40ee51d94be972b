"""Other makers' sensors as plain bytes in and out: one module or room per maker.

``polar``, ``movesense``, ``movella_dot``, ``witmotion``, and ``bluetooth_sig`` for the standard services. Nothing here
has been tried on hardware; the tests hold each codec against published payloads.
"""

from firmware_protocol.devices.errors import DeviceError

__all__ = ["DeviceError"]
