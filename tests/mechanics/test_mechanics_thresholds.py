import re
import tomllib
from importlib import resources

import pytest

from analyzer.errors import InputError
from analyzer.mechanics.thresholds import load, thresholds_of

SHIPPED = load()


def own(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def without(key):
    """Return the thresholds as if the shipped file lacked one key of one rule."""
    raw = tomllib.loads(resources.files("analyzer.mechanics").joinpath("thresholds.toml").read_text("utf-8"))
    del raw["rules"]["contrast"][key]
    return thresholds_of(raw)


def source_keys():
    text = resources.files("analyzer.mechanics").joinpath("SOURCES.md").read_text("utf-8")
    return set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


@pytest.mark.parametrize("name", sorted({*SHIPPED.rules, *SHIPPED.norms}))
def test_every_rule_and_norm_has_a_source_that_is_listed(name):
    item = SHIPPED.rules.get(name) or SHIPPED.norms[name]
    assert item.source in source_keys()


def test_every_source_says_whether_it_was_read():
    text = resources.files("analyzer.mechanics").joinpath("SOURCES.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `") and not line.startswith("| `local`")]
    assert rows
    assert all(re.search(r"read|recalled|derived", row.rsplit("|", 2)[1]) for row in rows)


@pytest.mark.parametrize("name", sorted(SHIPPED.rules))
def test_limits_and_gates_carry_their_unit(name):
    rule = SHIPPED.rules[name]
    units = re.compile(
        r"_(pct|m|s|m_s|deg|signs|runs)$|^(first|last)_steps$|^min_(strides|contacts|steps|stages|rules)(_per_side)?$"
    )
    assert all(units.search(key) for key in (*rule.limits, *rule.gates))


def test_priorities_are_all_different():
    priorities = [rule.priority for rule in SHIPPED.rules.values()]
    assert len(set(priorities)) == len(priorities)


@pytest.mark.parametrize("key", ["source", "grade", "population", "limits", "code", "formula", "blind_to"])
def test_a_rule_without_source_or_grade_is_refused(key):
    with pytest.raises(InputError, match=rf"contrast.*{key}.*source and its evidence grade"):
        without(key)


def test_an_own_limit_replaces_the_shipped_one_and_is_recorded(tmp_path):
    mine = own(tmp_path, "[rules.contrast.limits]\nlook_pct = 10.0\n")
    assert mine.rules["contrast"].limits["look_pct"] == 10
    assert mine.rules["contrast"].limits["fix_pct"] == SHIPPED.rules["contrast"].limits["fix_pct"]
    assert mine.overrides == ("rules.contrast.limits.look_pct",)


def test_an_own_limit_no_longer_cites_the_paper(tmp_path):
    mine = own(tmp_path, "[rules.contrast.limits]\nlook_pct = 10.0\n").rules["contrast"]
    assert (mine.source, mine.grade) == ("local", "C")


def test_an_own_limit_with_a_source_of_its_own_cites_that(tmp_path):
    text = '[rules.contrast]\nsource = "dorn2012"\ngrade = "B"\n[rules.contrast.limits]\nlook_pct = 10.0\n'
    mine = own(tmp_path, text).rules["contrast"]
    assert (mine.source, mine.grade) == ("dorn2012", "B")


def test_own_words_keep_the_source(tmp_path):
    mine = own(tmp_path, '[rules.contrast.cues]\nfix = "Mas despacio."\n').rules["contrast"]
    assert mine.cues["fix"] == "Mas despacio."
    assert mine.source == SHIPPED.rules["contrast"].source


def test_another_limit_is_another_digest(tmp_path):
    assert own(tmp_path, "[rules.contrast.limits]\nlook_pct = 10.0\n").digest != SHIPPED.digest


def test_an_empty_file_changes_nothing(tmp_path):
    mine = own(tmp_path, "")
    assert (mine.digest, mine.overrides) == (SHIPPED.digest, ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[rules.contrats]\n", "unknown name 'contrats'; known are active_rest"),
        ("[rules.contrast.limits]\nlook = 3\n", "unknown name 'look'; known are fix_pct"),
        ("[rules.contrast]\nlimit = 3\n", "unknown name 'limit'; known are blind_to, code, cues"),
        ("[rule.contrast]\n", "unknown name 'rule'; known are norms, rules, version"),
        ('[rules.contrast.limits]\nlook_pct = "ten"\n', "expected a number, got 'ten'"),
        ("[rules.contrast.limits]\nlook_pct = nan\n", "expected a number"),
        ("[rules.contrast]\nlimits = 3\n", "expected a table"),
        ('[rules.contrast]\ngrade = "D"\n', "expected one of A, B, C"),
        ('[rules.contrast.sentences]\nfix = "{speed} alike"\n', "unknown name 'speed'; known are lower, upper"),
        ('[rules.contrast.sentences]\nfix = "{lower alike"\n', "unbalanced braces"),
        ("[norms.contact_length]\nspeed_m_s = [1.0]\n", "same length"),
        ('[rules.contrast]\nenabled = "no"\n', "expected true or false"),
        ('[rules.contrast]\nplacements = "foot"\n', "expected a list of foot, pelvis"),
        ('[rules.contrast]\nwould_change = "{speed}"\n', "unknown name 'speed'; known are keep"),
        ("rules = [", "not a TOML file"),
    ],
)
def test_what_means_nothing_is_refused_with_what_would(tmp_path, text, message):
    with pytest.raises(InputError, match=re.escape(message)):
        own(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "nothing.toml")


