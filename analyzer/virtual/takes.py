"""The takes a practice is made of: runs in any direction, ways from place to place, things done on the spot."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from analyzer.virtual.course import Course, path_of, reversed_course
from analyzer.virtual.footfalls import Footfall, Kind, Walker, other_side
from analyzer.virtual.gestures import Gesture, gesture_falls
from analyzer.virtual.path import STEP_S, Path
from analyzer.virtual.reel import Place, Take
from analyzer.virtual.runner import Runner, Style
from analyzer.virtual.scene import Crouch, Scene
from analyzer.virtual.shuffle import shuffled

__all__ = ["FALSE_STEP_M", "Cast", "Start", "backward_take", "gesture_take", "run_take", "shuffle_take", "way_take"]

SETTLE_S = 1.2
"""Stand after the last foot is put down: the hips have come to rest by then."""

FALSE_STEP_M, FALSE_STEP_S = 0.20, (0.28, 0.20, 0.05)
"""How far back a false step goes, and how long before the body its foot begins to move, leaves and lands."""

BACKWARD_STEP_FREQUENCY = 1.12
"""Step frequency of backward running against forward running at the same speed: shorter, quicker steps."""

BACKWARD_SWING_SHARE = 0.6
"""Backward the heel is lifted less: toes land at about 30 degrees, not at the 60 at which they leave forward."""

MIRRORED: dict[Kind, Kind] = {"accel": "decel", "decel": "accel", "start": "stand"}
"""What a contact is called in the film shown backward, where it is not the same."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is in a take and from which draws."""

    seed: int
    runner: Runner
    style: Style
    draw: np.random.Generator


@dataclass(frozen=True, slots=True)
class Start:
    """How a run begins.

    Attributes
    ----------
    onset_s : float
        First motion of the body.
    crouch_s : float
        Athletic stance before it.
    split_m : float
        How far back the first foot stands in that.
    false_step_m : float
        How far back the other foot is put before the body moves; 0 for no such step.
    """

    onset_s: float
    crouch_s: float
    split_m: float = 0.22
    false_step_m: float = 0.0

    @property
    def false_step(self) -> bool:
        """Whether a foot is put back before the body moves."""
        return self.false_step_m > 0


def run_take(cast: Cast, course: Course, start: Start, run: int, *, chest_rad: float = float("nan")) -> Take:
    """Return a run forward, round a bend or with crossing legs; `run` 0 is one that does not count."""
    path = path_of(course)
    falls = _run_falls(cast, path, start, run, backward=False)
    crouch = Crouch(start.onset_s - start.crouch_s, start.onset_s)
    scene = Scene(cast.seed, cast.runner, cast.style, path, falls, (crouch,), _end_s(falls), None, chest_rad)
    return Take(scene, falls, False, _end(path))


def backward_take(cast: Cast, course: Course, start: Start, run: int) -> Take:
    """Return a run backward: coordination is close to that of forward running reversed in time.

    After Mehdizadeh et al. 2015: the foot lands on its toes and leaves from its heel. Contacts are made in real time
    and the motion between them is that of forward running, shown backward.
    """
    quick = replace(cast, runner=replace(cast.runner, step_frequency_factor=_quicker(cast.runner)))
    path = path_of(course)
    falls = _run_falls(quick, path, start, run, backward=True)
    end_s = _end_s(falls)
    film_path = path_of(reversed_course(_held(course, end_s)), (path.position_at(end_s), path.aside_at(end_s)))
    # The film must be as long as its way, or feet and body would part.
    end_s = film_path.stop_s
    film = sorted((_mirrored(fall, film_path, end_s) for fall in falls), key=lambda fall: fall.initial_contact_s)
    down_s = start.onset_s - start.crouch_s
    # Going down takes as long in the film as coming up does in life.
    crouch = Crouch(end_s - start.onset_s - 1.0, end_s - down_s - 1.0)
    scene = Scene(cast.seed, quick.runner, cast.style, film_path, tuple(film), (crouch,), end_s)
    return Take(scene, falls, True, _end(path))


def shuffle_take(cast: Cast, course: Course, start: Start, run: int, *, to_left: bool) -> Take:
    """Return a sideways run in shuffling steps, in the athletic stance throughout."""
    path = path_of(course)
    style = replace(cast.style, turn_factor=0.25, arm_factor=0.25)
    falls = _prompt(shuffled(path, start.onset_s, run, cast.draw, to_left=to_left), start.onset_s)
    rises_s = path.stop_s - 1.4
    crouch = Crouch(start.onset_s - start.crouch_s, rises_s)
    scene = Scene(cast.seed, cast.runner, style, path, falls, (crouch,), _end_s(falls))
    return Take(scene, falls, False, _end(path))


