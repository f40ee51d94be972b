import json
from pathlib import Path

import pytest

from analyzer.cli.main import main
from analyzer.mechanics.sources import sources
from analyzer.mechanics.thresholds import load

SHIPPED = load()
PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


def said(capsys, *argv):
    code = main(["explain", *argv])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_without_a_name_all_rules_are_listed_with_grade_and_sensors(capsys):
    code, out, _ = said(capsys)
    assert code == 0
    for rule in SHIPPED.rules.values():
        line = next(line for line in out.splitlines() if line.startswith(f"{rule.code} "))
        assert f" {rule.name} " in line
        assert f"  {rule.grade}  " in line
        assert all(segment in line for segment in rule.placements)


def test_a_code_and_a_name_print_the_same(capsys):
    assert said(capsys, "R07") == said(capsys, "overstride_matched_speed")


@pytest.mark.parametrize("name", sorted(SHIPPED.rules))
def test_a_rule_is_printed_with_all_that_it_rests_on(capsys, name):
    _, out, _ = said(capsys, name)
    rule = SHIPPED.rules[name]
    for text in (rule.code, rule.metric, rule.formula, rule.blind_to, rule.population):
        assert text in out
    assert sources()[rule.source].reference in out
    for value in (*rule.limits.values(), *rule.gates.values()):
        assert f"{value:g}" in out


def test_limits_are_printed_with_their_units(capsys):
    _, out, _ = said(capsys, "R11")
    assert "look 14°; fix 20°" in out
    _, out, _ = said(capsys, "R29")
    assert "min speed 6 m/s" in out


def test_what_a_rule_cannot_tell_is_printed(capsys):
    assert "Can't tell:   Foot sensors see neither shank nor hip" in said(capsys, "R07")[1]


def test_a_code_prints_its_kin_too(capsys):
    _, out, _ = said(capsys, "R02")
    assert "first_run_fast" in out
    assert "first_start_hard" in out


def test_an_unknown_rule_is_bad_input_and_the_known_ones_are_told(capsys):
    code, out, err = said(capsys, "R77")
    assert (code, out) == (2, "")
    assert "no rule 'R77'; known are" in err


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[rules.R11.limits]\nlook_deg = 16.5\n[rules.arms_uneven]\nenabled = false\n")
    return path


def test_own_limits_are_explained_as_what_they_are(capsys, mine):
    _, out, _ = said(capsys, "R11", "--rules", str(mine))
    assert "look 16.5°" in out
    assert "The user's own file" in out
    assert "changed: rules.R11.limits.look_deg, rules.arms_uneven.enabled" in out


def test_a_rule_that_is_switched_off_is_marked(capsys, mine):
    assert "(switched off)" in said(capsys, "R15", "--rules", str(mine))[1].splitlines()[0]
    line = next(x for x in said(capsys, "--rules", str(mine))[1].splitlines() if x.startswith("R15"))
    assert line.endswith("(switched off)")


def test_json_holds_what_a_program_needs(capsys):
    _, out, _ = said(capsys, "R07", "--json")
    (rule,) = json.loads(out)
    assert (rule["code"], rule["name"], rule["grade"]) == ("R07", "overstride_matched_speed", "C")
    assert rule["limits"]["look_signs"] == 2
    assert rule["reference"].startswith("Lieberman")
    assert "overstriding" in rule["points"]


def test_json_without_a_name_holds_all_rules(capsys):
    _, out, _ = said(capsys, "--json")
    assert {rule["name"] for rule in json.loads(out)} == set(SHIPPED.rules)


def test_the_page_of_the_documentation_is_up_to_date(capsys):
    _, out, _ = said(capsys, "--page")
    assert PAGE.read_text(encoding="utf-8") == out, "run: psr explain --page > docs/rules.md"


def test_the_page_lists_every_rule_that_rests_on_consensus(capsys):
    _, out, _ = said(capsys, "--page")
    weak = out.split("## Weakly evidenced")[1]
    listed = {name for name in SHIPPED.rules if f"`{name}`" in weak}
    assert listed == {rule.name for rule in SHIPPED.rules.values() if rule.grade == "C"}


def test_the_page_maps_every_point_of_the_drill_to_rules(capsys):
    _, out, _ = said(capsys, "--page")
    table = out.split("## What the drill asks for")[1].split("## All rules")[0]
    for text in SHIPPED.points.values():
        row = next(line for line in table.splitlines() if line.startswith(f"| {text} |"))
        assert "`" in row


def test_the_page_is_about_all_rules(capsys):
    code, _, err = said(capsys, "R07", "--page")
    assert code == 2
    assert "leave RULE out" in err


def test_a_page_is_no_json(capsys):
    assert said(capsys, "--page", "--json")[0] == 2


def test_an_own_file_that_means_nothing_is_bad_input(capsys, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[rules.R99]\nenabled = false\n")
    code, _, err = said(capsys, "--rules", str(path))
    assert code == 2
    assert "unknown name 'R99'" in err
