"""The comparison report: a function a section, listed in ``report``; each gives one result.

The figures come from the report's data, where they were computed once; here they are put into
words, tables and pictures.
"""

from pipeline.publish.reports.comparison.report import ComparisonReport

__all__ = ["ComparisonReport"]
