"""Scenes one after the other as one practice: each is a take, and takes are joined where the athlete stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analyzer.model import Floats, Placement
from analyzer.virtual.body import segment_poses
from analyzer.virtual.curve import smoothstep
from analyzer.virtual.footfalls import Footfall, Side
from analyzer.virtual.pose import Pose
from analyzer.virtual.runner import Runner
from analyzer.virtual.scene import Scene

__all__ = ["Place", "PlacedTake", "Reel", "Take", "poses_of"]

FADE_S = 0.2
"""Half of the time in which one take fades into the next; both stand still there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an athlete stands and which way he faces, in the frame of the lane."""

    forward_m: float
    left_m: float
    heading_rad: float

    def moved(self, by: "Place") -> "Place":
        """Return the place that lies at another one as seen from here."""
        c, s = float(np.cos(self.heading_rad)), float(np.sin(self.heading_rad))
        return Place(
            self.forward_m + c * by.forward_m - s * by.left_m,
            self.left_m + s * by.forward_m + c * by.left_m,
            self.heading_rad + by.heading_rad,
        )

    def seen(self, other: "Place") -> "Place":
        """Return another place as seen from here: `moved` undone."""
        c, s = float(np.cos(self.heading_rad)), float(np.sin(self.heading_rad))
        x_m, y_m = other.forward_m - self.forward_m, other.left_m - self.left_m
        return Place(c * x_m + s * y_m, c * y_m - s * x_m, other.heading_rad - self.heading_rad)


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One scene from stand to stand, from time 0, place 0 and heading 0.

    Attributes
    ----------
    scene : Scene
        Of a backward run the film shown backward: in that, he runs forward.
    falls : tuple of Footfall
        As they really happened.
    backward : bool
        Whether `scene` is shown backward.
    end : Place
    activities : tuple of (str, float, float)
        Kind, start and end of what is no run.
    """

    scene: Scene
    falls: tuple[Footfall, ...]
    backward: bool
    end: Place
    activities: tuple[tuple[str, float, float], ...] = ()

    @property
    def duration_s(self) -> float:
        """Length of the take."""
        return self.scene.duration_s

    def scene_time(self, time_s: Floats) -> Floats:
        """Return times of the take as times of its scene; applied twice it does nothing."""
        return self.duration_s - time_s if self.backward else time_s

    def poses(self, placements: Sequence[Placement], time_s: Floats) -> dict[Placement, Pose]:
        """Return the segments' poses in the take's own frame."""
        if not self.backward:
            return segment_poses(self.scene, placements, time_s)
        # The motion wants rising times.
        film = segment_poses(self.scene, placements, self.scene_time(time_s)[::-1])
        return {placement: _backward(pose) for placement, pose in film.items()}


@dataclass(frozen=True, slots=True, eq=False)
class PlacedTake:
    """A take with its time and place in the practice."""

    take: Take
    start_s: float
    place: Place

    @property
    def stop_s(self) -> float:
        """When it ends."""
        return self.start_s + self.take.duration_s

    def falls(self) -> list[Footfall]:
        """Return the contacts in the practice's time and place."""
        moved = []
        for fall in self.take.falls:
            at = self.place.moved(Place(fall.forward_m, fall.left_m, fall.heading_rad))
            moved.append(
                replace(
                    fall,
                    initial_contact_s=fall.initial_contact_s + self.start_s,
                    toe_off_s=fall.toe_off_s + self.start_s,
                    forward_m=at.forward_m,
                    left_m=at.left_m,
                    heading_rad=at.heading_rad,
                )
            )
        return moved


@dataclass(frozen=True, slots=True, eq=False)
class Reel:
    """A practice made of takes.

    Attributes
    ----------
    seed : int
    runner : Runner
    takes : tuple of PlacedTake
        One after the other without gaps.
    falls : tuple of Footfall
        Of all takes, by initial contact.
    duration_s : float
        Of the recording, which may end before the last take does.
    """

    seed: int
    runner: Runner
    takes: tuple[PlacedTake, ...]
    falls: tuple[Footfall, ...]
    duration_s: float

    @classmethod
    def of_takes(cls, seed: int, takes: Sequence[Take], place: Place, duration_s: float) -> "Reel":
        """Return takes one after the other, the first from a place, each other from where the one before it ended."""
        placed: list[PlacedTake] = []
        start_s = 0.0
        for take in takes:
            placed.append(PlacedTake(take, start_s, place))
            start_s, place = start_s + take.duration_s, place.moved(take.end)
        falls = sorted((fall for one in placed for fall in one.falls()), key=lambda fall: fall.initial_contact_s)
        return cls(seed, takes[0].scene.runner, tuple(placed), tuple(falls), duration_s)

    def of(self, side: Side) -> Sequence[Footfall]:
        """Return the footfalls of one foot."""
        return [fall for fall in self.falls if fall.side == side]


def poses_of(practice: Scene | Reel, placements: Iterable[Placement], time_s: Floats) -> Mapping[Placement, Pose]:
    """Return the pose of the segment under each placement.

    Parameters
    ----------
    practice : Scene or Reel
    placements : iterable of Placement
    time_s : (n,) float array
        Rising.
    """
    asked = list(placements)
    if isinstance(practice, Scene):
        return segment_poses(practice, asked, time_s)
    sums = {placement: np.zeros((time_s.size, 6)) for placement in asked}
    for number, one in enumerate(practice.takes):
        # The first and the last take go on beyond the ends of the practice.
        begin_s = one.start_s - FADE_S if number else -np.inf
        end_s = one.stop_s + FADE_S if number + 1 < len(practice.takes) else np.inf
        first, last = np.searchsorted(time_s, [begin_s, end_s])
        if first < last:
            part_s = time_s[first:last]
            share = smoothstep((part_s - begin_s) / (2 * FADE_S)) if number else np.ones(part_s.size)
            if np.isfinite(end_s):
                share = share - smoothstep((part_s - one.stop_s + FADE_S) / (2 * FADE_S))
            for placement, pose in one.take.poses(asked, part_s - one.start_s).items():
                sums[placement][first:last] += share[:, None] * _columns(_placed(pose, one.place))
    return {placement: Pose(sums[placement][:, :3], *sums[placement][:, 3:].T) for placement in asked}


def _placed(pose: Pose, place: Place) -> Pose:
    c, s = np.cos(place.heading_rad), np.sin(place.heading_rad)
    x, y, z = pose.position_m.T
    at = np.column_stack([place.forward_m + c * x - s * y, place.left_m + s * x + c * y, z])
    return replace(pose, position_m=at, yaw_rad=pose.yaw_rad + place.heading_rad)


def _columns(pose: Pose) -> Floats:
    return np.column_stack([pose.position_m, pose.yaw_rad, pose.pitch_rad, pose.roll_rad])


def _backward(pose: Pose) -> Pose:
    return Pose(pose.position_m[::-1], pose.yaw_rad[::-1], pose.pitch_rad[::-1], pose.roll_rad[::-1])
