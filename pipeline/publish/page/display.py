"""How things show themselves: on our pages, in a notebook, in a terminal.

A page carries the style sheet once. In a notebook there is no page of ours round an output, so each
brings what it needs: the same style sheet, nested under the output's own element, in the colours of
whatever shows it (JupyterLab, Notebook, VS Code, nbconvert). No script, no request, nothing that a
page has to know: when a page is made, ``on_page`` takes the wrapping off again.
"""

from __future__ import annotations

import html
import re
from functools import cache

from pipeline.publish.page.markup import Markup, tag
from pipeline.publish.page.style import INK, ON_DARK
from pipeline.publish.page.stylesheet import components, lean_css, read, with_counted

NAME = "inspection-output"
"""Class of an output's own element."""

_STYLE = re.compile(rf'<div class="{NAME}"><style>[^<]*</style>')
_HINT, _END = '<p class="hint">', "</div>"
# In a drawing a colour is an attribute of shapes, some of them in the shadow of a <use>, where no
# rule reaches them; a variable does. Each pattern begins with letters, which are found at once.
_PAINT = re.compile(r'="(?:(?<=fill=")|(?<=stroke="))(#[0-9A-Fa-f]{3,6})"')
_VARIABLE = re.compile(r'="var\(--c-[0-9a-f]+,(#[0-9A-Fa-f]{3,6})\)"')

_DARK = '[data-jp-theme-light="false"] &,.vscode-dark &,.vscode-high-contrast &'
_BLOCK = re.compile(
    r"</?(?:p|div|dt|dd|li|ul|ol|tr|table|caption|h\d|figure|details|summary)\b[^>]*>"
)
_CELL = re.compile(r"</t[dh]>(?=<t[dh])")
_UNSAID = re.compile(r"<(svg|style|script)\b.*?</\1>", re.DOTALL)


class Shown:
    """Something that shows itself as the last value of a cell: as HTML, and in a terminal."""

    def html(self) -> Markup:
        """Return the object as HTML for a page of ours."""
        raise NotImplementedError

    def hint(self) -> str:
        """Return what a notebook says beneath it, quietly, and a page does not."""
        return ""

    def _repr_html_(self) -> Markup:
        return in_notebook(self.html(), self.hint())

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Return all that a notebook keeps, of the same HTML: making it is what takes time."""
        shown = self.html()
        own = type(self).__repr__ is not Shown.__repr__
        return {
            "text/html": in_notebook(shown, self.hint()),
            "text/plain": repr(self) if own else in_words(shown),
        }

    def __repr__(self) -> str:
        """Return its words, for a terminal."""
        return in_words(self.html())


def in_notebook(inside: Markup, hint: str = "") -> Markup:
    """Return HTML as a notebook shows it: whole by itself, with its style in the host's colours."""
    # A colour of a drawing gives way to what the output's style sheet says of it.
    held = _PAINT.sub(lambda paint: f'="var(--c-{paint[1][1:].lower()},{paint[1]})"', str(inside))
    style = Markup(with_counted(_style("data-finder" in inside), inside))  # noqa: S704
    quiet = tag("p", hint, class_="hint") if hint else ""
    return tag("div", tag("style", style), Markup(held), quiet, class_=NAME)  # noqa: S704


def on_page(output: str) -> str:
    """Return what a cell shows as HTML, as a page of ours shows it: without style and hint."""
    style = _STYLE.match(output)
    if style is None or not output.endswith(_END):
        return output
    inside = str(output)[style.end() : -len(_END)]
    before, hint, words = inside.rpartition(_HINT)
    if hint and words.find("</p>") == len(words) - len("</p>"):
        inside = before
    return _VARIABLE.sub(r'="\1"', inside)


def in_words(shown: Markup) -> str:
    """Return HTML as plain text: a block a line, cells set apart, drawings left to their words."""
    text = _UNSAID.sub("", shown)
    text = re.sub("<[^>]+>", "", _BLOCK.sub("\n", _CELL.sub("  ", text)))
    lines = (" ".join(line.split()) for line in html.unescape(text).splitlines())
    return "\n".join(line for line in lines if line)


@cache
def _style(finds: bool) -> str:
    """Return the style sheet of an output, nested under its own element, without counted rules.

    The id in the selector is nobody's: a nested rule weighs as much as the heaviest of its parent's
    selectors, so every rule weighs an id and beats the host's rules without a word to any of them.
    """
    sheets = [components().replace(":scope {", "& {"), read("output.css")]
    nested = "\n".join([*sheets, read("finder.css")] if finds else sheets)
    ink = f"&{{--c-{INK[1:]}:var(--ink)}}"
    dark = "".join(f"--c-{light[1:]}:{dark};" for light, dark in ON_DARK.items())
    dark = f"&{{{dark}--blue:#8ab4e8;--pink:#f09cc0;--link:#8ab4f8}}"
    # A host may set the root's size to 10 pixels, or to 13: ours is a browser's usual 16.
    nested = re.sub(r"([\d.]+)rem\b", lambda size: f"{16 * float(size[1]):g}px", nested)
    return lean_css(f".{NAME},#{NAME}{{{nested}\n{ink}\n{_DARK}{{{dark}}}}}")
