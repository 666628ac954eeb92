"""A reorder run for people: on a terminal, as Markdown, as one HTML file, as CSV."""

from agent.reorder_report.lines_csv import as_csv
from agent.reorder_report.markdown import as_markdown
from agent.reorder_report.page import as_html
from agent.reorder_report.terminal import print_report

__all__ = ["as_csv", "as_html", "as_markdown", "print_report"]
