"""A statement for people: `html_report` one page, `workbook_report` one workbook, `words` what both say.

Figures come exact from `statements`; here they are only written. Whatever a contractor's file brought is
text, never markup, never a formula.
"""

from guanbao.engine.reports.html import html_report
from guanbao.engine.reports.workbook import workbook_report

__all__ = ["html_report", "workbook_report"]