def way_take(cast: Cast, course: Course, kind: str) -> Take:
    """Return a way between runs, walked or jogged."""
    path = path_of(course)
    moving = np.flatnonzero((course.speed_m_s > 0) | (np.gradient(course.heading_rad) != 0))
    begin_s, stop_s = (course.duration_s * float(moving[at]) / (course.speed_m_s.size - 1) for at in (0, -1))
    walker = Walker(path, cast.runner, cast.style)
    walker.stand(0.0)
    if kind == "jog":
        landed_s = walker.start(begin_s, 0, cast.draw)
    else:
        walker.amble()
        landed_s = begin_s + 0.35
    walker.halt(walker.go(landed_s, stop_s - 0.05, 0, cast.draw))
    falls = walker.finish()
    scene = Scene(cast.seed, cast.runner, cast.style, path, falls, (), _end_s(falls))
    return Take(scene, falls, False, _end(path), ((kind, begin_s, _last_step_s(falls)),))


def gesture_take(cast: Cast, gesture: Gesture | None, duration_s: float) -> Take:
    """Return a stand with something done in it, or with nothing."""
    n = max(2, round(duration_s / STEP_S))
    path = path_of(Course(np.zeros(n), np.zeros(n), np.zeros(n)))
    walker = Walker(path, cast.runner, cast.style)
    walker.stand(0.0)
    stand = walker.finish()
    scene = Scene(cast.seed, cast.runner, cast.style, path, stand, (), path.stop_s, gesture)
    if gesture is None:
        return Take(scene, stand, False, Place(0.0, 0.0, 0.0))
    falls = (*stand, *gesture_falls(gesture, stand))
    activity = (gesture.kind, gesture.start_s, gesture.start_s + gesture.duration_s)
    return Take(scene, falls, False, Place(0.0, 0.0, 0.0), (activity,))


def _run_falls(cast: Cast, path: Path, start: Start, run: int, *, backward: bool) -> tuple[Footfall, ...]:
    walker = Walker(path, cast.runner, cast.style, backward=backward)
    walker.stand(0.0)
    walker.split(start.onset_s - start.crouch_s, start.split_m)
    if start.false_step:
        moves_s, leaves_s, lands_s = (start.onset_s - early_s for early_s in FALSE_STEP_S)
        walker.step_aside(other_side(cast.runner.first_side), (moves_s, leaves_s, lands_s), -start.false_step_m)
    landed_s = walker.start(start.onset_s, run, cast.draw)
    times_s = np.arange(landed_s, path.stop_s, STEP_S)
    stop_s = float(times_s[np.flatnonzero(path.speed(times_s) > 0.02)[-1]])
    walker.halt(walker.go(landed_s, stop_s, run, cast.draw))
    return walker.finish()


def _prompt(falls: Iterable[Footfall], onset_s: float) -> tuple[Footfall, ...]:
    """Return the contacts of a run whose legs move no earlier than its body."""
    prompt = [replace(fall, push_off_s=fall.toe_off_s - onset_s) if fall.kind == "start" else fall for fall in falls]
    return tuple(sorted(prompt, key=lambda fall: (fall.initial_contact_s, fall.toe_off_s)))


def _quicker(runner: Runner) -> float:
    return BACKWARD_STEP_FREQUENCY * runner.step_frequency_factor


def _mirrored(fall: Footfall, film_path: Path, end_s: float) -> Footfall:
    """Return a contact as the film shows it."""
    lands_s = end_s - fall.toe_off_s if np.isfinite(fall.toe_off_s) else 0.0
    return replace(
        fall,
        initial_contact_s=lands_s,
        # What stood from the beginning stands to the end of the film.
        toe_off_s=end_s - fall.initial_contact_s if fall.initial_contact_s > 0 else np.inf,
        speed_m_s=film_path.speed_at(lands_s),
        push_m_s2=film_path.acceleration_at(lands_s + 0.08),
        kind=MIRRORED.get(fall.kind, fall.kind),
        swing_share=BACKWARD_SWING_SHARE,
    )


def _held(course: Course, end_s: float) -> Course:
    """Return a course as long as its take: cut, or standing on."""
    n = round(end_s / STEP_S) + 1
    index = np.minimum(np.arange(n), course.speed_m_s.size - 1)
    return Course(course.speed_m_s[index], course.heading_rad[index], course.travel_rad[index])


def _last_step_s(falls: tuple[Footfall, ...]) -> float:
    return max(fall.initial_contact_s for fall in falls)


def _end_s(falls: tuple[Footfall, ...]) -> float:
    """Return when the athlete has come to rest, on the grid of the courses."""
    return STEP_S * round((_last_step_s(falls) + SETTLE_S) / STEP_S)


def _end(path: Path) -> Place:
    end_s = path.stop_s
    return Place(path.position_at(end_s), path.aside_at(end_s), path.heading_at(end_s))
