"""The report on the quality of the published figures: its sections in order, a function each."""

from pipeline.analysis.quality.lookups import SEVERITIES
from pipeline.publish.page.blocks import Glossary
from pipeline.publish.page.downloads import Downloads
from pipeline.publish.reports.quality import checks, figures, readings, register, summary
from pipeline.publish.reports.quality.context import Quality


class QualityReport(Quality):
    """What the notebook calls: each section is a function of the report, listed here."""

    in_brief = summary.in_brief
    what_changes_a_reading = summary.what_changes_a_reading
    documents_table = figures.documents_table
    how_it_was_copied = readings.how_it_was_copied
    completeness_picture = figures.completeness_picture
    corrected_table = figures.corrected_table
    rules_table = checks.rules_table
    failures_list = checks.failures_list
    register_list = register.register_list

    def terms(self) -> Glossary:
        """Return what the words of this page mean."""
        return Glossary(
            {
                "Base": "The number of cases a percentage is out of.",
                "Certain, likely, possible": "How sure it is that the text we have differs as "
                "described: it does; one reading makes the places agree but is strained; a fair "
                "reading makes them agree. It does not say that either place is wrong. The "
                "download has this of each entry.",
                "Read a second time": "Copied again by a second reader and compared figure by "
                "figure. Blind means that the second reader had not seen the first copy.",
                "Severity": " ".join(
                    f"{name.capitalize()}: {meaning}" for name, meaning in SEVERITIES.items()
                ),
            }
        )

    def downloads(self) -> Downloads:
        """Return the tables of this page, every failed check and the whole register."""
        checks.failures_table(self)
        register.register_table(self)
        readings.machine_rows_table(self)
        return super().downloads()
