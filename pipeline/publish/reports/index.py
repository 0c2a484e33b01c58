"""The front page: a row a provider with its latest result, and a link to everything there is of it.

Every report is a plain link on the page, three of them or three hundred. Where scripts run, a box
and lists narrow the rows by provider, rating, direction, round and owner; without them all rows are
there. The page of all providers side by side is the first link; where there is none, it says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pipeline.analysis.records import first_spellings
from pipeline.analysis.sentences.phrases import joined
from pipeline.publish.page.finder import finder
from pipeline.publish.page.markup import (
    EMPTY,
    Markup,
    escape,
    hidden,
    is_missing,
    join,
    slug,
    tag,
    way,
)
from pipeline.publish.page.page_info import EDITIONS, SIMULATED, PageInfo
from pipeline.publish.page.render import renderer
from pipeline.publish.page.style import BANDS

About = Mapping[str, Any]

MANY = 12
"""From so many providers on they are grouped by rating, and results stand on their own pages."""
FEW = 5
"""Up to so many providers need no box to find one."""

_KINDS = {"comparison": 0, "rounds": 1, "scorecard": 2, "action-plan": 3}
_NO_COMPARISON = (
    "There is no comparison report: the data holds no inspection of this provider, only its plan."
)

_COPIED = (
    "Figures were copied from published inspection reports and action plans; each names the "
    "document and the place in it. A report marked SIMULATED is about a provider that does not "
    "exist."
)
_DRAWN = "Every figure was drawn at random; no report here is about a real service."


@dataclass
class _Provider:
    """What there is of one provider: the descriptions of its reports, latest comparison first."""

    name: str
    simulated: bool
    reports: list[About]
    earlier: list[str]
    """Names that it had at earlier inspections."""
    owner: str = ""

    @property
    def latest(self) -> About | None:
        """The comparison to open first: the latest round with the one before it."""
        compared = [about for about in self.reports if about.get("kind") == "comparison"]
        return compared[0] if compared else None

    def of_latest(self, name: str) -> str:
        """A field of the latest comparison; empty where there is none."""
        return _told(self.latest or {}, name)

    def first(self, name: str) -> str:
        """The first value that any of its reports gives for a field; empty if none does."""
        return next(filter(None, (_told(about, name) for about in self.reports)), "")


def index_html(reports: Sequence[About]) -> str:
    """Return the front page as HTML.

    Parameters
    ----------
    reports
        The contents of the ``about.json`` files, one a report subject, in any order: ``name``,
        ``kind``, ``provider_name``, ``simulated``, ``title``, ``result``, ``dates`` (words or a
        list of words), ``data_version`` and ``reports`` (each with ``name`` and ``edition``). A
        comparison may say ``rating``, ``score``, ``direction`` (rose, stayed, fell), ``round``,
        ``previous_round``, ``framework`` and ``owner``; a plan ``inspected``, whether the data
        holds an inspection of its provider.
    """
    providers = _providers(reports)
    shared = [about for about in reports if not _provider_name(about)]
    shared.sort(key=lambda about: str(about.get("name")))
    national = [about for about in shared if about.get("kind") == "national"]
    simulated = bool(reports) and all(about.get("simulated") for about in reports)
    versions = {str(about["data_version"]) for about in reports if about.get("data_version")}
    page = PageInfo(
        title="Probation inspections, compared" + (" (SIMULATED)" if simulated else ""),
        description="Reports that compare probation inspections over time and with each other.",
        kind="index",
        standfirst="How each provider changed between inspections, how it stands against the "
        "others, and what was promised in answer",
        simulated=simulated,
        **SIMULATED if simulated else {},
        data_version=versions.pop() if len(versions) == 1 else "",
        name="index",
    )
    body = join(
        [
            tag("h2", "Reports", id="s-reports"),
            *map(_national, national),
            EMPTY if len(providers) <= FEW else _finder(providers),
            *_shelves(providers),
            EMPTY if national or not providers else _no_national(providers),
            _others([about for about in shared if about.get("kind") != "national"]),
            tag("h2", "How to read them", id="s-reading"),
            tag(
                "p",
                "The leadership edition gives findings, figures and how sure we are of them. The "
                "analyst edition holds the same findings with the tests, the formulas and the "
                "code. Each report is one file: it can be sent by e-mail, read offline and "
                "printed, and it carries its own data.",
            ),
            tag("p", _DRAWN if simulated else _COPIED),
        ]
    )
    return renderer().page(body, page)


def _told(about: About, name: str) -> str:
    """What a report says of itself; empty where it does not say it."""
    found = about.get(name)
    return "" if is_missing(found) else str(found)


def _provider_name(about: About) -> str:
    return _told(about, "provider_name") or _told(about, "provider")


def _providers(reports: Iterable[About]) -> list[_Provider]:
    """The providers in alphabetical order, real ones first, each with its reports in order."""
    own: dict[str, list[About]] = {}
    for about in reports:
        if name := _provider_name(about):
            own.setdefault(str(about.get("provider") or name), []).append(about)
    found = [_provider_of(rows) for rows in own.values()]
    found.sort(key=lambda one: (one.simulated, one.name.lower(), one.name))
    spelled = first_spellings(provider.first("owner") for provider in found)
    for provider in found:
        provider.owner = spelled[provider.first("owner")]
    return found


def _provider_of(reports: list[About]) -> _Provider:
    """A provider with its reports in order, under the name of the latest and its earlier ones.

    Comparisons first, the latest round first and with the round just before it.
    """
    ordered = sorted(reports, key=lambda about: str(about.get("name")))
    ordered.sort(key=_latest, reverse=True)
    ordered.sort(key=lambda about: _KINDS.get(str(about.get("kind")), len(_KINDS)))
    name = _provider_name(max(ordered, key=_latest))
    names = (n for about in ordered for n in (_provider_name(about), _told(about, "earlier_name")))
    earlier = [other for other in dict.fromkeys(names) if other not in ("", name)]
    return _Provider(name, bool(ordered[0].get("simulated")), ordered, earlier)


def _latest(about: About) -> tuple[str, ...]:
    """The day and the round of what a page is about, and of what came before: sorted as text."""
    fields = ("published", "round", "previous_published", "previous_round")
    return tuple(_told(about, name) for name in fields)


def _national(about: About) -> Markup:
    """The first link: all providers side by side."""
    link = tag("a", f"All providers: {about['title']}", href=_address(_main(about)))
    return tag("p", link, f". {about.get('result', '')}", class_="leads")


def _no_national(providers: Sequence[_Provider]) -> Markup:
    """Why there is no page of all providers."""
    inspected = sum(provider.latest is not None for provider in providers)
    held = {0: "no inspection", 1: "inspections of one provider only"}.get(
        inspected, "no two of the same kind"
    )
    return tag(
        "p",
        "There is no page of all providers side by side: it needs at least two whose latest "
        f"inspections follow the same framework, and the data holds {held}.",
        class_="small",
    )


def _finder(providers: Sequence[_Provider]) -> Markup:
    """The box, and lists of the values that there are."""
    return finder(
        "Find a provider",
        len(providers),
        [
            ("rating", "Overall rating", sorted(_values(providers, "rating"), key=_merit)),
            ("way", "Since the round before", _values(providers, "direction")),
            ("round", "Latest round", _values(providers, "round")),
            ("owner", "Owner", sorted({p.owner for p in providers} - {""})),
        ],
    )


def _values(providers: Sequence[_Provider], name: str) -> list[str]:
    return sorted({p.of_latest(name) for p in providers} - {""})


def _merit(rating: str) -> tuple[int, str]:
    """The best rating first; one that is not known last."""
    merit = [*BANDS, rating].index(rating)
    return (-merit if rating in BANDS else 1, rating)


def _shelves(providers: Sequence[_Provider]) -> list[Markup]:
    if not providers:
        return [tag("p", "There is no report yet.")]
    shelves: dict[str, list[_Provider]] = {}
    many = len(providers) >= MANY
    by_merit = sorted(providers, key=lambda one: (one.latest is None, _merit(_group(one))))
    for provider in by_merit if many else providers:
        shelves.setdefault(_group(provider) if many else "Providers", []).append(provider)
    return [
        tag(
            "div",
            tag("h3", f"{name} ({len(own)})" if many else name, id=f"g-{slug(name)}"),
            tag("ul", *(_row(p, many=many) for p in own), aria_labelledby=f"g-{slug(name)}"),
            class_="shelf many" if many else "shelf",
            data_group=True,
        )
        for name, own in shelves.items()
    ]


def _group(provider: _Provider) -> str:
    if provider.latest is None:
        return "Known only from a plan"
    return provider.of_latest("rating") or "Without a rating"


def _row(provider: _Provider, *, many: bool) -> Markup:
    """One provider: its name, where it stands, and its reports."""
    latest = provider.latest or provider.reports[0]
    marked = "SIMULATED" in provider.name or not provider.simulated
    short = provider.first("short_name") if many else ""
    shown = [short, hidden(f" {provider.name}")] if short else [provider.name]
    name = tag("a", *shown, href=_address(_main(latest)))
    owner = provider.owner
    said = (_standing(latest) if many else EMPTY) or escape(latest.get("result") or "")
    if provider.latest is None:
        said = tag("span", _NO_COMPARISON, class_="small")
    first, earlier = _by_need(provider.reports) if many else (provider.reports, [])
    links, older = (
        join([link for about in of for link in _links(about, provider.name, many=many)], " · ")
        for of in (first, earlier)
    )
    if earlier:
        links += tag("details", tag("summary", "earlier", hidden(f", of {provider.name}")), older)
    named = [name, EMPTY if marked else join([" ", tag("span", "SIMULATED", class_="tag")])]
    if provider.earlier:
        named.append(tag("span", f" earlier {joined(provider.earlier)}", class_="small"))
    held = tag("span", owner, class_="owner small") if owner else EMPTY
    return tag(
        "li",
        tag("p", *named, EMPTY if many else held),
        tag("p", said),
        tag("p", held) if many else EMPTY,
        tag("div", links, class_="links small"),
        data_row=True,
        data_rating=provider.of_latest("rating"),
        data_way=provider.of_latest("direction"),
        data_round=provider.of_latest("round"),
        data_owner=owner,
    )


def _by_need(reports: Sequence[About]) -> tuple[list[About], list[About]]:
    """The reports a reader needs first, the latest of each kind, and the earlier ones."""
    kinds: set[str] = set()
    first: list[About] = []
    earlier: list[About] = []
    for about in reports:
        (earlier if str(about.get("kind")) in kinds else first).append(about)
        kinds.add(str(about.get("kind")))
    return first, earlier


def _standing(about: About) -> Markup:
    """Rating, score and direction of the latest comparison."""
    rating, score, went = (_told(about, name) for name in ("rating", "score", "direction"))
    if about.get("kind") != "comparison" or not rating:
        return EMPTY
    moved = join([" ", way(went)]) if went else EMPTY
    return join([tag("strong", rating), f", {score}" if score else "", moved, "."])


def _links(about: About, provider: str, *, many: bool) -> list[Markup]:
    """A link to each page of a report, named in few words; in fewer where there are many."""
    words = _short_title(about)
    if many:
        words = words.removeprefix("action ")
    main = _main(about)
    links = [tag("a", words, hidden(f" of {provider}"), href=_address(main))]
    for report in about.get("reports") or []:
        if report is not main:
            edition = EDITIONS.get(str(report.get("edition")), str(report.get("edition")))
            short = edition.removesuffix(" edition").lower()
            links.append(tag("a", short, hidden(f": {words} of {provider}"), href=_address(report)))
    return links


def _short_title(about: About) -> str:
    """What a report is called next to its provider's name."""
    kind, now, before = (_told(about, name) for name in ("kind", "round", "previous_round"))
    if kind == "comparison" and now:
        return f"{before}\N{EN DASH}{now}" if before else now
    title = str(about.get("title") or about.get("name") or "Report")
    return "all rounds" if kind == "rounds" else title.removeprefix(f"{about.get('short_name')}: ")


def _main(about: About) -> Mapping[str, Any]:
    """The page of a report to open first: any but the analysts'."""
    reports = list(about.get("reports") or [{}])
    return next((r for r in reports if r.get("edition") != "analyst"), reports[0])


def _others(reports: Sequence[About]) -> Markup:
    """Reports that belong to no provider, such as that on the data."""
    if not reports:
        return EMPTY
    entries = [
        tag(
            "p",
            tag("a", str(about.get("title") or about.get("name")), href=_address(_main(about))),
            f" {about.get('result') or ''}",
        )
        for about in reports
    ]
    return join([tag("h3", "The data behind the reports", id="g-data"), *entries])


def _address(report: Mapping[str, Any]) -> str:
    return quote(f"{report.get('name', '')}.html")
