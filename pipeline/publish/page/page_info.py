"""What a page says about itself: title, dates, citation, versions, taken from its data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

INSPECTORATE = "HM Inspectorate of Probation"
PUBLISHERS = {
    "scorecard": "the provider's own case audits",
    "action-plan": "HM Prison and Probation Service and Ministry of Justice (the plan); "
    "HM Inspectorate of Probation (percentages and ratings)",
}
"""Who published the figures of a kind of page, where it is not the inspectorate alone."""
STATUS = "Not an official publication of the inspectorate or the ministry"
EDITIONS: dict[str, str] = {"leadership": "Leadership edition", "analyst": "Analyst edition"}

SIMULATED: dict[str, Any] = {
    "publisher": "Nobody: simulated figures",
    "licence": "none: the figures are simulated",
    "licence_url": "",
}
"""What a page of simulated figures says of their publisher and licence."""


@dataclass(frozen=True)
class PageInfo:
    """What a page says about itself.

    Parameters
    ----------
    title
        Heading and title of the page.
    description
        One sentence for search and for the data's description.
    edition
        ``leadership``, ``analyst``, or empty for pages that have one edition.
    kind
        ``comparison``, ``action-plan``, ``data-quality`` or ``index``.
    standfirst
        A line under the heading.
    dates
        Lines such as "Inspected July 2019"; from the data, never from a clock.
    beside
        Other pages of the same provider, each ``name`` and ``words``.
    simulated
        Whether the figures were generated; puts SIMULATED over the page and into its title.
    citation
        How to cite the page.
    data_version
        Fingerprint of the data.
    licence
        Licence of the figures, in words; ``licence_url`` its address.
    publisher
        Publisher of the source documents.
    period
        Period the figures cover, as ISO 8601 ("2018/2019"), for the machine-readable description.
    data_published
        Publication date of the newest source, as ISO 8601.
    name
        File name without ending.
    colophon_extra
        Further terms and words for the foot of the page.
    two_sheets
        Whether the page is laid out for two sheets of paper: without contents list and with a foot
        of two lines.
    """

    title: str
    description: str = ""
    edition: str = ""
    kind: str = "comparison"
    standfirst: str = ""
    dates: Sequence[str] = ()
    beside: Sequence[Mapping[str, str]] = ()
    simulated: bool = False
    citation: str = ""
    data_version: str = ""
    licence: str = "Open Government Licence v3.0"
    licence_url: str = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
    publisher: str = INSPECTORATE
    period: str = ""
    data_published: str = ""
    name: str = ""
    colophon_extra: Mapping[str, str] = field(default_factory=dict)
    two_sheets: bool = False

    @property
    def full_title(self) -> str:
        """The title as the browser and the PDF show it."""
        words = [self.title, self.edition_name] if self.edition_name else [self.title]
        marked = not self.simulated or "SIMULATED" in self.title
        return ("" if marked else "SIMULATED: ") + " – ".join(words)

    @property
    def edition_name(self) -> str:
        """The edition in words."""
        return EDITIONS.get(self.edition, self.edition)

    @property
    def who_does_not_exist(self) -> str:
        """Whom the mark over a page of simulated figures is about."""
        if self.kind in ("national", "index"):
            return "These providers do not exist."
        return "This provider does not exist."

    @property
    def generator(self) -> str:
        """The name and version of the maker, for the page's head."""
        return f"probation-inspection-reports {package_version()}"

    @property
    def colophon(self) -> list[tuple[str, str]]:
        """The pairs of term and words at the foot of the page, empty ones left out."""
        if self.two_sheets:
            made = f"Data version {self.data_version}, made with {self.generator}"
            return [*self.colophon_extra.items(), ("Version", made)]
        pairs = [
            ("Cite as", self.citation),
            ("Source of figures", self.publisher),
            ("Licence of figures", ": ".join(filter(None, (self.licence, self.licence_url)))),
            *self.colophon_extra.items(),
            ("Data version", self.data_version),
            ("Made with", self.generator),
        ]
        return [(term, words) for term, words in pairs if words]

    def linked_data(self) -> dict[str, Any]:
        """Return the page's description for machines: a schema.org Dataset."""
        found = {
            "@context": "https://schema.org",
            "@type": "Dataset",
            "name": self.full_title,
            "description": self.description or self.title,
            "inLanguage": "en-GB",
            "license": self.licence_url,
            "temporalCoverage": self.period,
            "datePublished": self.data_published,
            "version": self.data_version,
            "creditText": self.citation,
            "isBasedOn": {
                "@type": "CreativeWork",
                "publisher": {"@type": "GovernmentOrganization", "name": self.publisher},
            },
            "isAccessibleForFree": True,
        }
        return {key: value for key, value in found.items() if value not in ("", None)}


@cache
def package_version() -> str:
    """Return the installed version of this package, or "development" when run from a checkout."""
    try:
        return version("probation-inspection-reports")
    except PackageNotFoundError:
        return "development"


def page_info(about: dict[str, Any], edition: str) -> PageInfo:
    """Return the page of one edition of a report (``about`` is its about.json).

    Raises KeyError for an edition the report does not have.
    """
    names = {report["edition"]: report["name"] for report in about["reports"]}
    two_sheets = about["kind"] == "comparison" and edition == "leadership"
    told = {"publisher": PUBLISHERS.get(about["kind"], INSPECTORATE)}
    if about["kind"] == "scorecard":
        told["licence"] = "audits: the provider's own; inspections: Open Government Licence v3.0"
    if about["simulated"]:
        told = SIMULATED
    return PageInfo(
        title=about["title"],
        description=about["result"],
        edition=edition,
        kind=about["kind"],
        standfirst="" if two_sheets else about.get("standfirst", about["result"]),
        dates=[] if two_sheets else about.get("dates", []),
        beside=about.get("beside", []),
        simulated=about["simulated"],
        citation=f"{about['title']}. Figures: {told['publisher']}. "
        f"Data version {about['data_version']}.",
        data_version=about["data_version"],
        period=about.get("period", str(about.get("round", ""))),
        data_published=about["published"],
        name=names[edition],
        colophon_extra={"Status": STATUS},
        two_sheets=two_sheets,
        **told,
    )
