"""The measurements in words, for docs/benchmarks.md; whatever was not measured is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Found = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """What is aimed at: in words, the number, its unit, and how what was measured is looked up.

    ``most`` says that the number is the most there may be; else it is the least.
    """

    words: str
    number: float
    unit: str
    measured: Callable[[Found], float]
    most: bool = True

    def row(self, found: Found) -> list[str]:
        """Target, measured, and whether it is hit or by how much it is missed."""
        words = self.words.format(**found["sizes"])
        aim = f"{'at most' if self.most else 'at least'} {self.number:g}{self.unit}"
        try:
            value = self.measured(found)
        except KeyError:
            return [words, aim, "not measured", ""]
        hit = value <= self.number if self.most else value >= self.number
        if hit:
            verdict = "hit"
        elif not self.number:
            verdict = f"missed by {value:g}"
        else:
            off = value / self.number - 1 if self.most else 1 - value / self.number
            verdict = f"missed: {100 * off:.0f}% {'over' if self.most else 'short'}"
        return [words, aim, f"{value:.3g}{self.unit}", verdict]


TARGETS = (
    Target(
        "{few reports} comparisons from raw tables, against the usual way", 20, " times as fast",
        lambda f: times_as_fast(f, "few"), most=False,
    ),
    Target(
        "{many reports} comparisons from raw tables, against the usual way", 30, " times as fast",
        lambda f: times_as_fast(f, "many"), most=False,
    ),
    Target("tables alone, {many} providers", 4, " s", lambda f: f["tables, many"]["median"]),
    Target("tables alone, {most} providers", 15, " s", lambda f: f["tables, most"]["median"]),
    Target(
        "tables alone, {most} providers: memory", 500, " MB",
        lambda f: f["tables, most"]["peak memory, MB"],
    ),
    Target(
        "one figure among {most} providers to its pages", 3, " s",
        lambda f: f["one change, most"]["median"],
    ),
    Target(
        "nothing to do, {most reports} reports", 0.5, " ms a report",
        lambda f: f["nothing to do, most"]["ms a report"]["median"],
    ),
    Target(
        "{many reports} comparisons, against the floor", 1.15, " times",
        lambda f: ratio(f["floor, many"], "ours", "floor"),
    ),
    Target(
        "{few reports} comparisons, against the best other engine", 2.5, " times as fast",
        lambda f: min(ratio(f["rivals"], name, "ours") for name in f["rivals"]["versions"]),
        most=False,
    ),
    Target(
        "things that a notebook sees of the one before", 0, "",
        lambda f: sum(f["rivals"]["leaks"]["ours"].values()),
    ),
    Target(
        "wrong pages of {pages_at_once} made by {processes_at_once} processes at once", 0, "",
        lambda f: len({*f["load"]["wrong"], *f["load"]["other bytes"]}),
    ),
)  # fmt: skip


def ratio(ways: Found, one: str, other: str) -> float:
    """How many times as long one way takes as another, by their medians."""
    return float(ways[one]["median"] / ways[other]["median"])


def usual(found: Found, reports: int) -> float:
    """Seconds of the usual two commands for so many reports, scaled from those it was run for."""
    return float(found["usual"]["median"] / found["usual"]["reports"] * reports)


def times_as_fast(found: Found, name: str) -> float:
    """How many times as fast as the usual way we are from raw tables to pages."""
    ours = found[f"end to end, {name}"]
    return usual(found, ours["reports"]) / float(ours["median"])


def markdown(found: Found) -> str:
    """What was measured, what was aimed at, and by how much it falls short where it does."""
    parts = [
        _head, _end_to_end, _targets, _stages, _tables, _one_change, _nothing, _pages, _rivals,
        _load, _dask,
    ]  # fmt: skip
    texts = []
    for part in parts:
        try:
            texts.append(part(found))
        except KeyError:
            continue  # not measured in this run; the table of targets says so
    missing = [f"* {name}: {why}" for name, why in found.get("not measured", {}).items()]
    if missing:
        texts.append("\n".join(["## Not measured in this run", "", *missing]))
    return "\n\n".join(texts) + "\n"


def _head(found: Found) -> str:
    on = found["machine"]
    rehearsal = (
        "**A quick run: small sizes, once each. It says that the measurements work, nothing "
        "more; its targets are for other sizes.**\n\n"
        if found.get("quick")
        else ""
    )
    libraries = ", ".join(f"{name} {number}" for name, number in on["libraries"].items())
    return f"""# Benchmarks

