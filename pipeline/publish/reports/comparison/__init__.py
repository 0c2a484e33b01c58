"""What the comparison notebook calls: one method a section, each with one result.

The figures come from the report's dossier, where they were computed once; here
they are put into words, tables and charts.
"""

from pipeline.publish.reports.comparison.report import ComparisonReport

__all__ = ["ComparisonReport"]
