"""The score card of a month, for the management group: two sheets, and what proves them below."""

from pipeline.publish.reports.scorecard.report import ScorecardReport

__all__ = ["ScorecardReport"]
