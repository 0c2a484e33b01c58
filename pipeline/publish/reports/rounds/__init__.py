"""The page through time of one provider: three rounds or more on one page."""

from pipeline.publish.reports.rounds.report import RoundsReport

__all__ = ["RoundsReport"]
