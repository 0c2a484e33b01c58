"""What every page must pass, as functions on the path of a page.

Each returns a list of sentences, one a fault; an empty list is a pass. Those that need a browser
take a ``Browser``; ``browser()`` opens one that is installed and never downloads one.
"""

from __future__ import annotations

import base64
import contextlib
import io
import itertools
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import html5lib
from html5lib.constants import E as HTML_ERRORS
from pypdf import PdfReader

from pipeline.publish.build.pdf import find_browser

NO_BROWSER = (
    "\n*** NO BROWSER: neither Chromium, Chrome nor Edge is installed, so NO PAGE WAS CHECKED in "
    "one. Install one, or name its program file in PIPELINE_BROWSER. ***\n"
)
WIDTHS = (1280, 390)
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PLACEHOLDERS = ("no description", "image", "figure", "chart", "untitled", "plot", "graph")
HEIGHT = 800


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    """Open an installed browser without network, or yield None after one loud line."""
    program = find_browser()
    if program is None:
        print(NO_BROWSER, file=sys.__stderr__)
        yield None
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=str(program), args=["--no-sandbox"])
        yield opened
        opened.close()


@contextlib.contextmanager
def opened(browser: Any, path: Path, width: int = 1280, **context: Any) -> Iterator[Any]:
    """Open a page with the network cut; what it asks for and says is kept on the page object."""
    held = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, offline=True, accept_downloads=True, **context
    )
    page = held.new_page()
    page.asked = []
    page.said = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(path.resolve().as_uri())
    try:
        yield page
    finally:
        held.close()


# ------------------------------------------------------------------ without a browser


@cache
def _parsed(path: Path) -> tuple[Any, list[Any]]:
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    return parser.parse(path.read_text(encoding="utf-8")), parser.errors


def document(path: Path) -> Any:
    """Return the page parsed by html5lib, without namespaces."""
    return _parsed(path)[0]


def html_faults(path: Path) -> list[str]:
    """Return what html5lib in strict mode finds wrong, and ids used twice or pointing nowhere."""
    tree, errors = _parsed(path)
    found = [
        f"line {line}: {HTML_ERRORS.get(code, code) % details}"
        for (line, _), code, details in errors
    ]
    ids = Counter(node.get("id") for node in tree.iter() if node.get("id"))
    found += [f"id {name} is used twice" for name in sorted(ids) if ids[name] > 1]
    for node in tree.iter():
        for attribute in ("aria-labelledby", "aria-describedby", "headers", "for"):
            for name in (node.get(attribute) or "").split():
                if name not in ids:
                    found.append(f"{attribute} points to {name}, which is not there")
        link = node.get("href") or ""
        if link.startswith("#") and link[1:] not in ids:
            found.append(f"a link points to {link}, which is not there")
    return found


def words(node: Any) -> str:
    """Return the text of an element with single spaces."""
    return re.sub(r"\s+", " ", "".join(node.itertext())).strip()


def heading_faults(path: Path) -> list[str]:
    """Return faults of language, title and headings."""
    tree = document(path)
    found = []
    if not (tree.get("lang") or "").startswith("en"):
        found.append("the page names no language")
    title = words(tree.find("./head/title"))
    if len(title) < 10 or ".ipynb" in title or title.lower() in {"notebook", "comparison"}:
        found.append(f"'{title}' is no title")
    levels = [
        (int(node.tag[1]), words(node))
        for node in tree.iter()
        if isinstance(node.tag, str) and re.fullmatch("h[1-6]", node.tag)
    ]
    if [level for level, _ in levels].count(1) != 1:
        found.append("there is not exactly one first-level heading")
    for (before, _), (after, name) in itertools.pairwise(levels):
        if after > before + 1:
            found.append(f"heading '{name}' jumps from level {before} to {after}")
    found += [f"heading '{name}' has no words" for _, name in levels if not re.search(r"\w", name)]
    found += [f"heading '{name}' carries a paragraph sign" for _, name in levels if "¶" in name]
    return found


