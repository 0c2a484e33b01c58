"""The measurements in words, for docs/benchmarks.md."""

from __future__ import annotations

from typing import Any

#: How many times as fast as the usual way so many reports are to be made.
AIMS = {2: 4, 20: 12, 200: 20}


def markdown(found: dict[str, Any]) -> str:
    """What was measured, what was aimed at, and by how much it falls short where it does."""
    on, floor, nothing = found["machine"], found["floor"], found["nothing to do"]
    two, twenty, cold, dask = (found[key] for key in ("2 reports", "20 reports", "cold", "dask"))
    rows = "\n".join(
        f"| {row['reports']:,} | {_shown(row['seconds'])} | {row['seconds a report']} "
        f"| {row['peak memory, MB']} | {row['tables, seconds']} "
        f"| {row['nothing to do, seconds']} |"
        for row in found["growth"]
    )
    usual_each = twenty["usual"]["median"] / 20
    per_report = [row["seconds a report"] for row in found["growth"]]
    scaled = "\n".join(
        f"| {row['reports']:,} reports | {_shown(row['seconds'])} "
        f"| {usual_each * row['reports']:.0f}, scaled | "
        f"{usual_each * row['reports'] / row['seconds']['median']:.1f} "
        f"| {AIMS.get(row['reports'], '')} |"
        for row in found["growth"]
        if row["reports"] > 20
    )
    larger = "Above 20 reports the usual way was not run: its time is that at 20, scaled."
    if not scaled:
        larger = "Larger numbers were left out of this run."
    lines = "\n".join(
        [_row("2 reports, cold", two, AIMS[2]), _row("20 reports", twenty, AIMS[20])]
        + ([scaled] if scaled else [])
    )
    return f"""# Benchmarks

Made by `make bench`; the same figures are in `benchmarks.json`. Times are wall-clock seconds:
median (smallest to largest) of {_runs(found["runs of each"])}, ways that are compared taking turns.
Machine: {on["processors"]} processors, {on["system"]} {on["machine"]}, Python {on["python"]},
{", ".join(f"{name} {number}" for name, number in on["libraries"].items())}.

The reports are comparisons of simulated providers, two editions each (`pipeline simulate`, seed 1).
"The usual way" is `papermill` and then `jupyter nbconvert --to html`, once for each report. "Ours"
is the whole command `python -m pipeline report`, from its start to its end, with the processed
tables there and no page yet. The usual way's page is nbconvert's own, which does less: no page
template of ours, no check. It runs every cell, as papermill does; ours leaves out those that the
edition does not show (five of thirty-two in the leadership edition, one in the analyst's).

## Against the usual way

| | ours | usual | times as fast | aim |
| --- | --- | --- | --- | --- |
{lines}

{larger}

The real data from nothing ({cold["reports"]} reports and the processed tables):
{_shown(cold["ours"])} s; the aim is under 6 s. The usual two commands alone, without the tables,
would take {cold["reports"] * usual_each:.0f} s for as many reports (scaled from 20 comparisons).

## Against the floor

The floor is the same cells, run by plain Python in a process that has imported everything, and our
template, on as many processes, without isolation, papermill or progress. Both are timed from the
moment when every worker is ready.

| 20 reports | ours | floor | ratio | aim |
| --- | --- | --- | --- | --- |
| seconds | {_shown(floor["ours"])} | {_shown(floor["floor"])} | {floor["ratio"]} | 1.3 |

## Nothing to do

`report` with every page right: {_shown(nothing["nothing"])} s (aim: under 1 s). `--help`:
{_shown(nothing["help"])} s (aim: under 0.3 s).

## As the work grows

| reports | seconds | seconds a report | peak memory, MB | tables, s | nothing to do, s |
| --- | --- | --- | --- | --- | --- |
{rows}

Time a report lies between {min(per_report)} and {max(per_report)} s; up to 200 reports it is the
median of {_runs(found["runs of each"])}, above that one run. Memory is that of all processes
together, shared pages counted once, in a run of its own, since asking for it takes time too.
The processed tables are made once, before.

## Dask

20 reports by two Dask workers on the same machine: {_shown(dask["dask"])} s; by two local workers:
{_shown(dask["local"])} s. The Dask workers were running, the local ones are started by the command.
"""


def _runs(number: int) -> str:
    return "one run" if number == 1 else f"{number} runs"


def _row(name: str, times: dict[str, Any], aim: int) -> str:
    ours, usual = _shown(times["ours"]), _shown(times["usual"])
    return f"| {name} | {ours} | {usual} | {times['times as fast']} | {aim} |"


def _shown(times: dict[str, Any]) -> str:
    return f"{times['median']:.2f} ({times['smallest']:.2f} to {times['largest']:.2f})"
