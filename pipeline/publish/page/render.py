"""From an executed notebook to one HTML file that needs nothing else.

nbconvert does the walking; the template in ``template/`` does the page. The exporter here is built
on nbconvert's ``TemplateExporter``, not its ``HTMLExporter``: that one parses and rewrites all of a
page afterwards, which takes longer than everything else and gives each picture without a
description the words "No description has been provided for this image". Here a picture without a
description is an error.

A page's Content-Security-Policy names its own style sheet and script by their fingerprints and
forbids everything else: no request leaves the page, no attribute runs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from traitlets.config import Config

from pipeline.publish.page.display import on_page
from pipeline.publish.page.markup import EMPTY, Markup, clean, escape, join, slug, tag
from pipeline.publish.page.page_info import PageInfo
from pipeline.publish.page.stylesheet import (
    TEMPLATE,
    components,
    lean_css,
    read,
    with_counted,
)

HIDDEN_TAGS = frozenset({"parameters", "injected-parameters", "setup"})
"""Cells with these tags never show their code: parameters may hold a path, set-up says nothing."""

NOTEBOOK_TAG = "notebook"
"""Cells with this tag speak to whoever opens the notebook; no page shows them."""

_SECTION = re.compile(r'(?=<h2 id=")')
_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
_MATHML = re.compile(
    r"</?(?:math|m(?:i|n|o|row|frac|sqrt|sub|sup|subsup|over|under|underover|text|space|table|tr|td))"
    r"(?: (?:display|alttext|stretchy|mathvariant|width|columnalign)=\"[^\"<>&]*\")* ?/?>"
)
_TAG = re.compile(r"<[^>]+>")


class UnfitOutput(ValueError):
    """A cell's output that may not stand on a page: an error, or a picture without description."""


_NEEDLESS = re.compile(
    r"</t[dh]>(?=<t[dh][ >]|</tr>)|</tr>(?=<tr[ >]|</t(?:body|head)>)|</thead>(?=<tbody[ >])"
    r"|</tbody>(?=<tbody[ >]|</table>)|</li>(?=<li[ >]|</[uo]l>)|</d[dt]>(?=<d[dt][ >])"
)


def lean_html(text: str) -> str:
    """Return a page without the end tags that HTML does not ask for in tables and lists.

    They are a twentieth of a report with long tables, and a report must be light enough to send.
    """
    return _NEEDLESS.sub("", text).strip() + "\n"


class Sections(NamedTuple):
    """The body of a page in sections, and what the contents list says about them."""

    html: Markup
    contents: list[dict[str, Markup]]


class Renderer:
    """Turns notebooks into pages; build it once in a process and use it for every report."""

    def __init__(self) -> None:
        """Read and compile the template once, with those it extends: a page without a body."""
        self._exporter = _PageExporter()
        self.page(EMPTY, PageInfo(title=""))

    def html(self, notebook: NotebookNode, page: PageInfo) -> str:
        """Return the page of an executed notebook.

        Cells tagged ``notebook`` are left out.

        Raises
        ------
        UnfitOutput
            If a cell failed, or shows a picture that is not a ``Picture``.
        """
        cells = for_page(notebook).cells
        for position, cell in enumerate(cells, start=1):
            _check_outputs(cell, position)
        cells = without_empty_sections(cells)
        inside = "".join(
            on_page(output.get("data", {}).get("text/html", ""))
            for cell in cells
            for output in cell.get("outputs", [])
        )
        return self._exported(_Unchanged(notebook | {"cells": cells}), page, inside, [])

    def page(self, body: Markup, page: PageInfo) -> str:
        """Return a page around a body of our own making, such as the index."""
        cell = NotebookNode(
            cell_type="raw", id="body", source=body, metadata={"raw_mimetype": "text/html"}
        )
        notebook = _Unchanged(cells=[cell], metadata={}, nbformat=4, nbformat_minor=5)
        return self._exported(notebook, page, body, ["text/html"])

    def _exported(self, notebook: NotebookNode, page: PageInfo, body: str, raw: list[str]) -> str:
        resources = {"page": page, "raw_mimetypes": raw, **frame(page, body)}
        text, _ = self._exporter.from_notebook_node(notebook, resources)
        return lean_html(text)


class _Unchanged(NotebookNode):
    """A notebook that nothing changes on its way to the page, so that nbconvert copies none."""

    def __deepcopy__(self, memo: object) -> _Unchanged:
        return self


#: The renderer of this process: the template is read and compiled once.
renderer = cache(Renderer)


class _PageExporter(TemplateExporter):
    """nbconvert's exporter with our template, our Markdown and nothing afterwards."""

    @property
    def default_config(self) -> Config:
        """Take our template and run none of nbconvert's preprocessors."""
        return Config(
            TemplateExporter={
                "file_extension": ".html",
                "template_name": TEMPLATE.name,
                "extra_template_basedirs": [str(TEMPLATE.parent)],
                "preprocessors": [],
                "default_preprocessors": [],
            }
        )

    def _preprocess(self, nb: NotebookNode, resources: Any) -> Any:
        """Hand on what a preprocessor might change: there is none to copy and check it for."""
        return nb, resources

    def _create_environment(self) -> Any:
        """Have everything escaped that is not markup."""
        environment = super()._create_environment()
        environment.autoescape = True
        environment.finalize = escape
        return environment

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """Add our filters to nbconvert's."""
        yield from super().default_filters()
        yield "markdown", markdown
        yield "sections", sections
        yield "is_parameters", _hides_code
        yield "on_page", on_page


