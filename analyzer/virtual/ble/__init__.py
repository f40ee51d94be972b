"""A virtual sensor of the open profile: its behaviour as plain calls, and a radio of software to carry it."""

from analyzer.virtual.ble.device import Outgoing, SensorDevice
from analyzer.virtual.ble.faults import Fault, FaultKind, parse_fault
from analyzer.virtual.ble.model import ALL_FEATURES, DeviceModel
from analyzer.virtual.ble.supply import Stage, Supply, resting

__all__ = [
    "ALL_FEATURES",
    "DeviceModel",
    "Fault",
    "FaultKind",
    "Outgoing",
    "SensorDevice",
    "Stage",
    "Supply",
    "parse_fault",
    "resting",
]
