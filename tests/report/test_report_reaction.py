"""Reactions in a coach's words."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from analyzer.model import Analysis, CueMark, Reaction, UncertaintyPart
from analyzer.report import render_html, render_text, summarize
from analyzer.report.reaction import on_card, reaction_sentence
from analyzer.report.stage_lines import run_lines
from analyzer.report.text import WIDTH, run_card

Practice = Callable[..., Analysis]
PARTS = (UncertaintyPart("first movement", 0.02, "seen"), UncertaintyPart("radio", 0.0115, "spread"))


def reaction(run: int, time_s: float = 0.21, **changes) -> Reaction:
    values = {"cue": CueMark(10.0, shown="visual"), "sd_s": 0.023, "parts": PARTS, "flag": "ok", "timed_by": "trunk"}
    return Reaction(run=run, time_s=time_s, **(values | changes))


def with_reactions(practice: Practice, *found: Reaction, false_step: int | None = None) -> Analysis:
    """Return the example practice with reactions, as the session would have put them into the table of runs."""
    by_run = {one.run: one for one in found}
    made = practice()
    rows = [by_run.get(run) for run in made.runs["run"]]
    flags = [one.flag if one else "none" for one in rows]
    if false_step is not None:
        flags[false_step - 1] = "false_step"
    runs = made.runs.assign(
        reaction_time_s=[one.time_s if one else np.nan for one in rows],
        reaction_time_sd_s=[one.sd_s if one else np.nan for one in rows],
        cue_delay=[one.cue.delay_unknown or "known" if one else "none" for one in rows],
        start_flag=flags,
    )
    return practice(runs=runs, reactions=found)


def test_without_a_signal_nothing_is_said_of_reactions(practice: Practice) -> None:
    said = summarize(practice())
    assert said.reaction == ""
    assert "REACTION" not in render_text(said)
    assert "<dt>Reaction</dt>" not in render_html(practice())
    assert "reaction" not in run_card(run_lines(practice(), "us")[0])


def test_each_run_is_told_with_its_interval(practice: Practice) -> None:
    text = reaction_sentence(with_reactions(practice, reaction(1, 0.214), reaction(3, 0.25, sd_s=0.10)))
    assert text.startswith("Run 1 0.21 ±0.05 s, run 3 0.25 ±0.20 s;")


def test_an_unknown_delay_stands_beside_the_number_once(practice: Practice) -> None:
    text = reaction_sentence(with_reactions(practice, reaction(1), reaction(2)))
    assert text.count("display delay unknown") == 1


def test_a_known_delay_is_not_mentioned(practice: Practice) -> None:
    known = CueMark(10.0, shown="visual", display_delay_s=0.03, display_delay_sd_s=0.01)
    assert "unknown" not in reaction_sentence(with_reactions(practice, reaction(1, cue=known)))


def test_three_reactions_have_a_median_and_two_have_none(practice: Practice) -> None:
    three = [reaction(1, 0.20), reaction(2, 0.30), reaction(3, 0.22)]
    assert "median 0.22 s of 3" in reaction_sentence(with_reactions(practice, *three))
    assert "median" not in reaction_sentence(with_reactions(practice, *three[:2]))


def test_guesses_and_false_starts_do_not_count_for_the_median(practice: Practice) -> None:
    found = [reaction(1, 0.20), reaction(2, 0.05, flag="anticipated"), reaction(3, -0.30, flag="false_start")]
    text = reaction_sentence(with_reactions(practice, *found))
    assert "median" not in text
    assert "run 2 0.05 ±0.05 s (guessed the start)" in text
    assert "run 3 −0.30 ±0.05 s (moved before the signal)" in text


def test_runs_that_may_have_been_guessed_are_named_together(practice: Practice) -> None:
    found = [reaction(1, flag="unsure"), reaction(3, flag="unsure")]
    assert "can't tell whether run 1, 3 was guessed" in reaction_sentence(with_reactions(practice, *found))


def test_a_false_step_is_told(practice: Practice) -> None:
    text = reaction_sentence(with_reactions(practice, reaction(1), false_step=1))
    assert "run 1 0.21 ±0.05 s (stepped back first)" in text.lower()


def test_an_unseen_start_has_no_number(practice: Practice) -> None:
    unseen = reaction(2, math.nan, sd_s=math.nan, flag="start_unseen")
    assert "Run 2 can't tell (first movement not seen)" in reaction_sentence(with_reactions(practice, unseen))


def test_the_budget_names_every_part(practice: Practice) -> None:
    text = reaction_sentence(with_reactions(practice, reaction(1)))
    assert "Standard uncertainty from: first movement 20 ms, radio 12 ms." in text


def test_legs_come_with_their_advice(practice: Practice) -> None:
    assert "waist" in reaction_sentence(with_reactions(practice, reaction(1, timed_by="legs")))


@pytest.mark.parametrize("show", [lambda a: render_text(summarize(a)), render_html], ids=["text", "page"])
def test_text_and_page_show_the_reactions(practice: Practice, show: Callable[[Analysis], str]) -> None:
    shown = " ".join(show(with_reactions(practice, reaction(1), reaction(2))).split())
    assert "Run 1 0.21 ±0.05 s, run 2 0.21 ±0.05 s; display delay unknown." in shown


def test_the_card_of_a_run_fits_and_tells_its_reaction(practice: Practice) -> None:
    card = run_card(run_lines(with_reactions(practice, reaction(2, flag="unsure")), "us")[1])
    assert "  reaction 0.21 ±0.05 s, display delay unknown, can't tell if guessed\n" in card
    assert max(map(len, card.splitlines())) <= WIDTH


def test_a_card_without_a_number_says_so() -> None:
    row = {"reaction_time_s": math.nan, "reaction_time_sd_s": math.nan, "cue_delay": "known"}
    assert on_card(row | {"start_flag": "start_unseen"}) == "reaction can't tell, first movement not seen"
