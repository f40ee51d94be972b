"""How pelvis and trunk move: bounce, sway, lean and turn, step by step."""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

from analyzer.model import Floats
from analyzer.units import G_M_S2
from analyzer.virtual.bounce import moving, within_step
from analyzer.virtual.curve import smoothstep
from analyzer.virtual.footfalls import Footfall
from analyzer.virtual.path import Path
from analyzer.virtual.pose import Pose
from analyzer.virtual.runner import AT_SPEED_M_S
from analyzer.virtual.scene import Crouch, Scene
from analyzer.virtual.seeds import generator

__all__ = ["bank_curve", "crouched", "lean_curve", "pelvis_pose", "stride_phase", "trunk_pose"]

LEAN_CROUCH_RAD = np.radians(38.0)
LEAN_SPEEDS_M_S = (0.0, 1.0, 3.0, 6.0, 10.0)
LEAN_RAD = np.radians((0.0, 2.0, 6.0, 7.0, 5.0))
"""Trunk lean at even speed."""

LEAN_SHARE_OF_PUSH = 0.8
"""Trunk lean per lean of the ground force, atan(a/g) (di Prampero 2005)."""

TURNS_RAD = np.radians((4.0, 6.0, 3.5, 13.0, 3.0, 3.0))
"""Swing in running: pelvis roll, yaw and pitch; trunk yaw, roll and pitch."""

PELVIS_ROLL_LAG_RAD = 1.2
PELVIS_YAW_SPEEDS_M_S, PELVIS_YAW_LEAD_RAD = (1.4, 3.0), 2.6
"""Phases of the pelvis against the stride: the side of a landing foot is the higher one, and in walking the forward
one, in running the one that is on its way back already (marker data of nine runners, 3.5 to 7 m/s)."""

TURN_SPEEDS_M_S = (0.0, 0.3, 1.4, 4.0, 10.0)
TURN_SHARES = (0.0, 0.1, 0.6, 1.0, 1.25)
"""Share of that swing by speed."""

START_PUSH_M_S2 = 2.5
"""From this acceleration on the lean is that of a start; below it, in part."""

SWAY_M, SWAY_RAD = 0.004, np.radians(0.35)
"""Slow sway of a standing person."""

LEAN_STEP_S, LEAN_SMOOTH_S = 0.05, 0.15


def stride_phase(falls: Sequence[Footfall], time_s: Floats) -> Floats:
    """Return the phase of the stride: a multiple of 2 pi at each right initial contact, odd multiples of pi at left."""
    times, phases = [min(float(time_s[0]), falls[0].initial_contact_s) - 1.0], [0.0]
    for fall in moving(falls):
        target = 0.0 if fall.side == "right" else np.pi
        ahead = (target - phases[-1]) % (2 * np.pi)
        times.append(fall.initial_contact_s)
        # Two contacts of one side in a row, as after a stand, are a whole stride apart, not none.
        phases.append(phases[-1] + (ahead if ahead > 1e-6 else 2 * np.pi))
    times.append(max(times[-1], float(time_s[-1])) + 1.0)
    phases.append(phases[-1] + np.pi)
    # Monotone: whatever the rhythm, the phase never runs backwards.
    return np.asarray(PchipInterpolator(times, phases)(time_s))


def crouched(crouches: Sequence[Crouch], time_s: Floats) -> Floats:
    """Return how deep in the athletic stance the athlete is, 0 to 1."""
    depth = np.zeros_like(time_s)
    for crouch in crouches:
        depth += smoothstep((time_s - crouch.down_s) / 0.7) - smoothstep((time_s - crouch.onset_s) / 1.3)
    return depth


def lean_curve(scene: Scene, time_s: Floats) -> Floats:
    """Return the forward lean of the trunk in radians, without its swing within the step."""
    path = scene.path
    coarse_s, inside_s = _coarse(path)
    speed = np.abs(path.speed(inside_s))
    push = np.gradient(path.speed(inside_s), LEAN_STEP_S) * (speed > 0.5) * np.cos(_drift(path, inside_s))
    running = np.clip((speed - 1.5) / 2.0, 0.0, 1.0)
    style = scene.style
    starting = np.clip(push / START_PUSH_M_S2, 0.0, 1.0)
    own = scene.runner.lean_rad + starting * style.start_lean_rad + (1.0 - starting) * style.lean_rad
    lean = np.interp(speed, LEAN_SPEEDS_M_S, LEAN_RAD) + running * own
    lean += LEAN_SHARE_OF_PUSH * np.arctan(push / G_M_S2) * np.where(push > 0, 1.0, 0.5) * running
    smooth = _smoothed(lean)
    if style.lean_swing_rad:
        # Half the rate of the stride: the mean lean differs from step to step, as in a trunk that is not held.
        fast = np.interp(speed, AT_SPEED_M_S, (0.0, 1.0))
        smooth = smooth + fast * style.lean_swing_rad * np.sin(stride_phase(scene.falls, coarse_s) / 2)
    # Nobody is at once crouched and leaning into the run: the deeper of the two fades over.
    depth = crouched(scene.crouches, coarse_s)
    blend = depth * LEAN_CROUCH_RAD + (1 - depth) * smooth
    return np.asarray(CubicSpline(coarse_s, blend)(time_s))


