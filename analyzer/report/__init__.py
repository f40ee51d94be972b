"""Showing what was found: text, page, figures, exports."""

from analyzer.plain import as_plain
from analyzer.report import figures
from analyzer.report.exports import write_results
from analyzer.report.html import render_html
from analyzer.report.quantities import Quantity, Units
from analyzer.report.stage_lines import run_lines
from analyzer.report.summary import Summary, summarize
from analyzer.report.text import render_text, run_card

__all__ = [
    "Quantity",
    "Summary",
    "Units",
    "as_plain",
    "figures",
    "render_html",
    "render_text",
    "run_card",
    "run_lines",
    "summarize",
    "write_results",
]
