"""The data package: what each raw file holds, read from ``datapackage.json``.

The package file is the only description of the tables. The checks, the types,
the data dictionary and the simulator all follow it. The project's own package
says which tables and columns there are, their types, keys and forms, in every
folder; another folder's may set stricter limits.
"""

import json
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import fastjsonschema

from pipeline.data.files import Unreadable, content
from pipeline.data.folders import raw_folder
from pipeline.data.problems import InvalidData, Problem

PACKAGE_FILE = "datapackage.json"
#: A description of a few dozen tables takes a tenth of this.
_MOST_BYTES = 2_000_000
_SHAPE = Path(__file__).with_name("package_shape.json")

#: The form of a date that may be known to the month only.
MONTH_OR_DAY = "[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?"


class Form(NamedTuple):
    """What a pattern of the package stands for: its name, and what to write to match it."""

    name: str
    fix: str


_NUMBER = "([A-Z]{1,4} ?)?[0-9]+(\\.[0-9]+){0,3}[a-z]?"

#: Every pattern a package may use. The list is closed: a pattern is run on every cell, so one that
#: takes for ever, or lets a code name a file elsewhere, must not come in with the data.
FORMS = {
    "[a-z0-9]+(-[a-z0-9]+)*": Form(
        "code",
        "use only small letters, digits and single hyphens between them, as in northumbria-crc",
    ),
    "[a-z]+(_[a-z]+)*": Form("name of a table", "write the name of a table, as in facts"),
    "[^<>]*": Form("text without < and >", "leave out the signs < and >"),
    _NUMBER: Form(
        "number such as 2.1, 2.1.1 or P 1.1",
        "write numbers with dots between them, after capital letters if there are any, as in 2.1, "
        "2.1.1 or P 1.1",
    ),
    f"{_NUMBER}-[0-9]+": Form(
        "number such as 2.1.1-1",
        "write the key question, a hyphen and the place in its list, as in 2.1.1-1",
    ),
    MONTH_OR_DAY: Form(
        "YYYY-MM or YYYY-MM-DD",
        "write year and month as in 2020-02, or year, month and day as in 2020-02-07",
    ),
    "[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?": Form(
        "YYYY, YYYY-MM or YYYY-MM-DD", "write the year, and month and day if known, as in 2020-02"
    ),
    "[0-9]{1,3}(-[0-9]{1,3})?": Form(
        "scores such as 50-89", "write the lowest score, a hyphen and the highest, as in 50-89"
    ),
    "[0-9]+(; [0-9]+)*": Form(
        "numbers such as 2; 5",
        "write numbers with a semicolon and a blank between them, as in 2; 5",
    ),
}


@dataclass(frozen=True)
class Field:
    """One column: its type (string, integer, number, date), unit and constraints.

    An optional column may be missing from a file, which is then read as if it were empty.
    """

    name: str
    type: str
    description: str
    unit: str | None = None
    constraints: dict[str, Any] = field(default_factory=dict)
    optional: bool = False

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
    """One raw table: its file, columns and keys. An optional table's file may be missing."""

    name: str
    title: str
    description: str
    path: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    optional: bool = False

    @property
    def columns(self) -> list[str]:
        """Its columns, in the order of the package."""
        return [field.name for field in self.fields]


@dataclass(frozen=True)
class Package:
    """The tables of a raw folder, in the order of the package file, and the limits set there."""

    resources: tuple[Resource, ...]
    limits: dict[str, int]


def read_package(folder: Path) -> Package:
    """Read the description of the tables in ``folder``.

    Another folder than the project's has the same tables and columns, since the
    analysis reads them by name; optional ones may be missing from its package.
    Of two limits the stricter holds, and its words must be among the project's. Raises
    InvalidData when the file is missing, is not a data package or lacks a table.
    """
    own = _own()
    if folder.resolve() == raw_folder():
        return own
    return _adapted(own, _read(folder))


@cache
def _own() -> Package:
    package = _read(raw_folder())
    _raise(_unsound(package))
    return package


def _raise(faults: list[tuple[str, str]]) -> None:
    if faults:
        raise InvalidData(Problem(PACKAGE_FILE, None, None, None, *fault) for fault in faults)


_RESTORE = "restore its description from datapackage.json in data/raw"


