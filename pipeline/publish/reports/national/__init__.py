"""The national page: a function a section, listed in ``report``; each gives one result.

The figures come from the page's data, where they were computed once; here they are put into words,
tables and pictures.
"""

from pipeline.publish.reports.national.report import NationalReport

__all__ = ["NationalReport"]
