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
    units = re.compile(r"_(pct|m|s|m_s|deg|signs)$|^min_(strides|contacts|steps|runs|stages|contacts_per_side)$")
    assert all(units.search(key) for key in (*rule.limits, *rule.gates))


def test_priorities_are_all_different():
    priorities = [rule.priority for rule in SHIPPED.rules.values()]
    assert len(set(priorities)) == len(priorities)


@pytest.mark.parametrize("key", ["source", "grade", "population", "limits"])
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
        ("[rules.contrast]\nlimit = 3\n", "unknown name 'limit'; known are cues"),
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
