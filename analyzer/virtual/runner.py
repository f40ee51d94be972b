"""Who runs: the hidden traits of a virtual athlete, drawn once per athlete."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analyzer.model import Athlete
from analyzer.virtual.seeds import generator

__all__ = ["AT_SPEED_M_S", "Runner", "Style", "at_speed", "draw_runner", "share_of_top_speed"]

LEG_SHARE_OF_HEIGHT = 0.53
"""Leg length per body height (Winter's anthropometry, used by Morin 2005)."""

EFFORTS_PCT = (20.0, 50.0, 75.0, 100.0)
SHARES = {"effort": (0.60, 0.77, 0.90, 1.0), "speed": (0.25, 0.53, 0.78, 1.0)}
"""Share of top speed at those asked efforts: told an effort, people run much faster than that share of their top
speed (de Ruiter 2022, Tokutake and Ueta 2024; the contrast here is that of an athlete who does the drill well)."""


AT_SPEED_M_S = (3.5, 5.5)
"""Between these speeds a change that shows at speed comes in: above a jog, below the slowest run of the drill."""


@dataclass(frozen=True, slots=True)
class Style:
    """Deliberate changes of the motion, neutral by default; faults and some takes set them.

    Attributes
    ----------
    reach_m : float
        How much further ahead of the body the foot lands at speed; shank and thigh reach with it.
    landing_m_s : float
        Added to the forward speed of the foot at landing at speed; the shank swings back the less for it.
    heel_rad : float
        Added to the foot pitch at landing at speed.
    braking_factor : float
        Factor on how much the body slows and speeds up within a step.
    contact_factor, step_frequency_factor : float
        On contact time and step frequency at speed; the flight takes up the difference.
    flight_s : float
        Added to each flight at speed, with the height and the step time that belong to it.
    asymmetry : float
        Right minus left contact time at speed, as a share, on top of the runner's own.
    unevenness : float
        How much larger than usual the scatter of step times is at speed; 0 is as usual.
    lean_rad, start_lean_rad : float
        Added to the trunk lean of running at even speed and of speeding up, forward positive.
    lean_swing_rad : float
        Half swing of the trunk to and fro at speed, over two strides.
    arm_factor : float
        Factor on the arm swing.
    arm_asymmetry : float
        Right minus left arm swing, as a share.
    knee_lift_factor : float
        Factor on the flexion of the thigh at speed.
    heel_recovery_factor : float
        Factor on how far the foot is lifted and tipped back in swing at speed.
    contrast_factor : float
        1: speeds differ between efforts as told; 0: every run at full speed.
    speed_factor : float
        On the speed that the run tends to.
    cruise_share : float
        Of that speed, beyond which the athlete no longer speeds up.
    past_mark_m : float
        Added to the way past the mark on which the speed is kept; negative may mean slowing before it.
    reaction_s, anticipation : float
        Added to the reaction to a signal, and how far the start comes from a guess instead, 1 wholly.
    false_step_m : float
        How far back a foot is put before the body moves; 0 for no such step.
    weave_m : float
        How far the way swings to either side.
    turn_factor : float
        Factor on the swing of pelvis and trunk.
    """

    reach_m: float = 0.0
    landing_m_s: float = 0.0
    heel_rad: float = 0.0
    braking_factor: float = 1.0
    contact_factor: float = 1.0
    step_frequency_factor: float = 1.0
    flight_s: float = 0.0
    asymmetry: float = 0.0
    unevenness: float = 0.0
    lean_rad: float = 0.0
    start_lean_rad: float = 0.0
    lean_swing_rad: float = 0.0
    arm_factor: float = 1.0
    arm_asymmetry: float = 0.0
    knee_lift_factor: float = 1.0
    heel_recovery_factor: float = 1.0
    contrast_factor: float = 1.0
    speed_factor: float = 1.0
    cruise_share: float = 1.0
    past_mark_m: float = 0.0
    reaction_s: float = 0.0
    anticipation: float = 0.0
    false_step_m: float = 0.0
    weave_m: float = 0.0
    turn_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Runner:
    """The hidden traits of one virtual athlete.

    Attributes
    ----------
    height_m, mass_kg, leg_length_m : float
    top_speed_m_s : float
        Speed that a maximal run tends to.
    time_constant_s : float
        Of the maximal acceleration.
    contact_factor, step_frequency_factor : float
        Against the norm of the speed.
    asymmetry : float
        Right minus left contact time, as a share.
    rearfoot : bool
        Lands on the heel while jogging; sprinting all land on the forefoot.
    first_side : {'left', 'right'}
        Foot that leaves the ground first.
    pitch_factor, arm_factor : float
        Against the usual range of the foot and of the arm.
    lean_rad : float
        Added to the trunk lean of upright running.
    impact_factor : float
        Against the usual landing shock.
    throwing_side : {'left', 'right'}
    """

    height_m: float
    mass_kg: float
    leg_length_m: float
    top_speed_m_s: float
    time_constant_s: float
    contact_factor: float
    step_frequency_factor: float
    asymmetry: float
    rearfoot: bool
    first_side: Literal["left", "right"]
    pitch_factor: float
    arm_factor: float
    lean_rad: float
    impact_factor: float
    throwing_side: Literal["left", "right"]

    def athlete(self) -> Athlete:
        """Return what a coach would know of this runner."""
        return Athlete(
            # Rounded as a coach would measure: the traits themselves stay hidden.
            id="virtual",
            height_m=round(self.height_m, 2),
            mass_kg=round(self.mass_kg),
            leg_length_m=round(self.leg_length_m, 3),
            throwing_side=self.throwing_side,
        )


def draw_runner(seed: int) -> Runner:
    """Return the runner that belongs to a seed: a field-sport player, 1.65 to 1.95 m, top speed 7.3 to 9.3 m/s.

    Between-runner spreads of contact time (6 %) and step frequency (4 %) follow the public treadmill data of
    Fukuchi et al. 2017; top speeds those of professional ball players.
    """
    draw = generator(seed, "athlete")
    height_m = float(np.clip(draw.normal(1.81, 0.06), 1.65, 1.95))
    # The order of the draws belongs to the seed: one more in the middle would change every runner.
    return Runner(
        height_m=height_m,
        # Body mass index 22, and what a ball player has in muscle on top.
        mass_kg=float(22.0 * height_m**2 + draw.normal(8.0, 5.0)),
        leg_length_m=LEG_SHARE_OF_HEIGHT * height_m + float(draw.normal(0.0, 0.01)),
        top_speed_m_s=float(np.clip(draw.normal(8.3, 0.4), 7.3, 9.3)),
        time_constant_s=float(np.clip(draw.normal(1.10, 0.07), 0.95, 1.30)),
        contact_factor=float(draw.lognormal(0.0, 0.05)),
        step_frequency_factor=float(draw.lognormal(0.0, 0.03)),
        asymmetry=float(draw.normal(0.0, 0.02)),
        rearfoot=bool(draw.random() < 0.75),
        first_side="left" if draw.random() < 0.5 else "right",
        pitch_factor=float(draw.lognormal(0.0, 0.04)),
        arm_factor=float(draw.lognormal(0.0, 0.12)),
        lean_rad=float(draw.normal(0.0, 0.035)),
        impact_factor=float(draw.lognormal(0.0, 0.35)),
        throwing_side="left" if draw.random() < 0.2 else "right",
    )


def share_of_top_speed(effort_pct: float, wording: Literal["effort", "speed"], style: Style) -> float:
    """Return the share of top speed that an athlete tends to when told that effort.

    Examples
    --------
    >>> share_of_top_speed(50.0, "effort", Style())
    0.77
    """
    # Contrast works on what is missing to full speed, so a maximal run is one in any style.
    share = float(np.interp(effort_pct, EFFORTS_PCT, SHARES[wording]))
    return 1.0 - style.contrast_factor * (1.0 - share)


def at_speed(speed_m_s: float) -> float:
    """Return how far a change that shows at speed has come in, 0 to 1.

    Examples
    --------
    >>> at_speed(3.0), at_speed(4.5), at_speed(8.0)
    (0.0, 0.5, 1.0)
    """
    return float(np.interp(speed_m_s, AT_SPEED_M_S, (0.0, 1.0)))
