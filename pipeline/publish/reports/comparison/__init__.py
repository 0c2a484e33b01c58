"""The comparison in two editions: a function a section, listed in ``leadership`` and ``report``.

The figures come from the report's data, where they were computed once; here they are put into
words, tables and pictures.
"""

from pipeline.publish.reports.comparison.leadership import LeadershipReport
from pipeline.publish.reports.comparison.report import ComparisonReport

__all__ = ["ComparisonReport", "LeadershipReport"]
