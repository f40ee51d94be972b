"""Payloads of all sensors in, blocks of samples out.

Blocks carry *emitted* time: device time plus one offset, which is read from the first second of a sensor and then
never touched, so that no interval within a run is stretched or torn. Sensors drift apart in it by some ten
microseconds a second. `Assembler.corrections` says, at any time and with all that is known by then, how emitted time
maps to the host clock; whoever cuts a run out of several sensors applies it to that run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzer.acquire.ble.sync import exchange_in
from analyzer.acquire.clock import ClockConfig, ClockCorrection, whole_nanoseconds
from analyzer.acquire.drivers.catalogue import driver_of_schema
from analyzer.acquire.drivers.track import DeviceTrack, placement_in
from analyzer.acquire.merge import Merger, MergerConfig, frame_in
from analyzer.acquire.track import SensorTrack, Tally, TrackConfig
from analyzer.model import Characteristic, Notice, Placement, SensorStream, TimedPayload

__all__ = ["Assembler", "AssemblerConfig"]


@dataclass(frozen=True, slots=True)
class AssemblerConfig:
    """How payloads become samples.

    Attributes
    ----------
    track : TrackConfig
        Time axis of one sensor.
    clock : ClockConfig
        Sensor clock against host clock.
    merger : MergerConfig
        How long retransmitted samples are waited for.
    """

    track: TrackConfig = field(default_factory=TrackConfig)
    clock: ClockConfig = field(default_factory=ClockConfig)
    merger: MergerConfig = field(default_factory=MergerConfig)


class Assembler:
    """Turn the payloads of all sensors of a recording into blocks of samples in SI.

    A payload that breaks the protocol, a sensor without config record or without placement never stops the others:
    `notices` tells of them.

    Parameters
    ----------
    placements : mapping of sensor name to Placement, optional
        Where sensors are worn; goes before what a sensor says of itself. A sensor that the recording calls by the
        name of a placement, such as ``left_foot``, is worn there.
    config : AssemblerConfig, optional
    """

    def __init__(
        self, placements: Mapping[str, Placement] | None = None, config: AssemblerConfig | None = None
    ) -> None:
        self._given = dict(placements or {})
        self._config = config or AssemblerConfig()
        self._merger = Merger(self._config.merger)
        self._tracks: dict[str, SensorTrack | DeviceTrack] = {}
        self._worn_by: dict[Placement, str] = {}

    def push(self, payload: TimedPayload) -> list[SensorStream]:
        """Take one payload and return the blocks that are ready.

        Parameters
        ----------
        payload : TimedPayload
            In the order of arrival.

        Returns
        -------
        list of SensorStream
            Blocks of a sensor in order of time, strictly rising over all calls, in sensor axes; NaN rows stand for
            lost samples. Empty while the sensor's clock or config record, or lost samples from its memory, are still
            awaited.
        """
        # What other makers send holds no frames of the open profile, however it looks.
        merged = [payload] if payload.schema else self._merger.push(payload)
        return [block for one in merged for block in self._feed(one)]

    def _feed(self, payload: TimedPayload) -> list[SensorStream]:
        track = self._track(payload.sensor, payload.schema)
        if isinstance(track, DeviceTrack):
            track.take(payload)
        elif payload.characteristic is Characteristic.CONFIG:
            track.configure(payload.payload)
        elif payload.characteristic is Characteristic.LIVE or frame_in(payload) is not None:
            # Rounded as a capture rounds, or a replay would not see the very same times.
            track.feed(payload.payload, whole_nanoseconds(payload.received_s))
        elif payload.characteristic is Characteristic.CONTROL:
            exchange = exchange_in(payload.payload, whole_nanoseconds(payload.received_s))
            if exchange is not None:
                track.exchange(exchange)
        return self._ready(payload.sensor, track)

    def finish(self) -> list[SensorStream]:
        """Return the blocks still held back: no payload will come any more."""
        blocks = [block for payload in self._merger.finish() for block in self._feed(payload)]
        for sensor, track in self._tracks.items():
            # A sensor that sent for less than the settling time has handed out nothing yet.
            track.settle()
            blocks += self._ready(sensor, track)
        return blocks

    def corrections(self) -> Mapping[Placement, ClockCorrection]:
        """Return the way from emitted to host time per placement, as far as it is known now."""
        corrections = {}
        for placement, sensor in self._worn_by.items():
            correction = self._tracks[sensor].correction()
            if correction is not None:
                corrections[placement] = correction
        return corrections

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What went wrong so far, a sensor at a time; sentences with counts change as counts grow."""
        return tuple(notice for sensor, track in self._tracks.items() for notice in self._notices_of(sensor, track))

    def _track(self, sensor: str, schema: str) -> SensorTrack | DeviceTrack:
        if sensor not in self._tracks:
            given, config = self._given.get(sensor, _PLACEMENTS.get(sensor)), self._config
            if schema:
                # Sensors of other makers cannot say where they are worn: the name that the recording gave them does.
                kind, worn = driver_of_schema(schema), given or placement_in(sensor)
                driver = kind.make() if kind else None
                self._tracks[sensor] = DeviceTrack(driver, worn, config.track, config.clock)
            else:
                self._tracks[sensor] = SensorTrack(given, config.track, config.clock)
        return self._tracks[sensor]

    def _ready(self, sensor: str, track: SensorTrack | DeviceTrack) -> list[SensorStream]:
        blocks = list(track.blocks())
        if not blocks or track.placement is None:
            return []
        # Whoever sends samples first has the placement; two sensors there would be mixed into one stream.
        return blocks if self._worn_by.setdefault(track.placement, sensor) == sensor else []

    def _notices_of(self, sensor: str, track: SensorTrack | DeviceTrack) -> list[Notice]:
        found = [Notice(code, f"Sensor {sensor}: {text}", track.placement) for code, text in _troubles(track.tally)]
        if isinstance(track, DeviceTrack):
            found += [Notice(limit.code, f"Sensor {sensor}: {limit.text}", track.placement) for limit in track.limits]
        other = self._worn_by.get(track.placement, sensor) if track.placement is not None else sensor
        if other != sensor:
            text = f"Sensor {sensor} says it is worn at {track.placement}, as {other} does, and is left out."
            found.append(Notice("sensor.placement_taken", f"{text} Give one of them another placement."))
        # The config record may bring the placement as well, so only the first lack is told.
        if track.lacks_config:
            text = f"Sensor {sensor} has not said what its numbers mean (config record), so it is left out."
            found.append(Notice("sensor.no_config", f"{text} Switch it off and on again.", track.placement))
        elif track.lacks_placement:
            text = f"Sensor {sensor} has not said where it is worn, so it is left out."
            found.append(Notice("sensor.no_placement", f"{text} Give its placement."))
        return found


_PLACEMENTS: Mapping[str, Placement] = {placement.value: placement for placement in Placement}


def _troubles(tally: Tally) -> list[tuple[str, str]]:
    troubles = []
    if tally.n_bad_payloads:
        text = f"{tally.n_bad_payloads} payload(s) broke the protocol and were left out."
        troubles.append(("sensor.bad_payload", f"{text} The first: {tally.first_fault}"))
    if tally.n_restarts:
        troubles.append(("sensor.restarted", f"it started anew {tally.n_restarts} time(s); what lies between is lost."))
    if tally.n_resent:
        text = f"{tally.n_resent} lost sample(s) came again too late for this result."
        troubles.append(("sensor.resent_unused", f"{text} They are in the capture: analyse it to use them."))
    if tally.n_dropped:
        text = f"{tally.n_dropped} sample(s) waited too long for config record or placement."
        troubles.append(("sensor.dropped", f"{text} Connect sensors before the practice starts."))
    if tally.unused_kinds:
        text = f"samples of kind {', '.join(sorted(tally.unused_kinds))} are not used."
        troubles.append(("sensor.kind_unused", f"{text} They stay in the capture."))
    return troubles