def picture_faults(path: Path) -> list[str]:
    """Return pictures whose alternative text is missing, a placeholder or only a title."""
    tree = document(path)
    found = []
    for node in tree.iter("img"):
        if not node.get("alt"):
            found.append("an image has no alternative text")
    for node in tree.iter():
        if str(node.tag).split("}")[-1] != "svg" or node.get("aria-hidden") == "true":
            continue  # one that is hidden repeats what stands next to it
        title = next((child for child in node if str(child.tag).split("}")[-1] == "title"), None)
        said = words(title) if title is not None else ""
        if node.get("role") != "img" or not said:
            found.append("an SVG has no role or no title")
        elif len(said) < 15 or said.lower().startswith(PLACEHOLDERS):
            found.append(f"'{said}' states no finding")
    for figure in tree.iter("figure"):
        caption = figure.find("figcaption")
        if caption is None or not words(caption):
            found.append("a figure has no caption")
        reachable = figure.find(".//table") is not None or figure.find(
            ".//p[@class='see']/a"
        ) is not None  # fmt: skip
        if not reachable:
            found.append(f"the numbers of '{words(figure)[:60]}' cannot be reached")
    return found


def table_faults(path: Path) -> list[str]:
    """Return tables without caption, headings without scope, cells empty or not a number."""
    found = []
    for table in document(path).iter("table"):
        caption = table.find("caption")
        name = words(caption) if caption is not None else ""
        if not name:
            found.append("a table has no caption")
        for heading in table.iter("th"):
            if heading.get("scope") not in {"col", "row", "rowgroup", "colgroup"}:
                found.append(f"'{name}': heading '{words(heading)}' has no scope")
        for row in table.iter("tr"):
            cells = [node for node in row if node.tag in ("td", "th")]
            if "group" not in (row.get("class") or "") and not any(
                node.tag == "th" for node in cells
            ):
                found.append(f"'{name}': a row has no heading")
            for cell in cells:
                said = words(cell)
                if not said:
                    found.append(f"'{name}': a cell is empty")
                if re.search(r"\b(nan|NaN|None|<NA>|inf|NaT)\b", said):
                    found.append(f"'{name}': a cell says '{said}'")
    return found


def outside_faults(path: Path) -> list[str]:
    """Return whatever in the page would be fetched from elsewhere, or runs without permission."""
    found = []
    policies = []
    for node in document(path).iter():
        if not isinstance(node.tag, str):
            continue
        tag = node.tag.split("}")[-1]
        if tag == "meta" and node.get("http-equiv") == "Content-Security-Policy":
            policies.append(node.get("content") or "")
        for name, value in node.attrib.items():
            name = str(name).split("}")[-1]
            if name.startswith("on"):
                found.append(f"<{tag}> carries the handler {name}")
            if name == "style":
                found.append(f"<{tag}> carries a style attribute, which the policy refuses")
            fetched = name in {"src", "srcset", "poster", "data"} or (
                name == "href" and tag in {"link", "use", "image"}
            )
            if fetched and not value.startswith(("data:", "#")):
                found.append(f"<{tag} {name}> asks for {value[:60]}")
            if name == "href" and value.lower().strip().startswith("javascript:"):
                found.append("a link runs script")
        if tag in {"iframe", "object", "embed", "form", "base"}:
            found.append(f"<{tag}> has no place in a report")
    if len(policies) != 1 or not policies[0].startswith("default-src 'none'"):
        found.append("the page does not forbid outside requests")
    elif "unsafe" in policies[0] or "http" in policies[0]:
        found.append(f"the policy is not strict: {policies[0]}")
    return found


def downloads(path: Path) -> dict[str, bytes]:
    """Return the files that the page carries, by name."""
    found = {}
    for link in document(path).iter("a"):
        if link.get("download"):
            head, _, body = link.get("href").partition(",")
            found[link.get("download")] = (
                base64.b64decode(body) if head.endswith(";base64") else unquote_to_bytes(body)
            )
    return found