class _PageMarkdown(IPythonRenderer):
    """Markdown of a notebook's author: HTML in it is text, formulas in MathML excepted."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """Give a heading its id; the page has its own first heading."""
        if level == 1:
            return ""
        named = f' id="s-{slug(_TAG.sub("", text))}"'
        return f"<h{level}{named}>{text}</h{level}>\n"

    def block_html(self, html: str) -> str:
        """Show a block of HTML as text, and leave out a comment."""
        return "" if html.lstrip().startswith("<!--") else f"<p>{escape(html)}</p>"

    def inline_html(self, html: str) -> str:
        """Let MathML stand and show any other HTML inside a line as text."""
        return html if _MATHML.fullmatch(html) else escape(html)


@cache
def markdown(source: str) -> Markup:
    """Return a Markdown cell as HTML: prose by a notebook's author, never words from data."""
    # The renderer escapes what its author wrote as HTML.
    shown = MarkdownWithMath(renderer=_PageMarkdown(escape=True)).render(clean(source))
    return Markup(shown)  # noqa: S704


def sections(body: Markup) -> Sections:
    """Wrap every second-level heading and what follows it in a section, and list the headings.

    The first section is the summary: on paper it is a page of its own. Two headings with the same
    words get different ids.
    """
    contents: list[dict[str, Markup]] = []
    wrapped: list[Markup] = []
    seen: dict[str, int] = {}
    for part in map(Markup, _SECTION.split(body)):
        found = _HEADING.match(part)
        if found is None:
            wrapped.append(part)
            continue
        given, words = found[1], Markup(found[2])  # noqa: S704
        seen[given] = seen.get(given, 0) + 1
        name = Markup(given if seen[given] == 1 else f"{given}-{seen[given]}")  # noqa: S704
        contents.append({"id": name, "heading": Markup(_TAG.sub("", words))})  # noqa: S704
        wrapped.append(
            tag(
                "section",
                tag("h2", words, id=f"{name}-h"),
                Markup(part[found.end() :]),  # noqa: S704
                id=name,
                class_="summary" if len(contents) == 1 else None,
                aria_labelledby=f"{name}-h",
            )
        )
    return Sections(join((part for part in wrapped if part.strip()), "\n"), contents)


def frame(page: PageInfo, body: str) -> dict[str, Markup]:
    """Return what a page carries: policy, style sheet, script, machine-readable words.

    Of the rules that are counted out (the third column to the right, a chart at least 448 pixels
    wide) a page carries those that its body asks for.
    """
    finds = "data-finder" in body
    lists = finds or page.kind == "index"
    style = with_counted(_stylesheet(lists), body) + _running_foot(page)
    script = _script(finds)
    return {
        "style": Markup(style),  # noqa: S704
        "script": Markup(script),  # noqa: S704
        "policy": escape(policy(style, script)),
        "linked_data": _json_in_html(page.linked_data()),
    }


@cache
def _stylesheet(lists: bool) -> str:
    # What is counted out belongs to the components: the page's print rules must come after it.
    sheets = [components(), read("page.css")]
    return lean_css("\n".join([*sheets, read("finder.css")] if lists else sheets))


@cache
def _script(finds: bool) -> str:
    text = read("page.js") + (read("finder.js") if finds else "")
    return re.sub(r"^\s+(//.*)?", "", text, flags=re.MULTILINE)


def policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy of a page with this style sheet and this script."""
    return (
        f"default-src 'none'; style-src '{_fingerprint(style)}'; "
        f"script-src '{_fingerprint(script)}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _fingerprint(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _running_foot(page: PageInfo) -> str:
    """Return the print rule that puts the page's title at the foot of every sheet."""
    words = "".join(
        char if char.isascii() and (char.isalnum() or char == " ") else f"\\{ord(char):x} "
        for char in clean(page.full_title)[:90]
    )
    rule = f'@bottom-left{{content:"{words}";font:8pt sans-serif;color:#4d4d4d}}'
    return f"\n@media print{{@page{{{rule}}}}}"


def _json_in_html(value: object) -> Markup:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(clean(text))  # noqa: S704


def _tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def for_page(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook with the cells that stand on its page, the same objects.

    What no page shows need not be run either, and a table that is not run takes no number away
    from those that are.
    """
    cells = [cell for cell in notebook.cells if NOTEBOOK_TAG not in _tags(cell)]
    return NotebookNode(notebook | {"cells": cells})


def without_empty_sections(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Return the cells without the sections whose code shows nothing: they have no heading either.

    A section is a Markdown cell that begins with a heading, and what follows it to the next heading
    of its level or a higher one. One without code, which is all prose, stays.
    """
    levels = [_heading_level(cell) for cell in cells]
    left: set[int] = set()
    for start, level in enumerate(levels):
        if not level:
            continue
        after = range(start + 1, len(cells))
        end = next((at for at in after if 0 < levels[at] <= level), len(cells))
        code = [cell for cell in cells[start:end] if cell.cell_type == "code"]
        if code and not any(cell.get("outputs") for cell in code):
            left |= set(range(start, end))
    return [cell for at, cell in enumerate(cells) if at not in left]


def _heading_level(cell: NotebookNode) -> int:
    """The level of the heading a cell begins with, 2 or more; 0 where it begins with none."""
    found = re.match(r"(##+) ", cell.source) if cell.cell_type == "markdown" else None
    return len(found[1]) if found else 0


def _hides_code(cell: NotebookNode) -> bool:
    return bool(_tags(cell) & HIDDEN_TAGS)


def _check_outputs(cell: NotebookNode, position: int) -> None:
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            raise UnfitOutput(
                f"Cell {position} failed ({output.ename}: {output.evalue}); no page is made of it"
            )
        kinds = set(output.get("data", {}))
        if kinds and "text/html" not in kinds and any(kind.startswith("image/") for kind in kinds):
            raise UnfitOutput(
                f"Cell {position} shows a picture without a description: give it as a Picture, "
                "with its finding and its numbers"
            )
