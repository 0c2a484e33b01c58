"""The data package: what each raw file holds, read from ``datapackage.json``.

The package file is the only description of the tables. The checks, the types,
the data dictionary and the simulator all follow it.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.data.folders import raw_folder
from pipeline.data.problems import InvalidData, Problem

PACKAGE_FILE = "datapackage.json"

#: The form of a date that may be known to the month only.
MONTH_OR_DAY = "[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?"


class Form(NamedTuple):
    """What a pattern of the package stands for: its name, and what to write to match it."""

    name: str
    mend: str


FORMS = {
    "[a-z0-9]+(-[a-z0-9]+)*": Form(
        "code",
        "use only small letters, digits and single hyphens between them, as in northumbria-crc",
    ),
    "[^<>]*": Form("text without < and >", "leave out the signs < and >"),
    "[0-9]+(\\.[0-9]+){1,2}": Form(
        "number such as 2.1 or 2.1.1", "write numbers with dots between them, as in 2.1 or 2.1.1"
    ),
    "[0-9]+(\\.[0-9]+){1,2}-[0-9]+": Form(
        "number such as 2.1.1-1",
        "write the key question, a hyphen and the place in its list, as in 2.1.1-1",
    ),
    MONTH_OR_DAY: Form(
        "YYYY-MM or YYYY-MM-DD",
        "write year and month as in 2020-02, or year, month and day as in 2020-02-07",
    ),
}


@dataclass(frozen=True)
class Field:
    """One column: its type (string, integer, number, date), unit and constraints."""

    name: str
    type: str
    description: str
    unit: str | None
    constraints: dict[str, Any]

    @property
    def required(self) -> bool:
        """Whether every row must fill it."""
        return bool(self.constraints.get("required"))


@dataclass(frozen=True)
class ForeignKey:
    """Columns of one table that must stand in another."""

    fields: tuple[str, ...]
    resource: str
    reference: tuple[str, ...]


@dataclass(frozen=True)
class Resource:
    """One raw table: its file, columns and keys."""

    name: str
    title: str
    description: str
    path: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]

    @property
    def columns(self) -> list[str]:
        """The header the file must have."""
        return [field.name for field in self.fields]


def read_package(folder: Path) -> list[Resource]:
    """Read the tables that ``folder`` declares, in the order of the package file.

    Another folder than the project's may allow other words and limits, but has
    the same tables and columns, since the analysis reads them by name. Raises
    InvalidData when the file is missing, is not a data package or lacks one.
    """
    resources = _read(folder)
    if folder.resolve() != raw_folder():
        _compare(resources, _read(raw_folder()))
    return resources


def _read(folder: Path) -> list[Resource]:
    line = None
    try:
        content = (folder / PACKAGE_FILE).read_text(encoding="utf-8-sig")
        return [_resource(item) for item in json.loads(content)["resources"]]
    except FileNotFoundError:
        rule, mend = "is missing", "copy datapackage.json from data/raw into this folder"
        if not folder.is_dir():
            rule, mend = "is missing, and so is its folder", "check the folder's name"
    except json.JSONDecodeError as error:
        rule, mend, line = "is not written as JSON", "restore it from data/raw", error.lineno
    except (ValueError, KeyError, TypeError, AttributeError, OSError, re.error):
        rule, mend = "does not describe tables as a data package does", "restore it from data/raw"
    raise InvalidData([Problem(PACKAGE_FILE, line, None, None, rule, mend)])


def _compare(resources: list[Resource], own: list[Resource]) -> None:
    """Raise InvalidData where a package lacks a table or describes its columns otherwise."""
    described = {resource.name: resource for resource in resources}
    problems = []
    for wanted in own:
        here = described.get(wanted.name)
        if here is None:
            rule = f"does not describe the table {wanted.name}"
        elif [(f.name, f.type) for f in here.fields] != [(f.name, f.type) for f in wanted.fields]:
            rule = f"describes the table {wanted.name} with other columns or types"
        elif (here.path, here.primary_key) != (wanted.path, wanted.primary_key):
            rule = f"describes the table {wanted.name} with another file or key"
        else:
            continue
        mend = "restore its description from datapackage.json in data/raw"
        problems.append(Problem(PACKAGE_FILE, None, None, None, rule, mend))
    if problems:
        raise InvalidData(problems)


_TYPES = ("string", "integer", "number", "date")


def _field(item: dict[str, Any]) -> Field:
    """Return a column, or raise TypeError or re.error where its description is no such thing."""
    limits = dict(item.get("constraints", {}))
    allowed = limits.get("enum", [])
    numbers = [limits[name] for name in ("minimum", "maximum", "maxLength") if name in limits]
    if (
        item["type"] not in _TYPES
        or not isinstance(allowed, list)
        or not all(isinstance(word, str) for word in allowed)
        or not all(isinstance(number, int | float) for number in numbers)
    ):
        raise TypeError(item["name"])
    re.compile(limits.get("pattern", ""))
    return Field(item["name"], item["type"], item["description"], item.get("unit"), limits)


def _resource(item: dict[str, Any]) -> Resource:
    schema = item["schema"]
    return Resource(
        name=item["name"],
        title=item["title"],
        description=item["description"],
        path=Path(item["path"]).name,  # a package cannot point outside its own folder
        fields=tuple(_field(item) for item in schema["fields"]),
        primary_key=tuple(schema["primaryKey"]),
        foreign_keys=tuple(
            ForeignKey(
                tuple(key["fields"]),
                key["reference"]["resource"],
                tuple(key["reference"]["fields"]),
            )
            for key in schema["foreignKeys"]
        ),
    )
