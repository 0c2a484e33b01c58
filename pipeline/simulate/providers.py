"""A complete raw data folder of imaginary providers, for benchmarks, tests and demonstrations.

Frameworks, questions and rules are copied from a real raw folder; everything about a provider is
drawn at random, from counts of cases: each percentage is that of a whole number of cases out of a
whole sample, rounded as the inspectorate rounds. Ratings follow from the figures by the framework's
own bands. Every name says SIMULATED, and ``simulated`` is yes in every provider's row.

The same seed gives the same bytes; a provider's figures do not depend on how many there are.
"""

from __future__ import annotations

import csv
import math
import os
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.analysis.sentences.phrases import capital, inside, label_parts
from pipeline.data.folders import PROJECT, raw_folder
from pipeline.simulate.audits import RAG_RULES, allocated, audited, followed_up, month_of_audits

if TYPE_CHECKING:
    import numpy as np

    from pipeline.data import Tables

Row = dict[str, Any]

#: Tables taken over as they are: what was asked and how it is judged.
RULES = (
    "frameworks", "rating_bands", "overall_bands", "discretion_rules", "standards", "sample_kinds",
    "key_questions", "themes", "question_wordings", "comparability", "prompts", "measures",
    "publication_limits",
)  # fmt: skip
#: Facts drawn for an imaginary provider: those that are shares of its people or cases.
TOPICS = ("performance", "people", "characteristics", "case-findings", "interviews", "unpaid-work")

_MARK = "SIMULATED"
_FIRST = (
    "Alder", "Amber", "Birch", "Bramble", "Cinder", "Clover", "Cobble", "Copper", "Drift", "Ember",
    "Fern", "Flint", "Gorse", "Hazel", "Heron", "Juniper", "Larch", "Linnet", "Maple", "Merrow",
    "Otter", "Pebble", "Quill", "Rowan", "Sedge", "Tansy", "Teasel", "Umber", "Willow", "Yarrow",
)  # fmt: skip
_SECOND = (
    "beck", "bourne", "combe", "croft", "dale", "fell", "ford", "gate", "haven", "holt", "ley",
    "mere", "mouth", "shaw", "stead", "stow", "thorpe", "wick", "wold", "worth",
)  # fmt: skip
_MEANS = (
    "Brief every team on", "Train responsible officers in", "Audit twenty cases a month for",
    "Issue new guidance on", "Have managers oversee", "Review with partners",
    "Report each month on",
)  # fmt: skip
_COMPANIES = tuple(
    f"{name} ({_MARK})"
    for name in ("Larkfield Trust", "Northgate Services", "Oakmere Group", "Sandpiper Partnership")
)
_TRENDS = (0.35, 0.0, -0.3)
"""Change of the log odds from round to round, in turn: providers that rise, stand still, fall."""
_USE_OF_DISCRETION = 0.25
"""How often the panel takes a discretion that it may take."""
_OWNERS = ("Head of Operations", "Quality Lead", "Deputy Director", "")
_REASONS = ("The budget of the year allows a part of it.", "Other work has to be finished first.")
_PLACE = "Drawn at random"
_PLANS = "simulated-plans"
"""The imaginary document of every action plan."""


class CannotSimulate(Exception):
    """The folder asked for may not be written; the message says why in one sentence."""


