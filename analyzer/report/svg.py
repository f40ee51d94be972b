"""A matplotlib figure as an inline SVG: no network addresses, page fonts, page colours, same bytes every time."""

import io
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from analyzer.report.figures import INK, MUTED, SIDES, STAGE_SHADES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["inline_svg"]

_VARIABLES: Mapping[str, str] = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    SIDES["left"][0]: "var(--left)",
    SIDES["right"][0]: "var(--right)",
    **{shade: f"var(--stage-{index})" for index, shade in enumerate(STAGE_SHADES, start=1)},
}
"""Colour of a figure -> colour of the page, which is another one in the dark."""

_FONT_PT = 8.0
_FONT = "DejaVu Sans"
"""Comes with matplotlib, so sizes are the same everywhere; the page shows its own font."""


_MARGINS_IN = (0.52, 0.3, 0.4, 0.06)
"""Left, right, bottom, top: fixed, so that figures above one another line up."""


def inline_svg(draw: Callable[["Axes"], None], name: str, size_in: tuple[float, float]) -> str:
    """Return a figure as an SVG element to be set into a page.

    Parameters
    ----------
    draw : callable
        Draws into the axes it is given.
    name : str
        Unique on the page: keeps the element ids of two figures apart.
    size_in : tuple of float
        Width and height, inches.

    Returns
    -------
    str
        One ``<svg>`` element without prolog, namespaces and metadata; text stays text.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # A fixed salt here and no date below: the ids, and so the bytes, are the same every time.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.size": _FONT_PT, "font.family": _FONT}):
        # Not by pyplot: it keeps every figure alive, and looks for a screen.
        figure = Figure(figsize=size_in)
        left, right, bottom, top = _MARGINS_IN
        width, height = size_in
        figure.subplots_adjust(left / width, bottom / height, 1 - right / width, 1 - top / height)
        draw(figure.add_subplot())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return _for_page(buffer.getvalue())


def _for_page(svg: str) -> str:
    svg = svg[svg.index("<svg") :].strip()
    # Metadata names network addresses, and a style element would reach out of the figure into the page.
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\s+(xmlns(:xlink)?|version)="[^"]*"', "", svg)
    svg = svg.replace("xlink:href", "href").replace("<defs>\n </defs>\n ", "")
    # Ids other than those of markers and clip paths repeat in every figure, and nothing refers to them.
    svg = re.sub(r' id="(?![mp][0-9a-f]{10}")[^"]*"', "", svg)
    svg = re.sub(r' transform="rotate\(-0 [^"]*"', "", svg)
    svg = re.sub(r"font-family: [^;\"]*;? ?", "", svg)
    svg = re.sub(r'<svg width="[^"]*" height="[^"]*"', '<svg aria-hidden="true" focusable="false"', svg, count=1)
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    return svg
