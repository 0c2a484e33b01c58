"""What a page says about itself: title, dates, citation, versions, taken from its dossier."""

from typing import Any

from pipeline.publish.render import PageInfo

PUBLISHERS = {
    "comparison": "HM Inspectorate of Probation",
    "data-quality": "HM Inspectorate of Probation",
    "action-plan": "HM Prison and Probation Service and Ministry of Justice",
}


STATUS = "Not an official publication of the inspectorate or the ministry"


def page_info(about: dict[str, Any], edition: str) -> PageInfo:
    """Return the page of one edition of a report (``about`` is its dossier.json).

    Raises KeyError for an edition the report does not have.
    """
    names = {report["edition"]: report["name"] for report in about["reports"]}
    publisher = PUBLISHERS[about["kind"]]
    published = about["published"]
    simulated = about["simulated"]
    licence: dict[str, Any] = {}
    if simulated:
        licence = {"licence": "none: the figures are simulated", "licence_url": ""}
    return PageInfo(
        title=about["title"],
        description=about["result"],
        edition=edition,
        kind=about["kind"],
        standfirst=about.get("standfirst", about["result"]),
        dates=about.get("dates", []),
        simulated=simulated,
        citation=f"{about['title']}. Figures: {publisher}. Data version {about['data_version']}.",
        data_version=about["data_version"],
        publisher="Nobody: simulated figures" if simulated else publisher,
        period=about.get("period", str(about.get("round", ""))),
        data_published=published,
        name=names[edition],
        colophon_extra={
            "Status": "Not an official publication of the inspectorate or the ministry"
        },
        **licence,
    )
