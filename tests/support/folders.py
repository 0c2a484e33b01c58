"""Raw folders for tests: copies of data/raw, edited row by row, and inspections made up from them.

A test says what it changes and nothing else, so that what it shows is the effect of that change.
Providers made up here are marked as simulated.
"""

import csv
import filecmp
import json
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pipeline.data import Tables, load
from pipeline.data.package import PACKAGE_FILE
from pipeline.data.tables import _checked, _raise

#: A frozen copy of the raw folder as published, so that an inspection that a user adds to data/raw
#: changes no test. ``tests/published`` holds it against data/raw.
RAW = Path(__file__).resolve().parents[1] / "published" / "raw"

Row = dict[str, str]


@cache
def published_tables() -> Tables:
    """The tables as published, loaded once in a process; nobody can put another in their place."""
    return MappingProxyType(load(RAW))


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of each file of a folder: whether it was written to, without reading it."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
            for path in found}  # fmt: skip


class Folder:
    """A raw folder whose tables are edited as rows of text."""

    def __init__(self, path: Path, source: Path = RAW) -> None:
        """Copy ``source`` to ``path``, which must not exist yet."""
        shutil.copytree(source, path)
        self.path = path

    def file(self, name: str) -> Path:
        return self.path / f"{name}.csv"

    def header(self, name: str) -> list[str]:
        package = json.loads((self.path / "datapackage.json").read_text(encoding="utf-8"))
        (resource,) = [r for r in package["resources"] if r["name"] == name]
        return [field["name"] for field in resource["schema"]["fields"]]

    def rows(self, name: str, **where: str) -> list[Row]:
        """Return the rows of a table in which every column of ``where`` holds its value."""
        with self.file(name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [row for row in rows if _matches(row, where)]

    def write(self, name: str, rows: list[Row]) -> None:
        with self.file(name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.header(name), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def edit(self, name: str, where: Mapping[str, str], /, **changes: str) -> int:
        """Change cells of the rows that match; return the line of the first of them."""
        rows = self.rows(name)
        lines = [line for line, row in enumerate(rows, start=2) if _matches(row, where)]
        assert lines, f"{name} has no row with {dict(where)}"
        for line in lines:
            rows[line - 2].update(changes)
        self.write(name, rows)
        return lines[0]

    def add_columns(self, name: str, *columns: str) -> None:
        """Give a table optional columns that the project's own files may leave out."""
        rows = self.rows(name)
        before = list(rows[0]) if rows else self.header(name)
        with self.file(name).open("w", encoding="utf-8", newline="") as file:
            header = list(dict.fromkeys([*before, *columns]))
            writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def drop(self, name: str, **where: str) -> None:
        """Take out the rows that match (all of them without ``where``)."""
        self.write(name, [row for row in self.rows(name) if not _matches(row, where)])

    def add(self, name: str, *rows: Row) -> int:
        """Append rows, missing cells empty; return the line of the first."""
        before = self.rows(name)
        empty = dict.fromkeys(self.header(name), "")
        self.write(name, [*before, *({**empty, **row} for row in rows)])
        return len(before) + 2

    def sound(self) -> list[str]:
        """Name the files that are as published: nothing is wrong with them, as ``load`` says."""
        names = [path.name for path in RAW.iterdir()]
        same, _, _ = filecmp.cmpfiles(RAW, self.path, names, shallow=False)
        return same if PACKAGE_FILE in same else []

    def tables(self) -> Tables:
        """``load`` the folder; what only concerns files as published is not checked again."""
        tables, problems, *_ = _checked(self.path, self.sound())
        _raise(problems)
        return tables

    def replace(self, name: str, old: str, new: str) -> int:
        """Replace the first ``old`` in the text of a file; return the line on which it stood."""
        text = self.file(name).read_text(encoding="utf-8")
        assert old in text, f"{name} does not hold {old!r}"
        self.file(name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1


def _matches(row: Row, where: Mapping[str, str]) -> bool:
    return all(row[column] == value for column, value in where.items())


def add_provider(folder: Folder, provider: str, name: str) -> None:
    """Add a provider marked as simulated."""
    folder.add(
        "providers",
        {"provider": provider, "name": name, "short_name": name, "simulated": "yes"},
    )


#: Tables with rows of one inspection, copied when an inspection is made up from another.
OF_INSPECTION = (
    "samples",
    "key_question_scores",
    "ratings",
    "overall_ratings",
    "discretions",
    "prompt_scores",
)


def copy_inspection(
    folder: Folder,
    provider: str,
    year: int,
    percents: Mapping[str, str] | None = None,
    ratings: Mapping[str, str] | None = None,
    of: str = "northumbria-crc-2019",
) -> str:
    """Give a provider an inspection with the figures of another, some of them changed.

    Returns its code. ``percents`` are by key question, ``ratings`` by standard.
    """
    code = f"{provider}-{year}"
    (inspection,) = folder.rows("inspections", inspection=of)
    folder.add(
        "inspections",
        {
            **inspection,
            "inspection": code,
            "provider": provider,
            "round": str(year),
            "fieldwork_start_printed": f"March {year}",
            "fieldwork_start": f"{year}-03",
            "published_printed": f"September {year}",
            "published": f"{year}-09",
        },
    )
    for name in OF_INSPECTION:
        rows = folder.rows(name, inspection=of)
        if name == "key_question_scores":
            rows = [row for row in rows if row["reading"] == "own"]
        folder.add(name, *({**row, "inspection": code} for row in rows))
    for question, percent in (percents or {}).items():
        folder.edit(
            "key_question_scores",
            {"inspection": code, "key_question": question},
            percent=percent,
            status="published",
        )
    for standard, rating in (ratings or {}).items():
        folder.edit("ratings", {"inspection": code, "standard": standard}, rating=rating)
    return code


#: A framework unlike the CRC ones: three standards, other questions, three of four ratings, other
#: bands and points, no unpaid work.
FRAMEWORK = "youth-2021"
_STANDARDS = (
    ("1.1", "Leadership", "judgement"),
    ("3.1", "Court reports", "key questions"),
    ("3.2", "Joint work", "key questions and qualitative evidence"),
)
_QUESTIONS = (("3.1.1", "3.1"), ("3.1.2", "3.1"), ("3.2.1", "3.2"))
_BANDS = (
    ("Inadequate", "0", "Few", "0", "39"),
    ("Requires improvement", "2", "Some", "40", "59"),
    ("Good", "5", "Most", "60", "100"),
)
_OVERALL = (("Inadequate", "0", "4"), ("Requires improvement", "5", "9"), ("Good", "10", "15"))


def add_second_framework(folder: Folder) -> None:
    """Add the framework ``youth-2021`` with its standards, questions, sample and bands."""
    cited = {"framework": FRAMEWORK, "source": "hmip-northumbria-2020", "place": "made up"}
    folder.add(
        "frameworks",
        {
            **cited,
            "name": "Youth inspections",
            "rules_status": "printed",
            "significance_level": "0.05",
            "significance_test": "Z-score test",
        },
    )
    folder.add(
        "standards",
        *(
            {
                **cited,
                "standard": code,
                "domain": code[0],
                "domain_name": "Domain",
                "name": name,
                "statement": name,
                "rating_basis": basis,
            }
            for code, name, basis in _STANDARDS
        ),
    )
    folder.add("sample_kinds", {"sample": "reports", "name": "Reports", "definition": "Reports."})
    folder.add(
        "key_questions",
        *(
            {
                **cited,
                "key_question": code,
                "standard": standard,
                "label": f"Question {code}",
                "question": f"Is {code} done well?",
                "sample": "reports",
                "evidence": "cases",
            }
            for code, standard in _QUESTIONS
        ),
    )
    columns = ("rating", "points", "band", "lower_percent", "upper_percent")
    folder.add(
        "rating_bands", *({**cited, **dict(zip(columns, row, strict=True))} for row in _BANDS)
    )
    columns = ("rating", "lower_points", "upper_points")
    folder.add(
        "overall_bands", *({**cited, **dict(zip(columns, row, strict=True))} for row in _OVERALL)
    )


def add_youth_inspection(
    folder: Folder, provider: str, year: int, percents: tuple[str, str, str], base: str
) -> str:
    """Add an inspection under ``youth-2021``, rated as its bands say; return its code."""
    code = f"{provider}-{year}"
    cited = {"inspection": code, "source": "hmip-northumbria-2020", "place": "made up"}
    folder.add(
        "inspections",
        {
            **cited,
            "provider": provider,
            "round": str(year),
            "framework": FRAMEWORK,
            "fieldwork_start_printed": str(year),
            "fieldwork_start": f"{year}-01",
            "published_printed": str(year),
            "published": f"{year}-06",
        },
    )
    folder.add(
        "samples",
        {
            **cited,
            "sample": "reports",
            "size": base,
            "size_status": "published",
            "all_eligible": "no",
        },
    )
    folder.add(
        "key_question_scores",
        *(
            {
                **cited,
                "framework": FRAMEWORK,
                "key_question": question,
                "reading": "own",
                "percent": percent,
                "status": "published" if percent else "not published",
            }
            for (question, _), percent in zip(_QUESTIONS, percents, strict=True)
        ),
    )
    rated = {"1.1": "Good"}
    for standard in ("3.1", "3.2"):
        lowest = min(
            int(percent)
            for (_, of), percent in zip(_QUESTIONS, percents, strict=True)
            if of == standard and percent
        )
        rated[standard] = next(row[0] for row in _BANDS if int(row[3]) <= lowest <= int(row[4]))
    folder.add(
        "ratings",
        *(
            {**cited, "framework": FRAMEWORK, "standard": standard, "rating": rating}
            for standard, rating in rated.items()
        ),
    )
    worth = {row[0]: int(row[1]) for row in _BANDS}
    points = sum(worth[rating] for rating in rated.values())
    overall = next(row[0] for row in _OVERALL if int(row[1]) <= points <= int(row[2]))
    folder.add(
        "overall_ratings",
        {**cited, "rating": overall, "score": str(points), "score_status": "published"},
    )
    return code


def add_what_a_user_adds(folder: Folder) -> None:
    """Add a provider of one round, a third round, and inspections under another framework."""
    add_second_framework(folder)
    add_provider(folder, "solo-crc", "Solo CRC")
    add_provider(folder, "ambleshire-yos", "Ambleshire YOS")
    copy_inspection(folder, "solo-crc", 2020)
    copy_inspection(folder, "northumbria-crc", 2021, percents={"2.1.1": "90"})
    add_youth_inspection(folder, "ambleshire-yos", 2021, ("55", "70", "38"), "40")
    add_youth_inspection(folder, "ambleshire-yos", 2022, ("65", "70", "44"), "50")