def bank_curve(scene: Scene, time_s: Floats) -> Floats:
    """Return the lean to the left in radians: into a bend, or into a push sideways."""
    path = scene.path
    coarse_s, inside_s = _coarse(path)
    speed = path.speed(inside_s)
    running = np.clip((np.abs(speed) - 1.5) / 1.0, 0.0, 1.0)
    leftward = speed * np.gradient(path.heading(inside_s), LEAN_STEP_S)
    leftward += np.gradient(speed, LEAN_STEP_S) * np.sin(_drift(path, inside_s))
    return np.asarray(CubicSpline(coarse_s, _smoothed(np.arctan(leftward / G_M_S2) * running))(time_s))


def pelvis_pose(scene: Scene, lean: Floats, time_s: Floats) -> Pose:
    """Return the pose of the pelvis, its origin midway between the hips."""
    path = scene.path
    inside_s = np.clip(time_s, path.start_s, path.stop_s)
    heading, phase = path.heading(inside_s), stride_phase(scene.falls, time_s)
    ahead, aside, up = within_step(scene.falls, scene.runner, time_s)
    sway = _sway(scene.seed, "pelvis", time_s)
    along = ahead + SWAY_M * sway[0]
    left = aside + SWAY_M * sway[1]
    up = up - 0.10 * crouched(scene.crouches, time_s)
    x = path.position(inside_s) + along * np.cos(heading) - left * np.sin(heading)
    y = along * np.sin(heading) + left * np.cos(heading)
    if path.aside is not None:
        y = y + path.aside(inside_s)
        # A body that leans into a bend comes down by what it leans.
        up = up - 0.5 * scene.runner.leg_length_m * (1 - np.cos(bank_curve(scene, time_s)))
    share = _turn_share(scene, inside_s)
    roll, yaw, pitch = TURNS_RAD[:3]
    slow, fast = PELVIS_YAW_SPEEDS_M_S
    # Without a kink: the sensor feels the second derivative.
    lead = PELVIS_YAW_LEAD_RAD * smoothstep((np.abs(path.speed(inside_s)) - slow) / (fast - slow))
    return Pose(
        np.column_stack([x, y, up]),
        heading + yaw * share * np.cos(phase + lead),
        # Forward lean is front down, a negative pitch; the pelvis follows by half. Two pitches a stride: one a step.
        -0.5 * lean + pitch * share * np.cos(2 * phase - 0.8) + SWAY_RAD * sway[2],
        roll * share * np.sin(phase - PELVIS_ROLL_LAG_RAD) - 0.6 * bank_curve(scene, time_s),
    )


def trunk_pose(scene: Scene, pelvis: Pose, lean: Floats, time_s: Floats) -> Pose:
    """Return the pose of the trunk, its origin midway between the hips."""
    path = scene.path
    inside_s = np.clip(time_s, path.start_s, path.stop_s)
    phase, share = stride_phase(scene.falls, time_s), _turn_share(scene, inside_s)
    sway = _sway(scene.seed, "trunk", time_s)
    yaw, roll, pitch = TURNS_RAD[3:]
    faces = path.heading(inside_s) if np.isnan(scene.chest_rad) else scene.chest_rad
    return Pose(
        pelvis.position_m,
        # Shoulders turn against the pelvis.
        faces - yaw * share * np.cos(phase),
        -lean + pitch * share * np.cos(2 * phase + 0.4) + SWAY_RAD * sway[0],
        roll * share * np.sin(phase) + SWAY_RAD * sway[1] - bank_curve(scene, time_s),
    )


def _turn_share(scene: Scene, inside_s: Floats) -> Floats:
    shares = np.asarray(PchipInterpolator(TURN_SPEEDS_M_S, TURN_SHARES)(np.abs(scene.path.speed(inside_s))))
    return scene.style.turn_factor * shares


def _coarse(path: Path) -> tuple[Floats, Floats]:
    """Return times on a grid of their own, and the same held inside the path.

    What is smoothed must not depend on the rate that is asked for.
    """
    coarse_s = np.arange(path.start_s - 1.0, path.stop_s + 1.0 + LEAN_STEP_S, LEAN_STEP_S)
    return coarse_s, np.clip(coarse_s, path.start_s, path.stop_s)


def _drift(path: Path, inside_s: Floats) -> Floats:
    return np.zeros_like(inside_s) if path.course is None else path.course(inside_s) - path.heading(inside_s)


def _smoothed(values: Floats) -> Floats:
    width = np.arange(-3 * LEAN_SMOOTH_S, 3 * LEAN_SMOOTH_S + LEAN_STEP_S / 2, LEAN_STEP_S) / LEAN_SMOOTH_S
    window = np.exp(-(width**2) / 2)
    # Zeros beyond the ends would bend the trunk upright there.
    return np.convolve(np.pad(values, len(window) // 2, mode="edge"), window / window.sum(), mode="valid")


def _sway(seed: int, segment: str, time_s: Floats) -> Floats:
    """Return three slow, smooth, unrelated signals of about unit size."""
    draw = generator(seed, "sway", segment)
    rates_hz, phases = draw.uniform(0.12, 0.7, (3, 3)), draw.uniform(0, 2 * np.pi, (3, 3))
    return np.array(
        [
            sum(np.sin(2 * np.pi * rate * time_s + phase) for rate, phase in zip(rates, starts, strict=True)) / 2
            for rates, starts in zip(rates_hz, phases, strict=True)
        ]
    )
