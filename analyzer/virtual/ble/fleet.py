"""Several virtual sensors on one athlete, or on a table."""

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from analyzer.model import Placement
from analyzer.virtual.ble.device import SensorDevice
from analyzer.virtual.ble.faults import Fault
from analyzer.virtual.ble.model import DeviceModel
from analyzer.virtual.ble.rsc import Pace
from analyzer.virtual.ble.supply import Stage, Supply, resting
from analyzer.virtual.seeds import generator
from analyzer.virtual.simulate import VirtualPractice
from firmware_protocol import Location

__all__ = ["athlete_fleet", "model_of", "pace_of", "rest_fleet"]

_NAMES: dict[Placement, str] = {
    placement: "psr-" + "".join(word[0] for word in placement.value.split("_")).upper() for placement in Placement
}
"""Short enough for the advertisement: psr-LF for the left foot."""

_DRIFT = 20e-6
"""Standard deviation of the rate of common crystals."""


def model_of(placement: Placement, number: int, seed: int = 0) -> DeviceModel:
    """Return the sensor for a placement: its own name, id, clock rate and sample rate."""
    draw = generator(seed, "fleet", placement.value)
    return DeviceModel(
        name=_NAMES[placement],
        location_id=Location[placement.name],
        serial_number=f"{seed:04d}-{number}",
        device_id=(seed << 16) + number + 1,
        rate_error=float(draw.uniform(-0.005, 0.005)),
        drift=float(draw.normal(0.0, _DRIFT)),
        uptime_s=float(draw.uniform(5.0, 900.0)),
        first_session_id=int(draw.integers(0, 2**16)),
    )


def rest_fleet(
    placements: Sequence[Placement],
    clock: Callable[[], float] = time.monotonic,
    faults: Mapping[Placement, Sequence[Fault]] | None = None,
    seed: int = 0,
) -> list[SensorDevice]:
    """Return sensors that lie on a table.

    Parameters
    ----------
    placements : sequence of Placement
    clock : callable
        Of the world, seconds.
    faults : mapping of Placement to sequence of Fault, optional
    seed : int
    """
    return _fleet(dict.fromkeys(placements, resting()), clock, faults, seed)


def athlete_fleet(
    practice: VirtualPractice,
    clock: Callable[[], float] = time.monotonic,
    faults: Mapping[Placement, Sequence[Fault]] | None = None,
) -> list[SensorDevice]:
    """Return the sensors that a virtual athlete wears; the practice begins with the first START.

    Parameters
    ----------
    practice : VirtualPractice
        What its sensors sampled is sampled again at the rate of each device: best made with twice that rate.
    clock : callable
        Of the world, seconds.
    faults : mapping of Placement to sequence of Fault, optional
    """
    scales = np.repeat([practice.model.acc_scale_m_s2, practice.model.gyr_scale_rad_s], 3)
    supplies = {
        placement: Supply(1.0 / trace.period_s, trace.counts * scales) for placement, trace in practice.traces.items()
    }
    return _fleet(supplies, clock, faults, practice.seed)


def pace_of(practice: VirtualPractice) -> Pace:
    """Return how fast the athlete goes when, stride by stride, for the watches."""
    strides = practice.truth.strides.sort_values("start_s")
    return Pace(
        strides["start_s"].to_numpy(),
        strides["speed_m_s"].to_numpy(),
        (2.0 / (strides["end_s"] - strides["start_s"])).to_numpy(),
    )


def _fleet(
    supplies: Mapping[Placement, Supply],
    clock: Callable[[], float],
    faults: Mapping[Placement, Sequence[Fault]] | None,
    seed: int,
) -> list[SensorDevice]:
    stage = Stage()
    return [
        SensorDevice(
            model_of(placement, number, seed), supply, stage, clock, tuple((faults or {}).get(placement, ())), seed=seed
        )
        for number, (placement, supply) in enumerate(supplies.items())
    ]