{rehearsal}Made by `make bench`; the same figures are in `benchmarks.json`. Times are seconds by
the clock: the median, with the smallest and the largest where there are several runs, ways that
are compared taking turns. *CPU* is the time of all processes on processors. Memory is the most
that all processes held together, shared pages counted once, in a run of its own.

Machine: {on["processors"]} processors, {on["system"]} {on["machine"]}, Python {on["python"]};
{libraries}.

The reports are comparisons of simulated providers, two editions each (`pipeline simulate`, seed
{found["seed"]})."""


def _end_to_end(found: Found) -> str:
    rows = []
    for name in ("few", "many", "most"):
        ours = found.get(f"end to end, {name}")
        if ours is None:
            continue
        count = ours["reports"]
        fast = f"{times_as_fast(found, name):.1f}" if "usual" in found else ""
        scaled = f"{usual(found, count):,.0f}" if "usual" in found else ""
        rows.append(
            [f"{count:,}", _shown(ours), f"{1000 * ours['median'] / count:.0f}",
             f"{ours['cpu']:.1f}", f"{ours['peak memory, MB']:,}", scaled, fast]
        )  # fmt: skip
    if not rows:
        raise KeyError("end to end")
    heads = [
        "reports", "ours, s", "ms a report", "CPU, s", "memory, MB", "usual, s", "times as fast"
    ]  # fmt: skip
    own, by_hand = found.get("own data"), found.get("usual")
    said = ""
    if by_hand:
        said = (
            f'\n\n"The usual way" is `papermill` and then `jupyter nbconvert --to html`, once for '
            f"each report, with the processed tables there. It was run for {by_hand['reports']} "
            f"reports, {_shown(by_hand)} s, and scaled. Its page is nbconvert's own, which does "
            "less: no page template of ours, no check. It runs every cell, as papermill does, of "
            "the same notebooks with the same package: what makes cells faster makes it faster too."
        )
    if own:
        said += (
            f"\n\nThe project's own data, {own['reports']} reports from nothing: {_shown(own)} s."
        )
    return (
        "## From raw tables to pages\n\n"
        "The whole command `python -m pipeline report`, from its start to its end, with neither "
        f"tables nor pages there.\n\n{_table(heads, rows)}{said}"
    )


def _targets(found: Found) -> str:
    rows = [target.row(found) for target in TARGETS]
    return f"## Targets\n\n{_table(['what', 'target', 'measured', ''], rows)}"


def _stages(found: Found) -> str:
    of = found["stages"]
    total = of["cpu"]
    shares = sorted(of["stages"].items(), key=lambda item: -item[1])
    rows = [
        [name, f"{seconds:.2f}", f"{100 * seconds / total:.0f}%",
         f"{1000 * seconds / of['pages']:.0f}"]
        for name, seconds in of["stages"].items()
    ]  # fmt: skip
    first, second, third, *_ = [f"{name} ({100 * s / total:.0f}%)" for name, s in shares]
    once = of["stages"]["imports"] + of["stages"]["templates and notebooks"]
    return (
        "## Where the time goes\n\n"
        f"{of['pages']} comparisons from raw tables with one worker take {total:.1f} s of "
        f"processor time. Most of it goes into {first}, then {second} and {third}. "
        f"{once:.1f} s ({100 * once / total:.0f}%) are spent once, however many reports there "
        "are. A stage within another counts for the inner one only; *export* is nbconvert with our "
        "template.\n\n" + _table(["stage", "CPU, s", "share", "ms a page"], rows)
    )


def _tables(found: Found) -> str:
    rows = [
        [f"{of['providers']:,}", _shown(of), f"{of['cpu']:.1f}", f"{of['peak memory, MB']:,}"]
        for of in (found["tables, many"], found["tables, most"])
    ]
    return "## Tables alone\n\n`python -m pipeline data`, with nothing there.\n\n" + _table(
        ["providers", "s", "CPU, s", "memory, MB"], rows
    )


def _one_change(found: Found) -> str:
    rows = [
        [f"{of['providers']:,}", _shown(of), f"{of['cpu']:.1f}",
         "yes" if of["its two pages and no other"] else "**no**"]
        for of in (found["one change, many"], found["one change, most"])
    ]  # fmt: skip
    return (
        "## One change\n\nOne figure of one provider is changed, and changed back; the whole "
        "command, all counted.\n\n"
        + _table(["providers", "s", "CPU, s", "its two pages changed and no other"], rows)
    )


def _nothing(found: Found) -> str:
    rows = [
        [f"{of['reports']:,}", _shown(of), _shown(of["ms a report"])]
        for of in (found["nothing to do, few"], found["nothing to do, most"])
    ]
    helps = f"\n\n`--help`: {_shown(found['help'])} s." if "help" in found else ""
    return (
        "## Nothing to do\n\n`report` with every page right.\n\n"
        + _table(["reports", "s", "ms a report"], rows)
        + helps
    )


def _pages(found: Found) -> str:
    rows = [
        [edition, f"{of['reports']}", _shown(of), f"{1000 * of['median'] / of['reports']:.0f}",
         f"{1000 * of['cpu'] / of['reports']:.0f}"]
        for edition, of in found["editions"].items()
    ]  # fmt: skip
    text = (
        "## Pages alone\n\nFrom the moment when all is imported, the tables there; on "
        f"{found['machine']['processors']} processes.\n\n"
        + _table(["edition", "pages", "s", "ms a page", "CPU, ms a page"], rows)
    )
    floors = [found[key] for key in ("floor, few", "floor, many") if key in found]
    if floors:
        rows = [
            [f"{of['reports']:,}", _shown(of["ours"]), _shown(of["floor"]),
             f"{ratio(of, 'ours', 'floor'):.2f}", f"{of['ours']['cpu']:.1f}",
             f"{of['floor']['cpu']:.1f}"]
            for of in floors
        ]  # fmt: skip
        text += (
            "\n\nThe floor is the same cells, run by plain Python in processes that have imported "
            "everything, and our template, without isolation, papermill or progress.\n\n"
            + _table(["pages", "ours, s", "floor, s", "ratio", "our CPU, s", "its CPU, s"], rows)
        )
        of, most = found["isolation"], floors[-1]
        more = 1000 * (most["ours"]["cpu"] - most["floor"]["cpu"]) / most["reports"]
        text += (
            f"\n\nOurs takes {more:.0f} ms of processor time a page more. Of these, "
            f"{of['process'] + of['longer']:.0f} ms are what isolation costs on this machine: a "
            f"process is started and ended in {of['process']:.0f} ms, and a notebook takes "
            f"{of['longer']:.0f} ms longer in a new one than in one that ran another before, as "
            f"it copies the memory it writes to, {of['pages']:,} pages. The rest is the work of "
            "IPython and papermill on each cell, and handing the page over."
        )
    return text


def _rivals(found: Found) -> str:
    of = found["rivals"]
    rows = [["ours", "", _shown(of["ours"]), f"{of['ours']['cpu']:.1f}", ""]]
    rows += [
        [name, number, _shown(of[name]), f"{of[name]['cpu']:.1f}",
         f"{ratio(of, name, 'ours'):.2f}"]
        for name, number in of["versions"].items()
    ]  # fmt: skip
    leaks = [
        [thing, *("seen" if of["leaks"][name][thing] else "not seen" for name in of["leaks"])]
        for thing in of["looked for"]
    ]
    return (
        f"## Other engines\n\n{of['reports']} reports by engines that run notebooks within a "
        f"process: the same notebooks and cells, {found['machine']['processors']} processes that "
        "have imported everything, one of nbconvert's HTML exporters each; ours with a process "
        "forked for each notebook, and our own page. What the cells themselves do is most of the "
        "time and the same for all.\n\n"
        + _table(["engine", "version", "s", "CPU, s", "times as long as ours"], rows)
        + "\n\nWhat a second notebook sees of what a first one left:\n\n"
        + _table(["", *of["leaks"]], leaks)
    )


def _load(found: Found) -> str:
    of = found["load"]
    wrong, other = ("; ".join(of[key][:5]) or "none" for key in ("wrong", "other bytes"))
    return (
        f"## Right under load\n\n{of['reports']} pages by {of['processes']} processes at once "
        f"({of['seconds']} s), then by one ({of['seconds of one']} s), each held against the raw "
        f"tables. With a name or figure that is not its own provider's: {wrong}. With other bytes "
        f"than by one process: {other}."
    )


def _dask(found: Found) -> str:
    of = found["dask"]
    same = "The pages are the same, byte for byte." if of["same bytes"] else "**Pages differ.**"
    return (
        f"## Dask\n\n{of['reports']} reports by two Dask workers on the same machine: "
        f"{_shown(of['dask'])} s; by two local workers: {_shown(of['local'])} s, the tables there. "
        f"The Dask workers were running, the local ones are started by the command. {same}"
    )


def _shown(times: Found) -> str:
    median, smallest, largest = (times[key] for key in ("median", "smallest", "largest"))
    if times["runs"] == 1:
        return f"{median:.2f}"
    return f"{median:.2f} ({smallest:.2f} to {largest:.2f})"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [heads, ["---" for _ in heads], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
