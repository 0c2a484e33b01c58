"""The data dictionary: every table and column in words, made from what describes them.

``datapackage.json`` describes the raw tables, ``processed.json`` beside this
module the processed ones. ``docs/data-dictionary.md`` is the text made here.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.data import raw_folder
from pipeline.data.package import FORMS, PACKAGE_FILE

PROCESSED = Path(__file__).with_name("processed.json")
TYPES = {"integer": "Int64", "number": "Float64", "boolean": "boolean"}
"""Types in pandas by what the dictionary calls them; any other is string."""

_INTRODUCTION = """\
# Data dictionary

What every table holds, column by column. This page is made from `data/raw/datapackage.json` and
`pipeline/analysis/processed.json` by `make dictionary`; change those, not this page.

All files are CSV: UTF-8, commas, one header line. An empty cell is a missing value, and where a
figure may be missing a status column says why. Percentages run from 0 to 100, proportions from
0 to 1. A column marked "yes" under Filled has a value in every row; one marked "optional" may be
missing from the file, which is then read as if it were empty. Columns may stand in any order. A
code is made of small letters, digits and single hyphens, as in `northumbria-crc`. Raw tables come
sorted by their codes, 2.2 before 2.10.
"""


def dictionary() -> str:
    """Return the data dictionary of raw and processed tables as Markdown."""
    raw, processed = _described(raw_folder() / PACKAGE_FILE), _described(PROCESSED)
    parts = [
        _INTRODUCTION,
        _contents("Raw tables: `data/raw/`", raw),
        _contents("Processed tables: `data/processed/`", processed),
        f"## Raw tables\n\n{raw['description']}\n",
        *(_table(resource, "raw") for resource in raw["resources"]),
        f"## Processed tables\n\n{processed['description']}\n",
        *(_table(resource, "processed") for resource in processed["resources"]),
        _report_tables(processed["report_tables"]),
    ]
    return "\n".join(parts)


def raw_tables(folder: Path) -> dict[str, Any]:
    """Return what each raw table of a folder is and holds, by name, as its package has it."""
    return {table["name"]: table for table in _described(folder / PACKAGE_FILE)["resources"]}


@cache
def processed_tables() -> dict[str, Any]:
    """Return what each processed table is and holds, by name."""
    return {table["name"]: table for table in _described(PROCESSED)["resources"]}


@cache
def column_types(table: str) -> dict[str, str]:
    """Return the columns of a processed table, in their order, each with its type in pandas."""
    fields = processed_tables()[table]["schema"]["fields"]
    return {field["name"]: TYPES.get(field["type"], "string") for field in fields}


def in_columns_of(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the columns of a processed table, in their order, and no others.

    Columns that it has not yet are those that ``with_tests`` adds to a comparison.
    """
    return frame[[name for name in column_types(table) if name in frame]]


def report_tables() -> dict[str, Any]:
    """Return what each table of a report's own is, by name: its description, without columns."""
    return {table["name"]: table for table in _described(PROCESSED)["report_tables"]}


def _described(path: Path) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return described


def _contents(title: str, package: dict[str, Any]) -> str:
    folder = "processed" if "report_tables" in package else "raw"
    lines = [
        f"- [{resource['path']}](#{folder}-{resource['name'].replace('_', '-')}): "
        f"{_first_sentence(resource['description'])}"
        for resource in package["resources"]
    ]
    return f"**{title}**\n\n" + "\n".join(lines) + "\n"


def _first_sentence(text: str) -> str:
    return text.split(". ")[0].rstrip(".") + "."


def _table(resource: dict[str, Any], folder: str) -> str:
    schema = resource["schema"]
    anchor = f"{folder}-{resource['name'].replace('_', '-')}"
    lines = [
        f'### <a id="{anchor}"></a>{resource["title"]}: `{folder}/{resource["path"]}`',
        "",
        resource["description"] + (" The file may be missing." if resource.get("optional") else ""),
        "",
    ]
    if key := schema.get("primaryKey"):
        lines += [f"Key: {_codes(key)}.", ""]
    links = [
        f"{_codes(link['fields'])} in `{link['reference']['resource']}.csv`"
        for link in schema.get("foreignKeys", [])
    ]
    if links:
        lines += ["Must stand elsewhere too: " + "; ".join(links) + ".", ""]
    lines += ["| Column | Type | Filled | Allowed | Meaning |", "|---|---|---|---|---|"]
    for field in schema["fields"]:
        limits = field.get("constraints", {})
        cells = [
            f"`{field['name']}`",
            field["type"] + (f", {field['unit']}" if "unit" in field else ""),
            "yes" if limits.get("required") else "optional" if field.get("optional") else "",
            _allowed(limits),
            field["description"],
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _codes(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _allowed(limits: dict[str, Any]) -> str:
    """Say what may stand in a column besides its type."""
    low, high = limits.get("minimum"), limits.get("maximum")
    said = []
    if "enum" in limits:
        said.append(", ".join(limits["enum"]))
    if low is not None and high is not None:
        said.append(f"{low} to {high}")
    elif low is not None:
        said.append(f"{low} or more")
    elif high is not None:
        said.append(f"{high} or less")
    if "maxLength" in limits:
        said.append(f"up to {limits['maxLength']} characters")
    if "pattern" in limits:
        pattern = limits["pattern"]
        said.append(FORMS[pattern].name if pattern in FORMS else f"the form `{pattern}`")
    return "; ".join(said)


def _report_tables(tables: list[dict[str, str]]) -> str:
    lines = [
        "## Reports: `data/processed/report_data/`",
        "",
        "One folder a report: `about.json` says what the report is; the tables in `tables.json`",
        "hold what that report shows and nothing else. They are made for the notebooks, all from",
        "the tables above, and change as the reports do.",
        "",
        "| Table | What it holds |",
        "|---|---|",
        *(f"| `{table['name']}` | {table['description']} |" for table in tables),
    ]
    return "\n".join(lines) + "\n"
