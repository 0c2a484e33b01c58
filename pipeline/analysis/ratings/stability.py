"""How firm is a rating? An illustration with fresh samples.

If the inspectorate read fresh samples of the same sizes, drawn from the same practice, the shares
would come out a little differently, and so might the ratings. This module works out how often.

It is an illustration of sampling variation. It is not the chance that a published rating is wrong:
the published rating is the inspectorate's judgement of the cases it read, and the figures below
know nothing of the evidence behind it.

Method. The true share of each key question is uncertain: with the Jeffreys prior, Beta(1/2, 1/2),
its posterior after ``x`` of ``n`` cases is Beta(x + 1/2, n - x + 1/2), and the number of cases done
well in a fresh sample of ``n`` is beta-binomial (Gelman and others (2013), Bayesian Data Analysis,
3rd edition, section 2.4). Each count is rated by the framework's bands; the lowest key question
drives the standard.

How the questions depend on one another is not published, so three answers are given: as if they
were ``independent``; as if they went ``together`` (good samples are good for all); and bounds,
``lowest`` and ``highest``, that hold whatever the dependence between questions and standards read
from the same cases (Frechet bounds within a standard, a linear programme over standards; the bounds
may be wider than need be). Standards read from separate samples are independent of each other.

Standards that are judgements (domain one) are held as published. Everything is worked out exactly;
nothing is simulated, so no seed is needed. A test draws seeded samples and finds the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.stats
from scipy.optimize import linprog

from pipeline.analysis.ratings.scale import Scale, joined_samples, largest_pair, rated_on_cases

PRIOR = 0.5
"""Both parameters of the Beta prior (Jeffreys)."""

BANDS_ALONE = "bands alone"
WITH_DISCRETION = "every permitted discretion"
RULES = (BANDS_ALONE, WITH_DISCRETION)

_LARGEST_PROGRAMME = 20_000
"""States of a linear programme that still solve in moments."""


def fresh_counts(count: int, base: int, prior: float = PRIOR) -> npt.NDArray:
    """Probability of each number of cases done well, 0 to ``base``, in a fresh sample."""
    return scipy.stats.betabinom.pmf(np.arange(base + 1), base, count + prior, base - count + prior)


@dataclass(frozen=True)
class _Standard:
    """Per key question the probability of each level or a higher one (first column 1)."""

    code: str
    at_least: npt.NDArray

    def independent(self) -> npt.NDArray:
        return self.at_least.prod(axis=0)

    def together(self) -> npt.NDArray:
        return self.at_least.min(axis=0)

    def lowest(self) -> npt.NDArray:
        return np.maximum(0, self.at_least.sum(axis=0) - len(self.at_least) + 1)


def _standards(rated: pd.DataFrame, scale: Scale, rule: str) -> list[_Standard]:
    standards = []
    for code, questions in rated.groupby("standard", sort=False):
        rows = []
        for question in questions.to_dict("records"):
            pair = largest_pair(question["percent"], question["base"])
            if pair is None:
                continue
            count, base = pair
            counts = np.arange(base + 1)
            level = (
                scale.levels(counts, base)
                if rule == BANDS_ALONE
                else scale.reachable(counts, base, bool(question["qualitative"]))
            )
            chance = fresh_counts(count, base)
            rows.append([chance[level >= at].sum() for at in range(scale.top + 1)])
        if rows:
            standards.append(_Standard(str(code), np.minimum(1, np.array(rows))))
    return standards


def firmness_of_standards(
    questions: pd.DataFrame,
    ratings: pd.DataFrame,
    standards: pd.DataFrame,
    bands: pd.DataFrame,
    rules: pd.DataFrame,
) -> pd.DataFrame:
    """How often fresh samples would give each standard each rating: a row a standard, rule, rating.

    ``questions``: the rows of one inspection from ``key_question_comparison``; ``ratings``: its
    rows from ``standard_ratings``; ``standards``, ``bands``, ``rules``: its framework's rows of
    ``standards``, ``rating_bands`` and ``discretion_rules``.

    Columns: ``standard, name, rule`` (``bands alone`` or ``every permitted discretion``, used
    upwards), ``rating, published`` (true for the published rating), ``at_least_lowest,
    at_least_independent, at_least_together`` (proportion of fresh samples that reach the rating or
    a higher one; together is also the highest possible), ``independent, together`` (proportion that
    give exactly this rating). Standards without a percentage are left out.
    """
    rated, scale = rated_on_cases(questions, standards), Scale.of(bands, rules)
    names = rated.drop_duplicates("standard").set_index("standard")["name"]
    published = ratings.set_index("standard")["published_rating"]
    rows = []
    for rule in RULES:
        for standard in _standards(rated, scale, rule):
            independent, together = standard.independent(), standard.together()
            lowest = standard.lowest()
            for level, rating in enumerate(scale.ratings):
                rows.append(
                    {
                        "standard": standard.code,
                        "name": names[standard.code],
                        "rule": rule,
                        "rating": rating,
                        "published": published[standard.code] == rating,
                        "at_least_lowest": lowest[level],
                        "at_least_independent": independent[level],
                        "at_least_together": together[level],
                        "independent": _exactly(independent)[level],
                        "together": _exactly(together)[level],
                    }
                )
    return pd.DataFrame(rows).sort_values(
        ["standard", "rule"], key=_by_rule, kind="stable", ignore_index=True
    )


def _by_rule(column: pd.Series) -> pd.Series:
    return column.map(RULES.index) if column.name == "rule" else column


def _exactly(at_least: npt.NDArray) -> npt.NDArray:
    """From the probability of each level or higher to the probability of each level."""
    return np.maximum(0, at_least - np.append(at_least[1:], 0))


def firmness_of_total(
    questions: pd.DataFrame,
    ratings: pd.DataFrame,
    standards: pd.DataFrame,
    bands: pd.DataFrame,
    rules: pd.DataFrame,
    sample_kinds: pd.DataFrame,
) -> pd.DataFrame:
    """How often fresh samples would give each total of points: a row a rule and total.

    Arguments as for ``firmness_of_standards``, and the table ``sample_kinds``, which says which
    samples hold the same cases. Columns: ``rule, points, independent, together`` (proportions).
    """
    scale = Scale.of(bands, rules)
    frames = []
    for rule in RULES:
        parts = _parts(questions, ratings, standards, scale, sample_kinds, rule)
        independent = parts.total("independent")
        together = parts.total("together")
        frames.append(
            pd.DataFrame(
                {
                    "rule": rule,
                    "points": np.arange(len(independent)),
                    "independent": independent,
                    "together": together,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def firmness_of_overall(
    questions: pd.DataFrame,
    ratings: pd.DataFrame,
    standards: pd.DataFrame,
    bands: pd.DataFrame,
    rules: pd.DataFrame,
    sample_kinds: pd.DataFrame,
    overall_bands: pd.DataFrame,
) -> pd.DataFrame:
    """How often fresh samples would reach each overall rating or a higher one.

    Arguments as for ``firmness_of_total``, and the framework's rows of ``overall_bands``. A row a
    rule and overall rating. Columns: ``rule, rating, lower_points, published`` (true for the
    published overall rating), ``lowest, independent, together, highest`` (proportions; the outer
    two are bounds whatever the dependence, missing where too many standards share their cases).
    """
    scale = Scale.of(bands, rules)
    published = ratings.set_index("standard")["published_rating"].get("overall")
    rows: list[dict[str, Any]] = []
    for rule in RULES:
        parts = _parts(questions, ratings, standards, scale, sample_kinds, rule)
        independent, together = parts.total("independent"), parts.total("together")
        for band in overall_bands.sort_values("lower_points").to_dict("records"):
            need = int(band["lower_points"])
            lowest, highest = parts.bounds(need)
            rows.append(
                {
                    "rule": rule,
                    "rating": band["rating"],
                    "lower_points": need,
                    "published": band["rating"] == published,
                    "lowest": lowest,
                    "independent": min(1.0, float(independent[need:].sum())),
                    "together": min(1.0, float(together[need:].sum())),
                    "highest": highest,
                }
            )
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class _Parts:
    """Points held as published, and standards in groups that were read from the same cases."""

    held: int
    groups: list[list[_Standard]]
    points: npt.NDArray

    def total(self, dependence: str) -> npt.NDArray:
        """Probability of each total; groups are independent of each other."""
        total = np.zeros(self.held + 1)
        total[self.held] = 1
        for group in self.groups:
            if dependence == "independent":
                for standard in group:
                    total = np.convolve(total, self._spread(_exactly(standard.independent())))
            else:
                total = np.convolve(total, self._group_together(group))
        return total

    def _spread(self, levels: npt.NDArray) -> npt.NDArray:
        """From probabilities of levels to probabilities of points."""
        spread = np.zeros(self.points[-1] + 1)
        spread[self.points] = levels
        return spread

    def _group_together(self, group: Sequence[_Standard]) -> npt.NDArray:
        """Points of a group whose every question is as good, or as bad, as the sample is lucky."""
        luck = [standard.together() for standard in group]
        edges = np.unique(np.concatenate([[0.0, 1.0], *luck]))
        middle, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
        points = sum(
            self.points[(at_least[None, 1:] > middle[:, None]).sum(axis=1)] for at_least in luck
        )
        return np.bincount(points, width, minlength=len(group) * self.points[-1] + 1)

    def bounds(self, need: int) -> tuple[float | None, float | None]:
        """Lowest and highest possible probability that the total is at least ``need``."""
        if need <= self.held:
            return 1.0, 1.0
        alone = [group[0] for group in self.groups if len(group) == 1]
        # With two groups of several standards, their cases are treated as one set: still a bound.
        several = [standard for group in self.groups if len(group) > 1 for standard in group]
        if len(self.points) ** len(several) > _LARGEST_PROGRAMME:
            return None, None
        low_rest = high_rest = np.eye(1, self.held + 1, self.held)[0]
        for standard in alone:
            low_rest = np.convolve(low_rest, self._spread(_exactly(standard.lowest())))
            high_rest = np.convolve(high_rest, self._spread(_exactly(standard.together())))
        return (
            self._extreme(several, need, low_rest, 1),
            self._extreme(several, need, high_rest, -1),
        )

    def _extreme(
        self, standards: Sequence[_Standard], need: int, rest: npt.NDArray, sign: int
    ) -> float:
        """Least (sign 1) or greatest (sign -1) probability over joint levels of some standards."""
        enough = np.append(rest[::-1].cumsum()[::-1], 0)
        if not standards:
            return float(enough[min(max(need, 0), len(rest))])
        states = np.array(list(itertools.product(range(len(self.points)), repeat=len(standards))))
        missing = np.clip(need - self.points[states].sum(axis=1), 0, len(rest))
        above = np.array(
            [states[:, i] >= at for i in range(len(standards)) for at in range(1, len(self.points))]
        ).astype(float)
        highest = np.concatenate([standard.together()[1:] for standard in standards])
        lowest = np.concatenate([standard.lowest()[1:] for standard in standards])
        answer = linprog(
            sign * enough[missing],
            A_ub=np.vstack([above, -above]),
            b_ub=np.concatenate([highest, -lowest]),
            A_eq=np.ones((1, len(states))),
            b_eq=[1.0],
            method="highs",
        )
        if answer.status != 0:
            raise RuntimeError(f"The bounds on the total could not be found: {answer.message}")
        return float(np.clip(sign * answer.fun, 0, 1))


def _parts(
    questions: pd.DataFrame,
    ratings: pd.DataFrame,
    standards: pd.DataFrame,
    scale: Scale,
    sample_kinds: pd.DataFrame,
    rule: str,
) -> _Parts:
    rated = rated_on_cases(questions, standards)
    modelled = _standards(rated, scale, rule)
    codes = {standard.code for standard in modelled}
    points = ratings[ratings["standard"] != "overall"].set_index("standard")["points"]
    held = int(points[~points.index.isin(codes)].sum())
    roots = joined_samples(rated["sample"].unique(), sample_kinds)
    cases = rated["sample"].map(roots).groupby(rated["standard"]).agg(set)
    groups: list[tuple[set[str], list[_Standard]]] = []
    for standard in modelled:
        own = set(cases[standard.code])
        members = [standard]
        for other in [group for group in groups if group[0] & own]:
            groups.remove(other)
            own |= other[0]
            members = other[1] + members
        groups.append((own, members))
    return _Parts(held, [members for _, members in groups], np.asarray(scale.points))
