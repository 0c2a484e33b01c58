"""Rules on the same figure in two places: whether it agrees, and stands in its own column."""

from collections.abc import Iterator

from pipeline.analysis.quality.lookups import ERROR, WARNING, Finding, Records, plain, rule
from pipeline.analysis.records import Row
from pipeline.analysis.statistics.bases import possible_counts


@rule(ERROR, "Figures printed again under the same name")
def same_figure_agrees(records: Records) -> Iterator[Finding]:
    """Is a figure that is printed again under the same name, there or elsewhere, the same?"""
    for (inspection, question), again in records.reprint.items():
        first = records.own.get((inspection, question))
        if first is None or first["percent"] is None or again["percent"] is None:
            continue
        yield Finding(
            inspection,
            f"key question {question}",
            again["percent"] in (first["percent"], first["first_percent"]),
            f"{first['percent']}% in its own report, {again['percent']}% in the next one.",
        )
    for (inspection, measure), rows in records.facts.items():
        values = [row for row in rows if row["value"] is not None]
        if len(values) > 1 and not measure.startswith("restates-"):
            places = "; ".join(f"{plain(row['value'])} in {row['place']}" for row in values)
            agree = len({row["value"] for row in values}) == 1
            yield Finding(inspection, measure, agree, f"{places}.")
    for earlier, later in records.pairs:
        yield from _previous_values(records, earlier["inspection"], later["inspection"])
    for inspection, rows in records.by_inspection("samples").items():
        yield from _sample_facts(records, inspection, rows)


def _previous_values(records: Records, earlier: str, later: str) -> Iterator[Finding]:
    """Values of one report against the earlier values that the next report prints."""
    for measure, rows in records.measured.get(later, {}).items():
        earlier_rows = records.facts.get((earlier, measure), [])
        then = [r["value"] for r in earlier_rows if r["value"] is not None]
        for row in rows:
            if row["previous_value"] is not None and then:
                yield Finding(
                    later,
                    f"{measure}, earlier value",
                    row["previous_value"] in then,
                    f"{plain(row['previous_value'])} printed as the earlier value; "
                    f"{plain(then[0])} in the earlier report.",
                )


def _sample_facts(records: Records, inspection: str, samples: list[Row]) -> Iterator[Finding]:
    """Sizes and design of samples against the same figures carried as facts."""
    columns = {
        "cases": "size",
        "required-cases": "required_size",
        "confidence-level": "confidence_level",
        "margin-of-error": "margin_of_error",
    }
    for sample in samples:
        for prefix, column in columns.items():
            for fact in records.facts.get((inspection, f"{prefix}-{sample['sample']}"), []):
                if fact["value"] is None or sample[column] is None:
                    continue
                yield Finding(
                    inspection,
                    f"{fact['measure']}, as in samples",
                    fact["value"] == sample[column],
                    f"{plain(fact['value'])} in {fact['place']}; "
                    f"{plain(sample[column])} in {sample['place']}.",
                )


@rule(WARNING, "Figures in their own columns")
def columns_look_transposed(records: Records) -> Iterator[Finding]:
    """Do earlier and current figures stand in their own columns?"""
    for earlier, later in records.pairs:
        before, now = earlier["inspection"], later["inspection"]
        for (framework, question), _ in records.questions.items():
            if framework != later["framework"]:
                continue
            yield from _swapped_questions(records, before, now, question)
        for (framework, name), prompt in records.prompts.items():
            if framework == later["framework"]:
                yield from _swapped_prompts(records, before, now, name, prompt)


def _swapped_questions(records: Records, before: str, now: str, question: str) -> Iterator[Finding]:
    first, again = records.own.get((before, question)), records.reprint.get((before, question))
    current = records.own.get((now, question))
    if not (first and again and current) or None in (first["percent"], again["percent"]):
        return
    swapped = again["percent"] != first["percent"] and current["percent"] == first["percent"]
    yield Finding(
        now,
        f"key question {question}",
        not swapped,
        f"Earlier {again['percent']}%, current {current['percent']}%; the earlier report prints "
        f"{first['percent']}%.",
    )


def _swapped_prompts(
    records: Records, before: str, now: str, name: str, prompt: Row
) -> Iterator[Finding]:
    then, current = (records.prompt_scores.get((i, name)) for i in (before, now))
    if then is None or current is None:
        return
    where = f"prompt {name}"
    if then["percent"] is not None and current["percent"] is None:
        yield Finding(
            now,
            where,
            False,
            f"{then['percent']}% in the earlier column, {current['status']} in the current one.",
        )
        return
    if then["percent"] is None or current["percent"] is None:
        yield Finding(now, where, True, "No figure in the earlier column only.")
        return
    sizes = [records.size(inspection, prompt["sample"]) for inspection in (before, now)]
    figures = [int(then["percent"]), int(current["percent"])]
    yield Finding(
        now,
        where,
        _fit(figures, sizes) or not _fit(figures[::-1], sizes),
        f"Earlier {then['percent']}%, current {current['percent']}%, of samples of "
        f"{sizes[0] or 'unknown size'} and {sizes[1] or 'unknown size'}.",
    )


def _fit(percents: list[int], sizes: list[int | None]) -> bool:
    """Whether each percentage is possible of its sample; a sample of unknown size fits any."""
    return all(
        size is None or (0 <= percent <= 100 and bool(possible_counts(percent, size)))
        for percent, size in zip(percents, sizes, strict=True)
    )
