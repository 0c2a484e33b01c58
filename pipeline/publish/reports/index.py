"""The front page: what there is for each provider and round, in one line each.

Every report is a plain link on the page, three of them or three hundred. A search box narrows the
list where scripts run; without them the list is whole and the box does not appear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from pipeline.publish.page.markup import EMPTY, Markup, hidden, is_missing, join, slug, tag, void
from pipeline.publish.page.page_info import EDITIONS, PageInfo
from pipeline.publish.page.render import Renderer

_KINDS = {"comparison": 0, "action-plan": 1, "data-quality": 2}
_NO_PROVIDER = "The data behind the reports"
_FIND = "Find a report by provider, round or words in its result"
_NO_COMPARISON = (
    "There is no comparison report: the data holds no inspection of this provider, only its plan."
)


def index_html(reports: Sequence[Mapping[str, Any]], renderer: Renderer | None = None) -> str:
    """Return the front page as HTML.

    Parameters
    ----------
    reports
        The contents of the ``dossier.json`` files, one a report subject, in any order: ``dossier``,
        ``kind``, ``provider_name``, ``simulated``, ``title``, ``result``, ``dates`` (words or a
        list of words), ``data_version`` and ``reports`` (each with ``name`` and ``edition``); a
        plan may say ``inspected``, whether the data holds an inspection of its provider.
    renderer
        A renderer already built, to save building another.
    """
    ordered = sorted(reports, key=_order)
    count = len(ordered)
    page = PageInfo(
        title="Probation inspections, compared",
        description="Reports that compare probation inspections over time and with all CRCs.",
        kind="index",
        standfirst="How each provider changed between inspections, how it stands against all "
        "Community Rehabilitation Companies (CRCs), and what was promised in answer",
        data_version=_shared([str(about.get("data_version") or "") for about in ordered]),
        name="index",
    )
    body = join(
        [
            tag("h2", "Reports", id="s-reports"),
            tag(
                "div",
                tag(
                    "label",
                    "Find a report by provider, round or words in its result",
                    for_="search",
                ),
                void("input", type="search", id="search", autocomplete="off"),
                tag("p", f"{count} of {count} shown", id="found", role="status"),
                class_="finder",
                id="searching",
                hidden=True,
            ),
            _shelves(ordered),
            tag("h2", "How to read them", id="s-reading"),
            tag(
                "p",
                "The leadership edition gives findings, figures and how sure we are of them. The "
                "analyst edition holds the same findings with the tests, the formulas and the "
                "code. Each report is one file: it can be sent by e-mail, read offline and "
                "printed, and it carries its own data.",
            ),
            tag(
                "p",
                "Figures were copied from published inspection reports and action plans; each "
                "names the document and the place in it. A report marked SIMULATED is about a "
                "provider that does not exist.",
            ),
        ]
    )
    return (renderer or Renderer()).page(body, page)


def _order(about: Mapping[str, Any]) -> tuple[bool, bool, str, int, str]:
    provider = _provider(about)
    return (
        bool(about.get("simulated")),
        provider == _NO_PROVIDER,
        provider.lower(),
        _KINDS.get(str(about.get("kind")), len(_KINDS)),
        str(about.get("dossier")),
    )


def _provider(about: Mapping[str, Any]) -> str:
    for field in ("provider_name", "provider"):
        if not is_missing(about.get(field)):
            return str(about[field])
    return _NO_PROVIDER


def _shared(versions: list[str]) -> str:
    found = sorted(set(filter(None, versions)))
    return found[0] if len(found) == 1 else ""


def _shelves(ordered: Sequence[Mapping[str, Any]]) -> Markup:
    if not ordered:
        return tag("p", "There is no report yet.")
    shelves: dict[tuple[str, bool], list[Markup]] = {}
    uninspected = set()
    for about in ordered:
        key = (_provider(about), bool(about.get("simulated")))
        shelves.setdefault(key, []).append(_entry(about))
        if about.get("inspected") is False:
            uninspected.add(key)
    parts = []
    for position, ((provider, simulated), entries) in enumerate(shelves.items(), start=1):
        name = f"p{position}-{slug(provider)[:40]}"
        marked = "SIMULATED" in provider or not simulated
        mark = EMPTY if marked else join([" ", tag("span", "SIMULATED", class_="tag")])
        alone = (provider, simulated) in uninspected
        parts.append(
            tag(
                "div",
                tag("h3", provider, mark, id=name),
                tag("ul", *entries, aria_labelledby=name),
                tag("p", _NO_COMPARISON, class_="small") if alone else EMPTY,
                class_="shelf",
                data_group=True,
            )
        )
    return join(parts, "\n")


def _entry(about: Mapping[str, Any]) -> Markup:
    reports = list(about.get("reports") or [])
    title = str(about.get("title") or about.get("dossier") or "Report")
    main = next((report for report in reports if report.get("edition") != "analyst"), None)
    first = main or (reports[0] if reports else None)
    named = tag("a", title, href=_address(first)) if first else title
    others = [
        tag("a", _edition(report), hidden(f" of {title}"), href=_address(report))
        for report in reports
        if report is not first
    ]
    result = about.get("result")
    said = EMPTY if is_missing(result) else tag("p", result)
    dates = about.get("dates") or []
    facts: list[Any] = [dates] if isinstance(dates, str) else [str(date) for date in dates]
    if about.get("data_version"):
        facts.append(f"data {about['data_version']}")
    facts += others
    small = tag("p", join(facts, " · "), class_="small") if facts else EMPTY
    return tag("li", named, said, small, data_report=True)


def _address(report: Mapping[str, Any]) -> str:
    return quote(f"{report.get('name', '')}.html")


def _edition(report: Mapping[str, Any]) -> str:
    edition = str(report.get("edition") or "")
    return EDITIONS.get(edition, edition or "Report")