def leak_faults(path: Path) -> list[str]:
    """Return traces of the machine that made the page: paths, addresses, users."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)
    signs = {
        "a path": r"(?<![\w.])/(?:home|root|tmp|Users|work|var|private)/\w+",
        "a drive": r"\b[A-Z]:\\\\?\w+",
        "a memory address": r"\b0x[0-9a-f]{6,}",
        "a traceback": r"Traceback \(most recent call last\)",
        "an execution count": r"\bIn ?(&nbsp;)?\[\d+\]",
    }
    return [
        f"the page holds {name}: {found[0]}"
        for name, sign in signs.items()
        if (found := re.search(sign, text))
    ]


# ------------------------------------------------------------------ in a browser


def axe_faults(page: Any) -> list[str]:
    """Return what axe-core finds on an open page by WCAG 2.0-2.2 A and AA and best practice."""
    from axe_playwright_python.sync_playwright import Axe

    options = {
        "runOnly": {"type": "tag", "values": AXE_TAGS},
        "rules": {"target-size": {"enabled": True}},
        "resultTypes": ["violations"],
    }
    return [
        f"{found['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for found in Axe().run(page, options=options).response["violations"]
        for node in found["nodes"][:5]
    ]


def open_everything(page: Any) -> None:
    """Open every disclosure of a page."""
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")


def request_faults(page: Any) -> list[str]:
    """Return requests the page made beyond itself, and complaints of its policy."""
    found = [f"asked for {url[:80]}" for url in page.asked[1:] if not url.startswith("data:")]
    return found + [f"said: {text[:200]}" for text in page.said]


def sideways_faults(page: Any) -> list[str]:
    """Return whether the page scrolls sideways, and regions that scroll without label or focus."""
    return page.evaluate(
        """() => {
        const found = [];
        const root = document.documentElement;
        if (root.scrollWidth > innerWidth) {
          const wide = [...document.querySelectorAll('body *')].filter(e =>
            e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, .chart, .vh')
          ).slice(0, 3).map(e => e.outerHTML.slice(0, 90));
          found.push(`the page is ${root.scrollWidth} wide in ${innerWidth}: ${wide}`);
        }
        for (const box of document.querySelectorAll('body *')) {
          const style = getComputedStyle(box);
          if (!['auto', 'scroll'].includes(style.overflowX)) continue;
          if (box.scrollWidth <= box.clientWidth + 1 || box.closest('nav')) continue;
          const label = document.getElementById(box.getAttribute('aria-labelledby') || '');
          if (box.tabIndex !== 0 || box.getAttribute('role') !== 'region' || !label)
            found.push(`${box.className} scrolls without label or focus`);
        }
        return found;
      }"""
    )


def clipping_faults(page: Any) -> list[str]:
    """Return labels outside their picture, and words cut off by their box."""
    return page.evaluate(
        """() => {
        const found = [];
        for (const svg of document.querySelectorAll('svg')) {
          const frame = svg.getBoundingClientRect();
          if (!frame.width) continue;
          for (const text of svg.querySelectorAll('text')) {
            const box = text.getBoundingClientRect();
            if (box.left < frame.left - 1 || box.right > frame.right + 1 ||
                box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
              found.push(`'${text.textContent}' reaches out of its picture`);
          }
        }
        for (const box of document.querySelectorAll('main *, header *, footer *')) {
          const style = getComputedStyle(box);
          if (!['hidden', 'clip'].includes(style.overflowX) || box.closest('.vh, svg')) continue;
          if (box.scrollWidth > box.clientWidth + 1 && box.textContent.trim())
            found.push(`'${box.textContent.trim().slice(0, 40)}' is cut off`);
        }
        return found;
      }"""
    )


def svg_text_faults(page: Any, least_size: float = 10.9) -> list[str]:
    """Return text in pictures that is too faint for what lies behind it, or too small.

    axe-core leaves both undecided. What lies behind a text is found at nine points of its box.
    """
    return page.evaluate(
        """leastSize => {
        const parse = c => {
          const m = (c || '').match(/[\\d.]+/g);
          if (!m || c === 'none' || c === 'transparent') return null;
          return { rgb: m.slice(0, 3).map(Number), a: m.length > 3 ? Number(m[3]) : 1 };
        };
        const over = (top, a, under) => top.map((v, i) => v * a + under[i] * (1 - a));
        const lum = rgb => {
          const c = rgb.map(v => v / 255).map(v =>
            v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
          return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
        };
        const found = [];
        for (const svg of document.querySelectorAll('svg')) {
          if (!svg.getBoundingClientRect().width) continue;
          const shapes = [...svg.querySelectorAll('path, rect, circle, ellipse, polygon')]
            .filter(s => !s.closest('defs, clipPath') && s.isPointInFill).map(shape => {
              const look = getComputedStyle(shape), fill = parse(look.fill);
              const alpha = fill && fill.a * look.fillOpacity * look.opacity;
              return { shape, fill, alpha, area: shape.getBoundingClientRect() };
            }).filter(({ fill }) => fill);
          for (const text of svg.querySelectorAll('text')) {
            if (!text.textContent.trim()) continue;
            const box = text.getBoundingClientRect();
            const style = getComputedStyle(text);
            const scale = text.getScreenCTM().a;
            const size = parseFloat(style.fontSize) * Math.hypot(scale, text.getScreenCTM().b);
            if (size < leastSize)
              found.push(`'${text.textContent}' is ${size.toFixed(1)} pixels high`);
            const ink = parse(style.fill);
            let worst = 99;
            for (const fx of [0.1, 0.5, 0.9]) for (const fy of [0.25, 0.5, 0.75]) {
              const x = box.left + box.width * fx, y = box.top + box.height * fy;
              let ground = [255, 255, 255];
              for (const { shape, fill, alpha, area } of shapes) {
                if (x < area.left || x > area.right || y < area.top || y > area.bottom) continue;
                const here = new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse());
                if (!shape.isPointInFill(here)) continue;
                ground = over(fill.rgb, alpha, ground);
              }
              const shown = over(ink.rgb, ink.a * style.fillOpacity * style.opacity, ground);
              const [low, high] = [lum(shown), lum(ground)].sort((a, b) => a - b);
              worst = Math.min(worst, (high + 0.05) / (low + 0.05));
            }
            if (worst < 4.5)
              found.push(`'${text.textContent}' has a contrast of ${worst.toFixed(1)}`);
          }
        }
        return found;
      }""",
        least_size,
    )


def walk(page: Any, limit: int = 400) -> list[dict[str, Any]]:
    """Press Tab through the page; return what had the focus, in order, and whether it showed."""
    steps = []
    page.evaluate("document.activeElement && document.activeElement.blur()")
    for _ in range(limit):
        page.keyboard.press("Tab")
        step = page.evaluate(
            """() => {
            const e = document.activeElement;
            if (!e || e === document.body) return null;
            const s = getComputedStyle(e), b = e.getBoundingClientRect();
            const id = e.dataset.walked = e.dataset.walked || String(performance.now());
            return { tag: e.tagName.toLowerCase(), name: (e.getAttribute('aria-label') ||
              e.textContent || '').trim().slice(0, 80), href: e.getAttribute('href') || '',
              download: e.getAttribute('download') || '', role: e.getAttribute('role') || '',
              outlined: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2, id,
              inView: b.bottom > 0 && b.top < innerHeight && b.width > 0 };
          }"""
        )
        if step is None or (steps and step["id"] == steps[0]["id"]):
            break
        steps.append(step)
    return steps


def focus_faults(steps: list[dict[str, Any]]) -> list[str]:
    """Return stops of a walk where the focus cannot be seen or has no name."""
    found = [f"focus on '{s['name']}' cannot be seen" for s in steps if not s["outlined"]]
    found += [f"focus on '{s['name']}' is out of view" for s in steps if not s["inView"]]
    return found + [f"a {s['tag']} with the focus has no name" for s in steps if not s["name"]]


def print_faults(page: Any) -> list[str]:
    """Return what an A4 sheet would cut off: the page laid out for print at its printed width."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 1000})
    found = page.evaluate(
        """() => {
        const found = [];
        for (const e of document.querySelectorAll('main *, header *, footer *')) {
          if (e.closest('svg') && e.tagName !== 'svg') continue;
          if (e.closest('.vh')) continue;
          const b = e.getBoundingClientRect();
          if (b.width && b.right > 681) found.push(
            `<${e.tagName.toLowerCase()}> '${e.textContent.trim().slice(0, 40)}' ends at ` +
            `${Math.round(b.right)} of 680`);
        }
        return found.slice(0, 5);
      }"""
    )
    page.emulate_media(media="null")
    return found


def printed(page: Any) -> PdfReader:
    """Return the page printed to PDF by its own print style sheet."""
    data = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
    return PdfReader(io.BytesIO(data))