def _read(folder: Path) -> Package:
    """Read a package file that has the shape of one; what it says may still be nonsense."""
    line = None
    try:
        raw = content(folder / PACKAGE_FILE, _MOST_BYTES)
        package = _shape()(json.loads(raw.decode("utf-8-sig")))
        return Package(
            tuple(_resource(item) for item in package["resources"]), package.get("limits", {})
        )
    except FileNotFoundError:
        rule, fix = "is missing", "copy datapackage.json from data/raw into this folder"
        if not folder.is_dir():
            rule, fix = "is missing, and so is its folder", "check the folder's name"
    except Unreadable as error:
        rule, fix = error.rule, error.fix
    except json.JSONDecodeError as error:
        rule, fix, line = "is not written as JSON", "restore it from data/raw", error.lineno
    except fastjsonschema.JsonSchemaValueException as error:
        where = str(error.name).removeprefix("data").lstrip(".") or "the file"
        rule = f"does not describe tables as a data package does: {where} is not as it must be"
        fix = "restore it from data/raw"
    except (ValueError, RecursionError):
        rule, fix = "does not describe tables as a data package does", "restore it from data/raw"
    raise InvalidData([Problem(PACKAGE_FILE, line, None, None, rule, fix)])


@cache
def _shape() -> Any:
    return fastjsonschema.compile(json.loads(_SHAPE.read_text(encoding="utf-8")))


def _unsound(package: Package) -> list[tuple[str, str]]:
    """Return what the project's own package says that cannot be, each with its fix."""
    columns = {resource.name: resource.columns for resource in package.resources}
    faults = []
    for resource in package.resources:
        here = f"describes the table {resource.name}"
        own = columns[resource.name]
        if len(set(own)) < len(own) or len(columns) < len(package.resources):
            faults.append((f"{here}, or a column of it, twice", "keep one of them"))
        if not set(resource.primary_key) <= set(own):
            faults.append((f"{here} with a key that is no column of it", _RESTORE))
        faults += [
            (f"{here} with a reference to what is not there", _RESTORE)
            for key in resource.foreign_keys
            if not set(key.fields) <= set(own)
            or not set(key.reference) <= set(columns.get(key.resource, []))
            or len(key.fields) != len(key.reference)
        ]
        faults += [
            (f"{here} with a form of {field.name} that the checks do not know", _RESTORE)
            for field in resource.fields
            if field.constraints.get("pattern", "[^<>]*") not in FORMS
        ]
    return faults


def _adapted(own: Package, other: Package) -> Package:
    """Return the project's tables with the limits of another package, or say where it differs."""
    described = {resource.name: resource for resource in other.resources}
    faults = []
    resources = []
    for wanted in own.resources:
        here = described.get(wanted.name)
        if here is None:
            if not wanted.optional:
                faults.append((f"does not describe the table {wanted.name}", _RESTORE))
            resources.append(wanted)
            continue
        fields = {field.name: field for field in here.fields}
        types = {field.name: field.type for field in wanted.fields}
        needed = {field.name for field in wanted.fields if not field.optional}
        if not needed <= set(fields) or any(types.get(f.name) != f.type for f in here.fields):
            rule = f"describes the table {wanted.name} with other columns or types"
            faults.append((rule, _RESTORE))
        if here.path != wanted.path:
            faults.append((f"describes the table {wanted.name} with another file", _RESTORE))
        for column in wanted.fields:
            added = set(_words(fields.get(column.name))) - set(_words(column))
            if added:
                rule = (
                    f'allows the word "{min(added)}" in the column {column.name} of {wanted.name}, '
                    "which the reports do not know"
                )
                faults.append((rule, "take it out, or add it to datapackage.json in data/raw"))
        limited = tuple(_limited(field, fields.get(field.name)) for field in wanted.fields)
        resources.append(replace(wanted, fields=limited))
    _raise(faults)
    limits = {name: min(most, other.limits.get(name, most)) for name, most in own.limits.items()}
    return Package(tuple(resources), limits)


def _words(field: Field | None) -> list[str]:
    return field.constraints.get("enum", []) if field else []


def _limited(field: Field, other: Field | None) -> Field:
    """Return a column with the stricter of its own limits and another package's."""
    theirs = other.constraints if other else {}
    limits = dict(field.constraints)
    for name, stricter in (("minimum", max), ("maximum", min), ("maxLength", min)):
        found = [each[name] for each in (limits, theirs) if name in each]
        if found:
            limits[name] = stricter(found)
    return replace(field, constraints=limits)


def _resource(item: dict[str, Any]) -> Resource:
    schema = item["schema"]
    return Resource(
        name=item["name"],
        title=item["title"],
        description=item["description"],
        path=Path(item["path"]).name,  # a package cannot point outside its own folder
        fields=tuple(
            Field(
                **{name: value for name, value in column.items() if name in Field.__annotations__}
            )
            for column in schema["fields"]
        ),
        primary_key=tuple(schema["primaryKey"]),
        foreign_keys=tuple(
            ForeignKey(
                tuple(key["fields"]),
                key["reference"]["resource"],
                tuple(key["reference"]["fields"]),
            )
            for key in schema["foreignKeys"]
        ),
        optional=item.get("optional", False),
    )
