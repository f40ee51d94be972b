import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from analyzer import tables
from analyzer.model import Analysis, Athlete, Notice, Plan
from analyzer.report import render_html

Practice = Callable[..., Analysis]
NAN = float("nan")

_VOID = {"meta", "rect", "line", "path", "use", "br"}


class Page(HTMLParser):
    """Element tree kept just well enough to see whether all is closed and what ids there are."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        self.ids += [named["id"] or ""] if "id" in named else []
        self.references += re.findall(r"#([\w.-]+)", " ".join(v or "" for k, v in attrs if k != "style"))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def strange(practice: Practice, kind: str) -> Analysis:
    base = practice()
    if kind == "nothing":
        return practice(**{schema.name: tables.empty(schema) for schema in tables.SCHEMAS}, findings=(), plan=None)
    if kind == "one run":
        frames = {name: getattr(base, name) for name in ("contacts", "strides", "steps", "runs")}
        return practice(**{n: f[f["run"] == 1] for n, f in frames.items()}, stages=base.stages.iloc[:1], findings=())
    if kind == "no plan":
        return practice(
            plan=None, runs=base.runs.assign(asked_effort_pct=NAN), stages=base.stages.assign(asked_effort_pct=NAN)
        )
    if kind == "backward":
        return practice(runs=base.runs.assign(direction="backward"), stages=tables.empty(tables.STAGES))
    if kind == "no recording":
        return practice(recording=None, source={}, config={}, versions={})
    unknown = [c for c in base.stages.columns if base.stages[c].dtype == float and c != "asked_effort_pct"]
    run_numbers = ["peak_speed_m_s", "peak_speed_sd_m_s", "achieved_pct", "received_pct", "rest_before_s", "distance_m"]
    return practice(
        stages=base.stages.assign(**dict.fromkeys(unknown, NAN)),
        runs=base.runs.assign(**dict.fromkeys(run_numbers, NAN)),
        steps=base.steps.assign(speed_m_s=NAN),
        strides=base.strides.assign(speed_m_s=NAN),
    )


@pytest.fixture(scope="module", name="page")
def page_fixture(practice: Practice) -> str:
    return render_html(practice())


KINDS = ("nothing", "one run", "no plan", "backward", "no recording", "all unknown")


def test_the_same_analysis_gives_the_same_page(practice: Practice) -> None:
    assert render_html(practice()) == render_html(practice())


def test_the_page_fetches_nothing_and_runs_nothing(practice: Practice) -> None:
    page = render_html(practice(simulated=True)).lower()
    for forbidden in ("http://", "https://", "<script", "javascript:", "@import", " src=", "<link"):
        assert forbidden not in page


def test_what_others_wrote_is_escaped(practice: Practice) -> None:
    attack = "<script>alert(1)</script>"
    page = render_html(
        practice(
            athlete=Athlete(attack),
            notices=(Notice("a", attack),),
            plan=Plan(Plan.progressive().runs, surface=attack),
            source={"path": attack},
            versions={"psr-analyzer": attack},
        )
    )
    assert attack not in page
    assert "&lt;script&gt;" in page


def test_simulated_is_in_title_banner_and_footer(practice: Practice) -> None:
    page = render_html(practice(simulated=True))
    assert page.count("SIMULATED") == 3
    assert "<title>SIMULATED" in page


def test_real_data_are_not_called_simulated(page: str) -> None:
    assert "SIMULATED" not in page


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_practice_gives_a_whole_page(practice: Practice, kind: str) -> None:
    page = Page(render_html(strange(practice, kind)))
    assert (page.wrong, page.open) == ([], [])


@pytest.mark.parametrize("kind", KINDS)
def test_nan_is_never_shown(practice: Practice, kind: str) -> None:
    words = re.sub(r"<[^>]*>", " ", body(render_html(strange(practice, kind))))
    assert not re.search(r"\b([nN][aA][nN]|None|null|inf)\b", words)


def body(page: str) -> str:
    return page[page.index("<body") :]


def test_ids_are_unique_and_every_reference_has_its_target(page: str) -> None:
    tree = Page(page)
    assert len(tree.ids) == len(set(tree.ids))
    assert set(tree.references) <= set(tree.ids)


def test_every_header_cell_has_a_scope(page: str) -> None:
    cells = [attributes for tag, attributes in Page(page).tags if tag == "th"]
    assert cells
    assert all(attributes.get("scope") in {"col", "row"} for attributes in cells)


def test_every_drawing_has_words_for_those_who_cannot_see_it(page: str) -> None:
    tags = Page(page).tags
    drawings = [attributes for _, attributes in tags if attributes.get("role") == "img"]
    assert len(drawings) == 6
    assert all(attributes.get("aria-label") for attributes in drawings)


def test_the_colours_of_figures_follow_the_page(page: str) -> None:
    assert not re.findall(r"#[0-9a-f]{6}", body(page).lower())


def test_metric_pages_hold_no_feet(practice: Practice) -> None:
    page = body(render_html(practice(findings=()), "metric"))
    assert "m/s" in page
    assert " ft" not in page


def test_many_runs_do_not_lengthen_the_table_without_end(practice: Practice) -> None:
    base = practice()
    many = 20
    runs = base.runs.iloc[[0] * many].assign(run=range(1, many + 1), asked_effort_pct=NAN).reset_index(drop=True)
    stages = base.stages.iloc[[0] * many].assign(asked_effort_pct=NAN).reset_index(drop=True)
    assert "14 more in <code>runs.csv</code>" in render_html(practice(runs=runs, stages=stages, plan=None))


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def themes(page: str) -> list[dict[str, str]]:
    return [dict(re.findall(r"--([\w-]+):(#[0-9a-f]+)", block)) for block in re.findall(r":root\{(.*?)\}", page, re.S)]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("colour", "ratio"),
    [*((text, 4.5) for text in ("ink", "muted", "keep", "look", "fix", "left", "right")),
     *((mark, 3.0) for mark in ("stage-1", "stage-2", "stage-3", "accent"))],
)  # fmt: skip
def test_colours_stand_out_from_the_paper(page: str, theme: int, colour: str, ratio: float) -> None:
    colours = themes(page)[theme]
    assert contrast(colours[colour], colours["paper"]) >= ratio
