"""The national page: its sections in order, a function each."""

from pipeline.publish.reports.national import first_screen, providers, questions, weaknesses
from pipeline.publish.reports.national.context import National


class NationalReport(National):
    """What the notebook calls: each section is a function of the page, listed here."""

    in_brief = first_screen.in_brief
    providers_table = providers.providers_table
    told_apart = providers.told_apart
    owners_table = providers.owners_table
    funnels = questions.funnels
    questions_table = questions.questions_table
    few_cases_table = questions.few_cases_table
    recommended_table = weaknesses.recommended_table
    recommended_standards = weaknesses.recommended_standards
    discretion_table = weaknesses.discretion_table
