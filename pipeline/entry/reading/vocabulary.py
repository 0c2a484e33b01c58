"""What a framework calls its standards, questions and ratings: the words a reader looks for.

All of it comes from the raw tables; nothing here belongs to one document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import mode

import pandas as pd

from pipeline.data import Tables
from pipeline.data.package import Resource
from pipeline.entry.problems import NotAReport
from pipeline.entry.reading.words import simple


@dataclass(frozen=True)
class Standard:
    """One standard: number, name and statement as words, and how it is rated."""

    code: str
    domain: int
    domain_name: str
    name: tuple[str, ...]
    statement: tuple[str, ...]
    basis: str


@dataclass(frozen=True)
class Asked:
    """A key question or a prompt: code, standard, the key question it stands under, wording."""

    code: str
    standard: str
    key_question: str
    sample: str
    wording: str
    qualitative: bool = False

    @property
    def is_prompt(self) -> bool:
        """Whether it stands under a key question of another code."""
        return self.code != self.key_question

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of its wording, as compared."""
        return tuple(simple(self.wording))


@dataclass(frozen=True)
class Vocabulary:
    """The words of one framework."""

    framework: str
    standards: tuple[Standard, ...]
    asked: tuple[Asked, ...]
    ratings: tuple[str, ...]
    statuses: tuple[str, ...]
    comparators: Mapping[str, str]

    @cached_property
    def key_questions(self) -> dict[str, Asked]:
        """The key questions by number, each once, in their order."""
        found: dict[str, Asked] = {}
        for asked in self.asked:
            if not asked.is_prompt:
                found.setdefault(asked.code, asked)
        return found

    @cached_property
    def prompts(self) -> dict[str, Asked]:
        """The prompts by code, in the order of the annex."""
        return {asked.code: asked for asked in self.asked if asked.is_prompt}

    @cached_property
    def sample_of_standard(self) -> dict[str, str]:
        """The sample of each standard whose questions are all out of one."""
        samples: dict[str, set[str]] = {}
        for question in self.key_questions.values():
            samples.setdefault(question.standard, set()).add(question.sample)
        return {standard: min(of) for standard, of in samples.items() if len(of) == 1}

    @cached_property
    def sample_of_domain(self) -> dict[int, str]:
        """The sample that most key questions of a domain are out of."""
        samples: dict[int, list[str]] = {}
        for question in self.key_questions.values():
            domain = self.standard(question.standard).domain
            samples.setdefault(domain, []).append(question.sample)
        most = {domain: mode(of) for domain, of in samples.items()}
        return {d: of for d, of in most.items() if samples[d].count(of) > len(samples[d]) / 2}

    def rating(self, words: Sequence[str]) -> str | None:
        """The rating that these words are, as compared, None where they are none."""
        return next((rating for rating in self.ratings if simple(rating) == list(words)), None)

    def standard(self, code: str) -> Standard:
        """The standard of a number."""
        return next(standard for standard in self.standards if standard.code == code)


def vocabulary(tables: Tables, resources: Sequence[Resource], framework: str) -> Vocabulary:
    """Return the words of a framework; raise NotAReport where the raw tables do not have it."""
    known = tables["frameworks"]["framework"].tolist()
    if framework not in known:
        raise NotAReport(
            f"{framework} is not a framework of the raw tables; they have {', '.join(known)}."
        )

    def rows(name: str) -> pd.DataFrame:
        frame = tables[name]
        return frame[frame["framework"] == framework]

    standards = tuple(
        Standard(
            row["standard"],
            int(row["domain"]),
            row["domain_name"],
            tuple(simple(row["name"])),
            tuple(simple(row["statement"])),
            row["rating_basis"],
        )
        for _, row in rows("standards").iterrows()
    )
    asked: list[Asked] = []
    further = rows("question_wordings")
    for _, row in rows("key_questions").iterrows():
        code, qualitative = row["key_question"], row["evidence"] == "qualitative"
        wordings = [row["question"], *further[further["key_question"] == code]["wording"]]
        asked += [
            Asked(code, row["standard"], code, row["sample"], wording, qualitative)
            for wording in dict.fromkeys(wordings)
        ]
    standard_of = {a.code: a.standard for a in asked}
    prompts = rows("prompts")[["prompt", "key_question", "sample", "wording"]]
    asked += [
        Asked(code, standard_of[question], question, sample, wording)
        for code, question, sample, wording in prompts.itertuples(index=False)
    ]
    return Vocabulary(
        framework,
        standards,
        tuple(asked),
        allowed(resources, "ratings", "rating"),
        tuple(s for s in allowed(resources, "key_question_scores", "status") if s != "published"),
        dict(zip(tables["comparators"]["name"], tables["comparators"]["comparator"], strict=True)),
    )


def allowed(resources: Sequence[Resource], table: str, column: str) -> tuple[str, ...]:
    """Return the values that the raw tables permit in a column, in their order."""
    (field,) = [f for r in resources if r.name == table for f in r.fields if f.name == column]
    return tuple(field.constraints.get("enum", ()))