def simulate(
    out: Path,
    *,
    providers: int,
    seed: int = 1,
    rounds: int | None = None,
    audits: int = 0,
    data: Path | None = None,
) -> None:
    """Write a valid raw data folder of so many imaginary providers.

    Parameters
    ----------
    out
        The new folder. One that an earlier call wrote is replaced; any other must be empty.
    providers
        How many. In turn they rise, stand still and fall from round to round.
    seed
        The same seed gives the same folder.
    rounds
        How often each is inspected (default: as often as the provider of ``data`` with the most
        rounds). Further rounds follow a year apart, under the latest framework.
    audits
        How many of them audit their own cases from month to month, the first ones.
    data
        Raw folder whose frameworks and tables are followed (default: the project's own).

    Raises
    ------
    CannotSimulate
        ``out`` is or lies in the project's own raw folder, or holds something else.
    """
    out = out.resolve()
    if {raw_folder().resolve(), PROJECT / "data" / "raw"} & {out, *out.parents}:
        raise CannotSimulate(f"{out} is the project's own data: simulated data go elsewhere.")
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not _is_simulated(out)):
        raise CannotSimulate(f"{out} holds something else: name a new folder, or empty it first.")
    source = data or raw_folder()
    from pipeline.data import load
    from pipeline.data.package import PACKAGE_FILE, read_package
    from pipeline.data.read import read_text

    rules, package = load(source), read_package(source)
    texts = {r.name: read_text(source, r, package.limits)[0] for r in package.resources}
    template = {name: text.rows() for name, text in texts.items() if text}
    tables = _Simulation(template, rules, seed, rounds).tables(providers, audits)
    beside = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(parents=True)
        shutil.copyfile(source / PACKAGE_FILE, beside / PACKAGE_FILE)
        for resource in package.resources:
            _write(beside / resource.path, resource.columns, tables.get(resource.name, []))
        if out.exists():
            shutil.rmtree(out)
        beside.replace(out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@dataclass
class _Visit:
    """An inspection as it is drawn: the real one it follows, and what was drawn already."""

    row: Row
    provider: str
    quality: float
    random: np.random.Generator
    before: _Visit | None
    """The provider's inspection before it."""
    sizes: Row = field(default_factory=dict)
    scores: dict[str, int] = field(default_factory=dict)
    recommendations: list[Row] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its code."""
        return f"{self.provider}-{self.row['round']}"

    @property
    def cited(self) -> Row:
        """The cells that every row of it has."""
        return {"inspection": self.name, "source": self.source, "place": _PLACE}

    @property
    def source(self) -> str:
        """The imaginary report of it."""
        return f"simulated-{self.row['round']}"


class _Simulation:
    """Draws every table, following the tables of a real folder."""

    def __init__(
        self, template: dict[str, list[Row]], rules: Tables, seed: int, most_rounds: int | None
    ) -> None:
        from pipeline.analysis.records import grouped

        self.template, self.rules, self.seed = template, rules, seed
        inspections = sorted(template["inspections"], key=lambda row: int(row["round"]))
        real = max(grouped(inspections, "provider").values(), key=len)
        #: Rows of the inspections that are followed, earlier first; those after the last real one
        #: are the last one again, so many years later.
        self.followed = real[:most_rounds] + [
            _years_later(real[-1], years) for years in range(1, (most_rounds or 0) - len(real) + 1)
        ]
        self.questions = grouped(template["key_questions"], "framework")
        self.standards = grouped(template["standards"], "framework")
        self.prompts = grouped(template["prompts"], "framework")
        #: What was printed of each real inspection, by table.
        self.printed = {
            name: grouped(template[name], "inspection")
            for name in (
                "samples",
                "key_question_scores",
                "prompt_scores",
                "facts",
                "allocation_matrix",
            )
        }
        self.made: dict[str, list[Row]] = defaultdict(list)
        self.pooled: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        #: Facts drawn already, by inspection (or its aggregate) and measure.
        self.facts: dict[tuple[str, str], int | str] = {}

    def tables(self, providers: int, audits: int = 0) -> dict[str, list[Row]]:
        """Every table of so many providers, so many of them with case audits."""
        import numpy as np

        numbers = sorted({q["key_question"] for q in self.template["key_questions"]})
        shared = np.random.Generator(np.random.PCG64([self.seed, 0]))
        #: How much harder (negative) or easier each question is for every provider, log odds.
        self.ease = dict(zip(numbers, shared.normal(0, 0.45, len(numbers)), strict=True))
        for number in range(1, providers + 1):
            random = np.random.Generator(np.random.PCG64([self.seed, number]))
            odds = self._provider(number, random)
            if number <= audits:
                self._audits(f"simulated-{number:04d}", odds, random)
        self._aggregate()
        self._sources()
        return dict(self.made)

    def _add(self, table: str, *cells: Row, **own: Any) -> None:
        """Add a row to a table; of two cells of one column the later one stands."""
        self.made[table].append({name: cell for row in (*cells, own) for name, cell in row.items()})

    def _audits(self, code: str, odds: dict[str, float], random: np.random.Generator) -> None:
        latest = self.followed[-1]
        framework, fieldwork = latest["framework"], latest["fieldwork_start"]
        questions, prompts = self.questions[framework], self.prompts[framework]
        made = audited(code, framework, questions, prompts, odds, fieldwork, random, _MARK)
        matrix = self.printed["allocation_matrix"][latest["inspection"]]
        visit = _Visit(latest, code, 0, random, None)
        made["allocation_matrix"] = [{**cell, **visit.cited} for cell in matrix]
        if matrix:
            day = f"{latest['round']}-12"
            made["case_allocations"] = allocated(code, visit.name, matrix, day, random)
        plans = {plan["plan"] for plan in self.made["plans"] if plan["provider"] == code}
        actions = [action for action in self.made["actions"] if action["plan"] in plans]
        made["action_updates"] = followed_up(actions, month_of_audits(fieldwork), random)
        self.made["rag_rules"] = [
            {"colour": colour, "from_months": months, "source": _PLANS, "place": _PLACE}
            for colour, months in RAG_RULES
        ]
        for table, rows in made.items():
            self.made[table] += rows

    def _provider(self, number: int, random: np.random.Generator) -> dict[str, float]:
        """Draw a provider; return the log odds that each key question is done well at the end."""
        # Names repeat after 600 providers; the number tells them apart.
        place = _FIRST[(number * 7) % len(_FIRST)] + _SECOND[(number * 3) % len(_SECOND)]
        code = f"simulated-{number:04d}"
        self._add(
            "providers",
            provider=code,
            name=f"{place} Community Rehabilitation Company ({_MARK} {number})",
            short_name=f"{place} CRC ({_MARK} {number})",
            owner=_COMPANIES[number % len(_COMPANIES)],
            simulated="yes",
            note="An imaginary provider: every figure was drawn at random.",
        )
        quality = random.normal(0.6, 0.35)  # log odds that its work on a case is done well
        # What it is better or worse at, round after round.
        habits = {question: ease + random.normal(0, 0.3) for question, ease in self.ease.items()}
        visit = None
        for row in self.followed:
            visit = _Visit(row, code, quality, random, visit)
            self._add("inspections", row, visit.cited, provider=code, note="")
            self._samples(visit)
            self._scores(visit, habits)
            self._reprints(visit)
            self._prompt_scores(visit)
            self._ratings(visit)
            self._facts(visit)
            self._plan(visit)
            odds = {question: quality + habit for question, habit in habits.items()}
            quality += random.normal(_TRENDS[number % len(_TRENDS)], 0.15)
        return odds

    def _samples(self, visit: _Visit) -> None:
        """Sizes of the samples, near the real ones; the visit has also those not published."""
        sizes, rows = visit.sizes, self.printed["samples"][visit.row["inspection"]]
        for sample in rows:
            real = int(sample["size"]) if sample["size"] else 60
            sizes[sample["sample"]] = max(5, round(real * visit.random.uniform(0.8, 1.25)))
        for kind in self.template["sample_kinds"]:  # a part is no larger than the whole
            whole = sizes.get(kind["part_of"])
            if whole is not None and kind["sample"] in sizes:
                sizes[kind["sample"]] = min(sizes[kind["sample"]], max(5, round(whole * 0.95)))
        for sample in rows:
            size = sizes[sample["sample"]] if sample["size_status"] == "published" else ""
            # A bound in the words of a real report says nothing about an imaginary sample.
            bound = {column: "" for column in sample if column.startswith("size_at_least")}
            drawn = {**visit.cited, "size": size, "note": ""}
            self._add("samples", sample, bound, drawn)

    def _scores(self, visit: _Visit, habits: dict[str, float]) -> None:
        scores, framework = visit.scores, visit.row["framework"]
        for question in self.questions[framework]:
            number, base = question["key_question"], visit.sizes.get(question["sample"], 40)
            odds = visit.quality + habits[number] + visit.random.normal(0, 0.2)
            count = int(visit.random.binomial(base, _share(odds)))
            published = question["evidence"] == "cases"
            if published:
                scores[number] = _printed(count, base)
                if framework == self.followed[-1]["framework"]:
                    self.pooled[number][0] += count
                    self.pooled[number][1] += base
            self._add(
                "key_question_scores",
                visit.cited,
                framework=framework,
                key_question=number,
                reading="own",
                percent=scores.get(number, ""),
                status="published" if published else "qualitative evidence only",
            )

    def _reprints(self, visit: _Visit) -> None:
        """What a later report prints again of the round before, where the real one does."""
        if (before := visit.before) is None:
            return
        for real in self.printed["key_question_scores"][before.row["inspection"]]:
            if real["reading"] != "reprint":
                continue
            figure = before.scores.get(real["key_question"], "") if real["percent"] else ""
            status = "not published" if real["percent"] and figure == "" else real["status"]
            own = {"inspection": before.name, "percent": figure, "status": status}
            self._add("key_question_scores", real, visit.cited, own)

    def _prompt_scores(self, visit: _Visit) -> None:
        samples = {p["prompt"]: p["sample"] for f in self.prompts.values() for p in f}
        for real in self.printed["prompt_scores"][visit.row["inspection"]]:
            base = visit.sizes.get(samples[real["prompt"]], 40)
            odds = visit.quality + visit.random.normal(0, 0.6)
            count = int(visit.random.binomial(base, _share(odds)))
            figure = _printed(count, base) if real["percent"] else ""
            self._add("prompt_scores", real, visit.cited, percent=figure)

    def _ratings(self, visit: _Visit) -> None:
        """Ratings by the framework's bands and, now and then, a permitted discretion."""
        from pipeline.analysis.ratings.bands import (
            framework_rows,
            overall_rating,
            permitted_discretion,
            points_for,
            rating_for,
        )

        framework, random, scores = visit.row["framework"], visit.random, visit.scores
        bands = framework_rows(self.rules["rating_bands"], framework)
        permissions = framework_rows(self.rules["discretion_rules"], framework)
        total = 0
        for standard in self.standards[framework]:
            own = [
                scores[q["key_question"]]
                for q in self.questions[framework]
                if q["standard"] == standard["standard"] and q["key_question"] in scores
            ]
            # A judgement is drawn like one more score.
            lowest = min(own) if own else round(100 * _share(visit.quality + random.normal(0, 0.6)))
            rating = rating_for(lowest, bands)
            key = {**visit.cited, "framework": framework, "standard": standard["standard"]}
            permitted = permitted_discretion(lowest, bands, permissions) if own else []
            if permitted and random.random() < _USE_OF_DISCRETION:
                used = permitted[0]
                step = {"rule": used.rule, "from_rating": rating, "to_rating": used.rating}
                self._add("discretions", key, step, reason=f"Drawn ({_MARK}).")
                rating = used.rating
            total += points_for(rating, bands)
            self._add("ratings", key, rating=rating)
        self._add(
            "overall_ratings",
            visit.cited,
            rating=overall_rating(total, framework_rows(self.rules["overall_bands"], framework)),
            score=total,
            score_status="published",
        )

    def _facts(self, visit: _Visit) -> None:
        """Figures near the real ones; what stands in two places is the same in both."""
        random = visit.random
        before = visit.before.name if visit.before else ""
        measures = {m["measure"]: m for m in self.template["measures"]}
        for real in self.printed["facts"][visit.row["inspection"]]:
            measure = measures[real["measure"]]
            if (
                measure["topic"] not in TOPICS
                or measure["unit"] != "percent"
                or real["status"] != "published"
                or real["measure"].startswith("restates-")  # says a key question's figure again
            ):
                continue
            drawn = {
                column: ""
                if real[column] == ""
                else self.facts.setdefault((whose, real["measure"]), _near(real[column], random))
                for column, whose in (
                    ("value", visit.name),
                    ("previous_value", before),
                    ("comparator_value", f"{visit.name} {real['comparator']}"),
                )
            }
            words = [f"{drawn['value']}%"]
            if drawn["comparator_value"] != "":
                words.append(f"{real['comparator']} {drawn['comparator_value']}%")
            if real["target"]:
                words.append(f"target {real['target']}%")
            number = len(self.made["facts"]) + 1
            self._add(
                "facts",
                real,
                drawn,
                visit.cited,
                fact=number,
                as_printed=", ".join(words),
                previous_status=real["previous_status"]
                if drawn["previous_value"] != "" or real["previous_status"] != "published"
                else "not printed",
                place=f"{_PLACE}, figure {number}",
                note="",
            )

    def _plan(self, visit: _Visit) -> None:
        """A plan that answers the weakest key questions; follows up the plan before it."""
        row, random, scores = visit.row, visit.random, visit.scores
        latest = self.followed[-1]["framework"]
        labels = {q["key_question"]: q["label"] for q in self.questions[row["framework"]]}
        known = {q["key_question"] for q in self.questions[latest]}
        weakest = sorted(scores, key=lambda number: (scores[number], number))
        submitted, printed = self._submitted(row)
        year = int(submitted[:4])
        plan = f"{visit.provider}-{year}"
        count = int(random.integers(4, 9))
        where = {"source": _PLANS, "place": _PLACE}
        responses: list[str] = []
        for number, question in enumerate(weakest[:count], start=1):
            standard, own = label_parts(labels[question])
            subject = f"{inside(own)} ({inside(standard)})" if standard else inside(own)
            response = str(
                random.choice(["agreed", "partly agreed", "not agreed"], p=[0.7, 0.2, 0.1])
            )
            responses.append(response)
            key = {"plan": plan, "recommendation": number}
            visit.recommendations.append(key)
            self._add(
                "recommendations",
                key,
                where,
                printed_number=f"{number}.",
                title=capital(subject),
                summary=f"Do better in {subject}.",
                addressed_to=f"The provider ({_MARK})",
                repeated="no",
            )
            reason = "" if response == "agreed" else str(random.choice(_REASONS))
            self._add("responses", key, where, response=response, reason=reason)
            if question in known:
                self._add(
                    "recommendation_links",
                    key,
                    framework=latest,
                    kind="key question",
                    subject=question,
                    reason="It is about this question.",
                )
            if response != "not agreed":
                self._actions({**where, **key}, year, subject, random)
        self._add(
            "plans",
            where,
            plan=plan,
            provider=visit.provider,
            inspection=visit.name,
            year=year,
            submitted_printed=printed,
            submitted=submitted,
            report_published_printed=row["published_printed"],
            agreed_printed=responses.count("agreed"),
            partly_agreed_printed=responses.count("partly agreed"),
            not_agreed_printed=responses.count("not agreed"),
            total_printed=len(responses),
        )
        for recommendation in visit.before.recommendations if visit.before else ():
            self._add(
                "follow_up",
                recommendation,
                visit.cited,
                verdict=str(random.choice(["sufficient", "some", "none"])),
                summary=f"{_PLACE}.",
            )

    def _submitted(self, row: Row) -> tuple[str, str]:
        """The day of the real plan, or else the end of the month of the report; as printed too."""
        for real in self.template["plans"]:
            if (real["inspection"], row["published"][:4]) == (row["inspection"], real["year"]):
                return real["submitted"], real["submitted_printed"]
        day = f"{row['published'][:7]}-28"
        return day, day

    def _actions(self, key: Row, year: int, subject: str, random: np.random.Generator) -> None:
        for position in range(1, int(random.integers(1, 6)) + 1):
            kind = str(random.choice(["month", "none given", "done"], p=[0.7, 0.2, 0.1]))
            due = f"{year + 1}-{int(random.integers(1, 13)):02d}" if kind == "month" else ""
            self._add(
                "actions",
                key,
                action=f"{key['plan']}-{key['recommendation']}-{position:02d}",
                position=position,
                summary=f"{random.choice(_MEANS)} {subject}.",
                owner=str(random.choice(_OWNERS)),
                due_printed={"month": due, "done": "Complete"}.get(kind, ""),
                due=due,
                due_kind=kind,
                measure="",
            )

    def _aggregate(self) -> None:
        """All imaginary providers together, in the place of the national figures."""
        latest = self.followed[-1]
        under = [row for row in self.followed if row["framework"] == latest["framework"]]
        period = " and ".join(str(row["round"]) for row in under)
        cited = {"source": f"simulated-{latest['round']}", "place": _PLACE}
        for comparator in self.template["comparators"]:
            self._add(
                "comparators",
                comparator,
                cited,
                name=f"{comparator['name']} ({_MARK})",
                period=f"Inspections of {period}",
                note="All imaginary providers of this folder together.",
            )
            for question in self.questions[latest["framework"]]:
                count, base = self.pooled[question["key_question"]]
                self._add(
                    "comparator_scores",
                    cited,
                    comparator=comparator["comparator"],
                    framework=latest["framework"],
                    key_question=question["key_question"],
                    percent=_printed(count, base) if base else "",
                    status="published" if base else "qualitative evidence only",
                )

    def _sources(self) -> None:
        """The rules' own documents, and one imaginary document a round and for the plans."""
        for name in RULES:
            self.made[name] = self.template[name]
        named = {row["source"] for name in RULES for row in self.made[name] if row.get("source")}
        self.made["sources"] = [r for r in self.template["sources"] if r["source"] in named]
        titles = {
            f"simulated-{row['round']}": (f"Inspections of the round {row['round']}", row)
            for row in self.followed
        }
        day, printed = self._submitted(self.followed[-1])
        plans = {"published": day, "published_printed": printed}
        titles[_PLANS] = ("Action plans", plans)
        for source, (title, row) in titles.items():
            self._add(
                "sources",
                source=source,
                title=f"{title} ({_MARK})",
                publisher=f"Nobody ({_MARK})",
                published_printed=row["published_printed"],
                published=row["published"],
                kind="simulated",
                licence="no licence needed, the figures are imaginary",
                note=f"Made by the simulate command with seed {self.seed}.",
            )


def _printed(count: int, base: int) -> int:
    from pipeline.analysis.ratings.scale import printed_percent

    return int(printed_percent(count, base))


def _share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _near(figure: str, random: np.random.Generator) -> int | str:
    """A percentage of 200 imaginary people near a real one; empty stays empty."""
    if figure == "":
        return ""
    share = min(max(float(figure) / 100 + random.normal(0, 0.05), 0.01), 0.99)
    return _printed(int(random.binomial(200, share)), 200)


def _years_later(row: Row, years: int) -> Row:
    """An inspection's row with its dates so many years later; its code stays the real one's."""
    dates = {
        name: f"{int(row[name][:4]) + years}{row[name][4:]}"
        for name in ("fieldwork_start", "published")
    }
    printed = {f"{name}_printed": day for name, day in dates.items()}
    return {**row, **dates, **printed, "round": str(int(row["round"]) + years)}


def _is_simulated(folder: Path) -> bool:
    providers = folder / "providers.csv"
    if not providers.is_file():
        return False
    with providers.open(encoding="utf-8-sig", newline="") as file:
        return {row.get("simulated") for row in csv.DictReader(file)} == {"yes"}


def _write(path: Path, columns: list[str], rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, columns, restval="", extrasaction="raise", lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)
