"""How stable is a rating? An illustration with other cases, handled in the same way.

If the inspectorate read as many other cases that were handled in the same way, the shares would
come out a little differently, and so might the ratings. This module works out how often.

It is an illustration of the luck of which cases were read. It is not the chance that a published
rating is wrong: the published rating is the inspectorate's judgement of the cases it read, and the
figures below know nothing of the evidence behind it.

Method. The true share of each key question is uncertain: with the Jeffreys prior, Beta(1/2, 1/2),
its posterior after ``x`` of ``n`` cases is Beta(x + 1/2, n - x + 1/2), and the number of cases done
well in ``n`` other cases is beta-binomial (Gelman and others (2013), Bayesian Data Analysis, 3rd
edition, section 2.4). Each count is rated by the framework's bands; the lowest key question drives
the standard.

How the questions depend on one another is not published, so the answer is a range: ``lowest`` and
``highest`` hold whatever the dependence between questions and standards read from the same cases
(Frechet bounds within a standard, a linear programme over standards; the bounds may be wider than
need be). Within it stand two readings: as if questions were ``independent``, which is not
plausible, and as if they went ``together`` (lucky samples are lucky for all). Standards read from
separate samples are independent of each other.

Standards that are judgements (domain one) are held as published. Nothing is simulated, so no seed
is needed: the numbers are exact given the prior, the bases and the dependence, and only then. A
test draws seeded samples and finds the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import betaln

from pipeline.analysis.ratings.scale import Rated, Scale, joined_samples, largest_pair
from pipeline.analysis.records import Row

PRIOR = 0.5
"""Both parameters of the Beta prior (Jeffreys)."""

BANDS_ALONE = "bands alone"
WITH_DISCRETION = "every permitted discretion"
RULES = (BANDS_ALONE, WITH_DISCRETION)

_LARGEST_PROGRAMME = 20_000
"""States of a linear programme that still solve in moments."""

_LARGEST_BASE = 2_000
"""A larger sample is taken as one of this size with the same share; its rating hardly varies."""


def counts_of_other_cases(count: int, base: int, prior: float = PRIOR) -> npt.NDArray:
    """Probability of each number of cases done well, 0 to ``base``, in as many other cases.

    >>> counts_of_other_cases(1, 1).round(3)
    array([0.25, 0.75])
    """
    other, well, not_well = np.arange(base + 1), count + prior, base - count + prior
    ways = -np.log(base + 1) - betaln(base - other + 1, other + 1)
    return np.exp(ways + betaln(other + well, base - other + not_well) - betaln(well, not_well))


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


@lru_cache(maxsize=4)
def _standards(rated: Rated, rule: str) -> list[_Standard]:
    rows: dict[str, list[tuple[float, ...]]] = {}
    for question in rated.questions:
        pair = largest_pair(question.percent, question.base)
        if pair is not None:
            chance = _at_least(*pair, rated.scale, rule, question.qualitative)
            rows.setdefault(question.standard, []).append(chance)
    return [_Standard(code, np.minimum(1, np.array(own))) for code, own in rows.items()]


@lru_cache(maxsize=100_000)
def _at_least(
    count: int, base: int, scale: Scale, rule: str, qualitative: bool
) -> tuple[float, ...]:
    """Probability that as many other cases give each level or a higher one."""
    if base > _LARGEST_BASE:
        count, base = round(count * _LARGEST_BASE / base), _LARGEST_BASE
    counts = np.arange(base + 1)
    level = (
        scale.levels(counts, base)
        if rule == BANDS_ALONE
        else scale.reachable(counts, base, qualitative)
    )
    chance = counts_of_other_cases(count, base)
    return tuple(float(chance[level >= at].sum()) for at in range(scale.top + 1))


OF_STANDARDS = {
    "standard": "string", "name": "string", "rule": "string", "rating": "string",
    "published": "boolean", "at_least_lowest": "Float64", "at_least_independent": "Float64",
    "at_least_together": "Float64", "independent": "Float64", "together": "Float64",
}  # fmt: skip
"""Columns of ``stability_of_standards`` and their types."""


def stability_of_standards(rated: Rated) -> list[Row]:
    """How often other cases would give each standard each rating: a row a standard, rule, rating.

    Columns: ``standard, name, rule`` (``bands alone`` or ``every permitted discretion``, used
    upwards), ``rating, published`` (true for the published rating), ``at_least_lowest,
    at_least_independent, at_least_together`` (proportion of such readings that reach the rating
    or a higher one; together is also the highest possible), ``independent, together`` (proportion
    that give exactly this rating). Standards without a percentage are left out.
    """
    names = {question.standard: question.name for question in rated.questions}
    rows: list[Row] = []
    for pair in zip(*(_standards(rated, rule) for rule in RULES), strict=True):
        for rule, standard in zip(RULES, pair, strict=True):
            independent, together = standard.independent(), standard.together()
            chances = (
                standard.lowest(), independent, together, _exactly(independent), _exactly(together)
            )  # fmt: skip
            for rating, *own in zip(
                rated.scale.ratings, *(c.tolist() for c in chances), strict=True
            ):
                published = rated.published[standard.code] == rating
                known = (standard.code, names[standard.code], rule, rating, published)
                rows.append(dict(zip(OF_STANDARDS, [*known, *own], strict=True)))
    return rows


def _exactly(at_least: npt.NDArray) -> npt.NDArray:
    """From the probability of each level or higher to the probability of each level."""
    return np.maximum(0, at_least - np.append(at_least[1:], 0))


OF_TOTAL = {"rule": "string", "points": "Int64", "independent": "Float64", "together": "Float64"}
"""Columns of ``stability_of_total`` and their types."""


def stability_of_total(rated: Rated, sample_kinds: Iterable[Row]) -> list[Row]:
    """How often other cases would give each total of points: a row a rule and total.

    ``sample_kinds`` says which samples hold the same cases. Columns: ``rule, points, independent,
    together`` (proportions).
    """
    rows: list[Row] = []
    for rule in RULES:
        parts = _parts(rated, sample_kinds, rule)
        both = (parts.total(how).tolist() for how in ("independent", "together"))
        for points, chances in enumerate(zip(*both, strict=True)):
            rows.append(dict(zip(OF_TOTAL, (rule, points, *chances), strict=True)))
    return rows


def total_together(rated: Rated, sample_kinds: Iterable[Row]) -> npt.NDArray:
    """Return the column ``together`` of ``stability_of_total`` by the bands alone."""
    return _parts(rated, sample_kinds, BANDS_ALONE).total("together")


OF_OVERALL = {
    "rule": "string", "rating": "string", "lower_points": "Int64", "published": "boolean",
    **dict.fromkeys(["lowest", "independent", "together", "highest"], "Float64"),
}  # fmt: skip
"""Columns of ``stability_of_overall`` and their types."""


def stability_of_overall(
    rated: Rated, sample_kinds: Iterable[Row], overall_bands: Iterable[Row]
) -> list[Row]:
    """How often other cases would reach each overall rating or a higher one.

    ``overall_bands`` are the framework's rows. A row a rule and overall rating. Columns: ``rule,
    rating, lower_points, published`` (true for the published overall rating), ``lowest,
    independent, together, highest`` (proportions). The outer two are bounds whatever the
    dependence. Each takes a linear programme, so they are worked out where a report says them: by
    the bands alone, of the rating above the published one (of the highest where that is
    published). They are None elsewhere, and where too many standards share their cases.
    """
    rows: list[Row] = []
    bands = sorted(overall_bands, key=lambda band: band["lower_points"])
    ratings = [band["rating"] for band in bands]
    overall = rated.published.get("overall")
    above = ratings[ratings.index(overall) :][:2][-1] if overall in ratings else None
    for rule in RULES:
        parts = _parts(rated, sample_kinds, rule)
        independent, together = parts.total("independent"), parts.total("together")
        for band in bands:
            need = int(band["lower_points"])
            said = rule == BANDS_ALONE and band["rating"] == above
            lowest, highest = parts.bounds(need) if said else (None, None)
            rows.append(
                {
                    "rule": rule,
                    "rating": band["rating"],
                    "lower_points": need,
                    "published": band["rating"] == overall,
                    "lowest": lowest,
                    "independent": min(1.0, float(independent[need:].sum())),
                    "together": min(1.0, float(together[need:].sum())),
                    "highest": highest,
                }
            )
    return rows


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
        # With two groups of several standards, their cases are treated as one set: still a bound.
        several = [standard for group in self.groups if len(group) > 1 for standard in group]
        if len(self.points) ** len(several) > _LARGEST_PROGRAMME:
            return None, None
        lowest, highest = _Standard.lowest, _Standard.together
        return (
            self._extreme([_exactly(lowest(s)) for s in several], need, self._alone(lowest), 1),
            self._extreme([_exactly(highest(s)) for s in several], need, self._alone(highest), -1),
        )

    def _alone(self, at: Callable[[_Standard], npt.NDArray]) -> npt.NDArray:
        """Probability of each total of what is held and of the standards that stand alone."""
        rest = np.eye(1, self.held + 1, self.held)[0]
        for group in self.groups:
            if len(group) == 1:
                rest = np.convolve(rest, self._spread(_exactly(at(group[0]))))
        return rest

    def _extreme(
        self, chances: Sequence[npt.NDArray], need: int, rest: npt.NDArray, sign: int
    ) -> float:
        """Least (sign 1) or greatest (sign -1) probability over joint levels of some standards.

        ``chances``: of each level of each standard, the lowest possible ones for the least and the
        highest for the greatest probability, since more points never make the total smaller.
        """
        enough = np.append(rest[::-1].cumsum()[::-1], 0)
        if not chances:
            return float(enough[min(need, len(rest))])
        levels = [np.flatnonzero(chance) for chance in chances]
        states = np.array(list(itertools.product(*levels)))
        missing = np.clip(need - self.points[states].sum(axis=1), 0, len(rest))
        cost = sign * enough[missing]
        if not cost.any():  # out of reach whatever the others do, as about half of them are
            return float(sign * 0.0)
        from scipy.optimize import LinearConstraint, milp

        each = np.vstack([at[:, None] == states[:, i] for i, at in enumerate(levels)])
        chance = np.concatenate([chance[at] for chance, at in zip(chances, levels, strict=True)])
        # The same solver as linprog's, reached with less to do, and nothing is whole-numbered;
        # its presolve takes longer than so small a programme itself.
        alike = LinearConstraint(each, chance, chance)
        answer = milp(cost, constraints=alike, options={"presolve": False})
        if answer.status != 0:
            raise RuntimeError(f"The bounds on the total could not be found: {answer.message}")
        return float(np.clip(sign * answer.fun, 0, 1))


def _parts(rated: Rated, sample_kinds: Iterable[Row], rule: str) -> _Parts:
    modelled = _standards(rated, rule)
    apart = {standard.code for standard in modelled}
    held = sum(int(row["points"]) for row in rated.standards if row["standard"] not in apart)
    roots = joined_samples({question.sample for question in rated.questions}, sample_kinds)
    cases: dict[str, set[str]] = {}
    for question in rated.questions:
        cases.setdefault(question.standard, set()).add(roots[question.sample])
    groups: list[tuple[set[str], list[_Standard]]] = []
    for standard in modelled:
        own = set(cases[standard.code])
        members = [standard]
        for other in [group for group in groups if group[0] & own]:
            groups.remove(other)
            own |= other[0]
            members = other[1] + members
        groups.append((own, members))
    return _Parts(held, [members for _, members in groups], np.asarray(rated.scale.points))
