"""The data package: what each raw file holds, read from ``datapackage.json``.

The package file is the only description of the tables. The checks, the types,
the data dictionary and the simulator all follow it.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.data.problems import InvalidData, Problem

PACKAGE_FILE = "datapackage.json"


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

    Raises InvalidData when the file is missing or is not a data package.
    """
    path = folder / PACKAGE_FILE
    try:
        resources = json.loads(path.read_text(encoding="utf-8"))["resources"]
        return [_resource(item) for item in resources]
    except FileNotFoundError:
        rule, mend = "is missing", "copy datapackage.json from data/raw into this folder"
    except (ValueError, KeyError, TypeError, OSError):
        rule, mend = "is not a readable data package", "restore datapackage.json from data/raw"
    raise InvalidData([Problem(PACKAGE_FILE, None, None, None, rule, mend)])


def _resource(item: dict[str, Any]) -> Resource:
    schema = item["schema"]
    return Resource(
        name=item["name"],
        title=item["title"],
        description=item["description"],
        path=Path(item["path"]).name,  # a package cannot point outside its own folder
        fields=tuple(
            Field(f["name"], f["type"], f["description"], f.get("unit"), f.get("constraints", {}))
            for f in schema["fields"]
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
    )
