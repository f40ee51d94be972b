"""What kind of sensor is simulated: its abilities, limits and name plate."""

from dataclasses import dataclass

import numpy as np

from analyzer.units import G_M_S2
from firmware_protocol import Config, Feature, FeatureBits, FrameKind, Location, Sensors
from firmware_protocol.frames import MAX_SAMPLES

__all__ = ["ALL_FEATURES", "FULL_COUNTS", "DeviceModel", "Settings"]

FULL_COUNTS = 32767
"""Largest count of a 16-bit converter, used in both directions."""

ALL_FEATURES = (
    FeatureBits.SET_CONFIG
    | FeatureBits.TIME_SYNC
    | FeatureBits.SET_UTC
    | FeatureBits.RETRANSMIT
    | FeatureBits.LOG
    | FeatureBits.IDENTIFY
    | FeatureBits.SELF_TEST
    | FeatureBits.MARK_EVENT
    | FeatureBits.STATUS
    | FeatureBits.CALIBRATION
    | FeatureBits.MEASURED_PERIOD
)
"""All that a sensor without buttons, wires and owners can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceModel:
    """The sensor as built.

    Attributes
    ----------
    name : str
        As advertised, at most 8 bytes (SPEC.md section 2.3).
    location_id : int
        Where it is worn, as set at the works.
    manufacturer, model_number, serial_number, firmware : str
        Of the Device Information service.
    device_id : int
        Constant 64-bit number.
    features : FeatureBits
        Optional abilities.
    rates_hz, acc_ranges_m_s2, gyr_ranges_rad_s : tuple of float
        What SET_CONFIG accepts; the last of each is the setting at the works.
    rate_error : float
        True sample period over nominal, minus one. Half a percent is what sensor chips show.
    drift : float
        Rate error of its clock.
    uptime_s : float
        Switched on so long before the simulation began.
    ring_s : int
        Samples kept for retransmission.
    log_capacity_kib : int
        Flash for logs.
    max_att_mtu : int
        Largest ATT MTU; 247 fills one link-layer packet.
    max_wait_s : float
        Longest wait for the last sample of a frame (SPEC.md section 2.4).
    queue_frames : int
        Frames that wait for the radio before the oldest is given up.
    clip_share : float
        Share of full scale from which clipping is reported: filters behind the converter round peaks off.
    battery_pct : int
        Level when switched on.
    low_battery_pct, dead_battery_pct : int
        It warns below the first and does not start below the second.
    token : bytes
        Asked for if the features say NEEDS_TOKEN.
    first_session_id : int
        Of the last session before the simulation, as kept in flash.
    """

    name: str = "psr-0"
    location_id: int = Location.UNKNOWN
    manufacturer: str = "psr"
    model_number: str = "virtual"
    serial_number: str = "0"
    firmware: str = "1.0.0"
    device_id: int = 1
    features: FeatureBits = ALL_FEATURES
    rates_hz: tuple[float, ...] = (52.0, 104.0, 416.0, 208.0)
    acc_ranges_m_s2: tuple[float, ...] = (8 * G_M_S2, 16 * G_M_S2, 32 * G_M_S2)
    gyr_ranges_rad_s: tuple[float, ...] = (float(np.radians(1000.0)), float(np.radians(4000.0)))
    rate_error: float = 0.004
    drift: float = 0.0
    uptime_s: float = 60.0
    ring_s: int = 30
    log_capacity_kib: int = 4096
    max_att_mtu: int = 247
    max_wait_s: float = 0.25
    queue_frames: int = 40
    clip_share: float = 0.99
    battery_pct: int = 87
    low_battery_pct: int = 15
    dead_battery_pct: int = 3
    token: bytes = b""
    first_session_id: int = 6

    @property
    def settings(self) -> "Settings":
        """Settings as they left the works."""
        return Settings(
            rate_hz=self.rates_hz[-1],
            acc_range_m_s2=self.acc_ranges_m_s2[-1],
            gyr_range_rad_s=self.gyr_ranges_rad_s[-1],
            location_id=self.location_id,
            name=self.name,
        )

    @property
    def feature(self) -> Feature:
        """Return the feature record."""
        ring = bool(self.features & FeatureBits.RETRANSMIT)
        kinds = {FrameKind.IMU6, FrameKind.ACC}
        if self.features & FeatureBits.MARK_EVENT:
            kinds.add(FrameKind.EVENT)
        return Feature(
            frame_kinds=frozenset(kinds),
            features=self.features,
            max_att_mtu=self.max_att_mtu,
            ring_s=self.ring_s if ring else 0,
            log_capacity_kib=self.log_capacity_kib if self.features & FeatureBits.LOG else 0,
            device_id=self.device_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What SET_CONFIG can change.

    Attributes
    ----------
    rate_hz, acc_range_m_s2, gyr_range_rad_s : float
        One each of the lists of the model.
    location_id : int
    name : str
    config_id : int
        Changes with every change of the config record.
    """

    rate_hz: float
    acc_range_m_s2: float
    gyr_range_rad_s: float
    location_id: int
    name: str
    config_id: int = 1

    @property
    def acc_scale_m_s2(self) -> float:
        """Acceleration of one count."""
        return self.acc_range_m_s2 / FULL_COUNTS

    @property
    def gyr_scale_rad_s(self) -> float:
        """Angular rate of one count."""
        return self.gyr_range_rad_s / FULL_COUNTS

    def config(self, scale_error: float = 1.0) -> Config:
        """Return the config record, its acceleration scale multiplied by an error."""
        return Config(
            config_id=self.config_id,
            sensors=Sensors.ACC | Sensors.GYR,
            location_id=self.location_id,
            acc_scale_m_s2_per_lsb=self.acc_scale_m_s2 * scale_error,
            acc_range_m_s2=self.acc_range_m_s2 * scale_error,
            gyr_scale_rad_s_per_lsb=self.gyr_scale_rad_s,
            gyr_range_rad_s=self.gyr_range_rad_s,
            nominal_rate_hz=self.rate_hz,
        )

    def batch(self, room: int, asked: int | None, max_wait_s: float) -> int:
        """Return the samples per frame: what fits, what was asked for, what can be waited for; at least 1."""
        return max(1, min(room, asked or MAX_SAMPLES, int(self.rate_hz * max_wait_s)))
