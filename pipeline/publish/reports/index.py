"""The front page: what there is for each provider and round, in one line each.

Every report is a plain link on the page, three of them or three hundred. A search box narrows the
list where scripts run; without them the list is whole and the box does not appear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from pipeline.publish.page.markup import escape, hidden, is_missing, slug
from pipeline.publish.page.page_info import EDITIONS, PageInfo
from pipeline.publish.page.render import Renderer

_KINDS = {"comparison": 0, "action-plan": 1, "data-quality": 2}
_NO_PROVIDER = "The data behind the reports"
_NO_COMPARISON = (
    '<p class="small">There is no comparison report: the data holds no inspection of this '
    "provider, only its plan.</p>"
)


def index_html(dossiers: Sequence[Mapping[str, Any]], renderer: Renderer | None = None) -> str:
    """Return the front page as HTML.

    Parameters
    ----------
    dossiers
        The contents of the ``dossier.json`` files, one a report subject, in any order: ``dossier``,
        ``kind``, ``provider_name``, ``simulated``, ``title``, ``result``, ``dates`` (words or a
        list of words), ``data_version`` and ``reports`` (each with ``name`` and ``edition``); a
        plan may say ``inspected``, whether the data holds an inspection of its provider.
    renderer
        A renderer already built, to save building another.
    """
    ordered = sorted(dossiers, key=_order)
    count = len(ordered)
    page = PageInfo(
        title="Probation inspections, compared",
        description="Reports that compare probation inspections over time and with all CRCs.",
        kind="index",
        standfirst="How each provider changed between inspections, how it stands against all "
        "Community Rehabilitation Companies (CRCs), and what was promised in answer",
        data_version=_shared([str(dossier.get("data_version") or "") for dossier in ordered]),
        name="index",
    )
    body = (
        f'<h2 id="s-reports">Reports</h2>'
        f'<div class="finder" id="searching" hidden><label for="search">Find a report by provider, '
        f'round or words in its result</label><input type="search" id="search" autocomplete="off">'
        f'<p id="found" role="status">{count} of {count} shown</p></div>'
        f"{_shelves(ordered)}"
        '<h2 id="s-reading">How to read them</h2>'
        "<p>The leadership edition gives findings, figures and how sure we are of them. The "
        "analyst edition holds the same findings with the tests, the formulas and the code. Each "
        "report is one file: it can be sent by e-mail, read offline and printed, and it carries "
        "its own data.</p>"
        "<p>Figures were copied from published inspection reports and action plans; each names "
        "the document and the place in it. A report marked SIMULATED is about a provider that "
        "does not exist.</p>"
    )
    return (renderer or Renderer()).page(body, page)


def _order(dossier: Mapping[str, Any]) -> tuple[bool, bool, str, int, str]:
    provider = _provider(dossier)
    return (
        bool(dossier.get("simulated")),
        provider == _NO_PROVIDER,
        provider.lower(),
        _KINDS.get(str(dossier.get("kind")), len(_KINDS)),
        str(dossier.get("dossier")),
    )


def _provider(dossier: Mapping[str, Any]) -> str:
    for field in ("provider_name", "provider"):
        if not is_missing(dossier.get(field)):
            return str(dossier[field])
    return _NO_PROVIDER


def _shared(versions: list[str]) -> str:
    found = sorted(set(filter(None, versions)))
    return found[0] if len(found) == 1 else ""


def _shelves(ordered: Sequence[Mapping[str, Any]]) -> str:
    if not ordered:
        return "<p>There is no report yet.</p>"
    shelves: dict[tuple[str, bool], list[str]] = {}
    uninspected = set()
    for dossier in ordered:
        key = (_provider(dossier), bool(dossier.get("simulated")))
        shelves.setdefault(key, []).append(_entry(dossier))
        if dossier.get("inspected") is False:
            uninspected.add(key)
    parts = []
    for position, ((provider, simulated), entries) in enumerate(shelves.items(), start=1):
        name = f"p{position}-{slug(provider)[:40]}"
        marked = "SIMULATED" in provider or not simulated
        tag = "" if marked else ' <span class="tag">SIMULATED</span>'
        parts.append(
            f'<div class="shelf" data-group><h3 id="{name}">{escape(provider)}{tag}</h3>'
            f'<ul aria-labelledby="{name}">{"".join(entries)}</ul>'
            f"{_NO_COMPARISON if (provider, simulated) in uninspected else ''}</div>"
        )
    return "\n".join(parts)


def _entry(dossier: Mapping[str, Any]) -> str:
    reports = list(dossier.get("reports") or [])
    title = str(dossier.get("title") or dossier.get("dossier") or "Report")
    main = next((report for report in reports if report.get("edition") != "analyst"), None)
    first = main or (reports[0] if reports else None)
    named = f'<a href="{_address(first)}">{escape(title)}</a>' if first else escape(title)
    others = "".join(
        f' · <a href="{_address(report)}">{escape(_edition(report))}{hidden(f" of {title}")}</a>'
        for report in reports
        if report is not first
    )
    result = dossier.get("result")
    said = f"<p>{escape(result)}</p>" if not is_missing(result) else ""
    dates = dossier.get("dates") or []
    facts = [dates] if isinstance(dates, str) else [str(date) for date in dates]
    if dossier.get("data_version"):
        facts.append(f"data {dossier['data_version']}")
    small = " · ".join(escape(fact) for fact in facts)
    if small or others:
        small = f'<p class="small">{small}{others if small else others.removeprefix(" · ")}</p>'
    return f"<li data-report>{named}{said}{small}</li>"


def _address(report: Mapping[str, Any]) -> str:
    return escape(quote(f"{report.get('name', '')}.html"))


def _edition(report: Mapping[str, Any]) -> str:
    edition = str(report.get("edition") or "")
    return EDITIONS.get(edition, edition or "Report")