def test_a_norm_is_straight_between_its_points():
    assert SHIPPED.norms["contact_length"].at("speed_m_s", "leg_lengths", 3.0) == pytest.approx((0.73 + 0.85) / 2)


def test_a_norm_says_nothing_outside_its_points():
    at_walk = SHIPPED.norms["contact_length"].at("speed_m_s", "leg_lengths", 1.5)
    assert at_walk != at_walk  # NaN


def test_a_file_of_ones_own_changes_nothing_for_the_next_who_has_none(tmp_path):
    own(tmp_path, "[rules.contrast.limits]\nlook_pct = 10.0\n[norms.rest]\nrun_times = 5.0\n")
    again = load()
    assert again.rules["contrast"] == SHIPPED.rules["contrast"]
    assert again.norms["rest"] == SHIPPED.norms["rest"]
    assert (again.digest, again.overrides) == (SHIPPED.digest, ())


def test_what_the_shipped_file_holds_makes_what_is_loaded():
    text = resources.files("analyzer.mechanics").joinpath("thresholds.toml").read_text("utf-8")
    assert thresholds_of(tomllib.loads(text)).digest == SHIPPED.digest


NEVER = (
    r"injur|wrong|lazy|\bbad\b|fault|overstrid|asymmetr|diagnos|\brisk|pain|hurt|weak|poor|fail|blame|patholog|\bhis\b"
)
WORDS = [
    pytest.param(text, id=f"{rule.name}-{kind}-{level}")
    for rule in SHIPPED.rules.values()
    for kind, texts in (("sentence", rule.sentences), ("cue", rule.cues), ("change", {"": rule.would_change}))
    for level, text in texts.items()
]


@pytest.mark.parametrize("text", WORDS)
def test_words_for_the_coach_are_short_and_without_blame_or_diagnosis(text):
    assert len(text.split()) <= 20
    assert not re.search(NEVER, text, re.IGNORECASE)


@pytest.mark.parametrize("name", sorted(SHIPPED.rules))
def test_every_level_that_has_a_sentence_has_a_cue_and_a_limit(name):
    rule = SHIPPED.rules[name]
    for level in set(rule.sentences) - {"cannot_tell"}:
        assert rule.cues[level], level
        # A trend that stays is held against the limit of one that turns.
        assert any(x == x for x in (rule.limit(level), rule.limit("fix"))), level


@pytest.mark.parametrize("name", sorted(SHIPPED.rules))
def test_limits_stand_in_the_order_of_their_levels(name):
    rule = SHIPPED.rules[name]
    look, fix, keep = (rule.limit(level) for level in ("look", "fix", "keep"))
    known = [value for value in (keep, look, fix) if value == value]
    assert known in (sorted(known), sorted(known, reverse=True))


def test_the_themes_come_in_the_order_of_the_science():
    order = ["R03", "R01", "R02", "R24", "R07", "R05", "R10", "R11", "R14", "R16"]
    priority = {rule.code: rule.priority for rule in SHIPPED.rules.values()}
    assert [priority[code] for code in order] == sorted(priority[code] for code in order)


def test_codes_are_all_different_and_none_of_the_thirty_is_left_out():
    codes = [rule.code for rule in SHIPPED.rules.values()]
    assert len(set(codes)) == len(codes)
    assert {f"R{number:02d}" for number in range(1, 31)} <= set(codes)


@pytest.mark.parametrize("point", sorted(SHIPPED.points))
def test_every_coaching_point_and_mistake_has_a_rule(point):
    assert [rule.name for rule in SHIPPED.rules.values() if point in rule.points]


@pytest.mark.parametrize("name", sorted(SHIPPED.rules))
def test_every_rule_answers_a_point_of_the_drill(name):
    rule = SHIPPED.rules[name]
    assert rule.points
    assert set(rule.points) <= set(SHIPPED.points)


def test_consensus_is_never_graded_better_than_it_is():
    assert all(rule.grade == "C" for rule in SHIPPED.rules.values() if rule.source == "consensus")


def test_a_rule_is_found_by_its_name_and_by_its_code():
    assert SHIPPED.find("overstride_matched_speed") == SHIPPED.find("R07") == SHIPPED.find("r07")


def test_a_code_brings_its_kin():
    assert [rule.code for rule in SHIPPED.find("R02")] == ["R02", "R02a"]
    assert [rule.code for rule in SHIPPED.find("R02a")] == ["R02a"]


def test_a_rule_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(InputError, match="no rule 'R99'; known are active_rest"):
        SHIPPED.find("R99")


def test_an_own_file_may_name_a_rule_by_its_code(tmp_path):
    mine = own(tmp_path, "[rules.R11.limits]\nlook_deg = 16.0\n")
    assert mine.rules["forward_at_speed"].limits["look_deg"] == 16
    assert mine.overrides == ("rules.R11.limits.look_deg",)


def test_a_rule_named_twice_is_refused(tmp_path):
    with pytest.raises(InputError, match="changed twice, by its name and by its code"):
        own(tmp_path, "[rules.R01]\nenabled = false\n[rules.contrast]\nenabled = true\n")


def test_rules_that_are_no_tables_are_refused(tmp_path):
    with pytest.raises(InputError, match="rules: expected tables"):
        own(tmp_path, "rules = 3\n")


def test_switching_off_keeps_the_source(tmp_path):
    mine = own(tmp_path, "[rules.contrast]\nenabled = false\n").rules["contrast"]
    assert (mine.enabled, mine.source) == (False, SHIPPED.rules["contrast"].source)
