"""What the action-plan notebook calls: a function a section, each with one result.

Everything comes from the plan's data. Only where actions stand is worked out
here, because a reader may ask for another day than the one the data ends with.
"""

from pipeline.publish.reports.plan.report import PlanReport

__all__ = ["PlanReport"]
