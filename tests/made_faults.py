"""What a fault does to the motion, measured on the motion itself."""

import itertools

import numpy as np

from analyzer.model import Placement
from analyzer.virtual.body import FOOT_SHAPE, segment_poses
from analyzer.virtual.faults import faulty_styles
from analyzer.virtual.pose import shifted
from analyzer.virtual.practice import play_steady
from analyzer.virtual.runner import Style, draw_runner
from analyzer.virtual.scene import Scene
from analyzer.virtual.trunk import lean_curve

RATE_HZ, DURATION_S, SEED = 500.0, 4.0, 6


def running(doses, speed_m_s=8.0, seed=SEED, style=None):
    """Running at one speed with faults."""
    chosen = faulty_styles(doses, (100.0,), style or Style())[0]
    return play_steady(speed_m_s, DURATION_S, draw_runner(seed), chosen, seed)


def quantities(scene: Scene) -> dict[str, float]:
    """What coaches look at, in SI, as means over the contacts of some seconds."""
    time_s = np.arange(0.0, DURATION_S, 1.0 / RATE_HZ)
    poses = segment_poses(scene, tuple(Placement), time_s)
    falls = [fall for fall in scene.falls if 0.3 < fall.initial_contact_s < DURATION_S - 0.5]
    landings_s = np.array([fall.initial_contact_s for fall in falls])
    contacts_s = np.array([fall.contact_time_s for fall in falls])
    right = np.array([fall.side == "right" for fall in falls])
    steps_s = np.diff(landings_s)
    pelvis = poses[Placement.PELVIS].position_m
    # The pelvis's own surge is a fault of its own: places are held against the even way of the body.
    lead_m = [fall.forward_m - scene.path.position_at(fall.initial_contact_s) for fall in falls]
    lean = lean_curve(scene, time_s)
    step_leans = [lean[(time_s >= a) & (time_s < b)].mean() for a, b in itertools.pairwise(landings_s)]
    arms = {side: float(np.ptp(poses[Placement(f"{side}_wrist")].pitch_rad)) for side in ("left", "right")}
    heights_m = [np.ptp(pelvis[(time_s >= a) & (time_s < b), 2]) for a, b in itertools.pairwise(landings_s)]
    surge_m_s = np.gradient(pelvis[:, 0], 1 / RATE_HZ)
    return {
        "contact_time_s": float(contacts_s.mean()),
        "flight_s": float(steps_s.mean() - contacts_s.mean()),
        "step_frequency_hz": float(1 / steps_s.mean()),
        "step_cv": float(steps_s.std() / steps_s.mean()),
        "lead_m": float(np.mean(lead_m)),
        "shank_rad": landing_mean(poses, falls, "shank", time_s),
        "foot_speed_m_s": float(np.mean([foot_speed(poses, fall, time_s) for fall in falls])),
        "foot_pitch_rad": landing_mean(poses, falls, "foot", time_s),
        "braking_m_s": float(
            np.mean([np.ptp(surge_m_s[(time_s >= a) & (time_s < a + 0.25)]) for a in landings_s[:-1]])
        ),
        "lean_rad": float(np.mean(step_leans)),
        "lean_sd_rad": float(np.std(step_leans)),
        "arm_rad": (arms["left"] + arms["right"]) / 2,
        "arm_asymmetry": (arms["right"] - arms["left"]) / (arms["right"] + arms["left"]) * 2,
        "thigh_rad": float(poses[Placement.LEFT_THIGH].pitch_rad.max()),
        "heel_rad": float(-poses[Placement.LEFT_FOOT].pitch_rad.min()),
        "bounce_m": float(np.mean(heights_m)),
        "asymmetry": float(contacts_s[right].mean() / contacts_s[~right].mean() - 1),
    }


def landing_mean(poses, falls, segment, time_s):
    """Mean angle of a segment at the initial contacts of its side."""
    angles = [
        np.interp(fall.initial_contact_s, time_s, poses[Placement(f"{fall.side}_{segment}")].pitch_rad)
        for fall in falls
    ]
    return float(np.mean(angles))


def foot_speed(poses, fall, time_s):
    """Forward speed of the ankle shortly before initial contact."""
    foot = poses[Placement(f"{fall.side}_foot")]
    ankle_m = shifted(foot, np.array(FOOT_SHAPE.ankle_m))[:, 0]
    begin, end = (np.interp(fall.initial_contact_s - early_s, time_s, ankle_m) for early_s in (0.015, 0.005))
    return float((end - begin) / 0.010)
