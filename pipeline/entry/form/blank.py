"""A form with everything that is known before the document is opened."""

from collections.abc import Sequence

import pandas as pd

from pipeline.analysis.records import records
from pipeline.data import Tables, is_missing
from pipeline.data.package import Resource
from pipeline.entry.codes import code_of, inspection_code, known_provider
from pipeline.entry.form.layout import Form, Row, Sheet, choices, tables_of_form
from pipeline.entry.problems import CannotEnter

_HOW = [
    "Type only what the document prints. Grey cells are filled in already and protected.",
    "Lists open in a cell; a note appears when you enter it. Leave a row empty that the document "
    "does not have: an empty row is not entered.",
    "Percent is a whole number: 74, not 74% or 0.74. Dates are year-month-day: 2019-09-16.",
    "A cell for inspection, plan, framework or source that is left empty takes the one of this "
    "workbook; a status that is left empty beside a figure is taken as published.",
    "mark, words and where are the reader's. A row marked look has to be settled: correct it if "
    "need be, then write checked as its mark. Typed rows need no mark.",
    "When done: python -m pipeline enter THIS-FILE.xlsx shows what would change; with --write it "
    "is written.",
]

_HOW_TO_AUDIT = [
    "Answer yes, no or not applicable. A row without an answer is not entered.",
    "Type no name, date of birth, address, offence or remark: a case is a reference with a digit, "
    "an auditor a role. Keep the list of which case is which in your own files.",
    "audit_targets holds the share aimed at in that month, in percent; leave it empty if there is "
    "none.",
    "When done: python -m pipeline enter THIS-FILE.xlsx shows what would change; with --write it "
    "is written.",
]


def new_inspection(
    tables: Tables, resources: Sequence[Resource], provider: str, year: int, framework: str
) -> Form:
    """Return the form of an inspection: codes, questions, samples, earlier figures for reference.

    ``provider`` is a code or a name; one that the raw tables do not know gets a row of its own.
    Raises CannotEnter where the framework is not in the raw tables.
    """
    known = tables["frameworks"]["framework"].tolist()
    if framework not in known:
        raise CannotEnter(
            [f"--framework {framework} is not in frameworks.csv; it has {', '.join(known)}."]
        )
    code, new = _provider(tables, provider)
    inspection = inspection_code(code, year)
    own = tables["inspections"]
    earlier = own[(own["provider"] == code) & (own["round"] < year)].sort_values("round")
    previous = str(earlier["inspection"].iloc[-1]) if len(earlier) else None
    here = own[own["inspection"] == inspection]
    source = str(here["source"].iloc[0]) if len(here) else f"report-{inspection}"
    common = {"inspection": inspection, "provider": code, "round": str(year)}
    common |= {"framework": framework, "source": source}
    model = _model(tables, framework, inspection)
    rows: dict[str, list[Row]] = {"sources": [_source(tables, source, "inspection report")]}
    rows["providers"] = new
    rows["inspections"] = [_row(common)]
    questions, prompts, standards = (
        records(tables[name][tables[name]["framework"] == framework])
        for name in ("key_questions", "prompts", "standards")
    )
    names = dict(zip(tables["sample_kinds"]["sample"], tables["sample_kinds"]["name"], strict=True))
    rows["samples"] = [
        _row({**common, "sample": sample}, sample=names.get(sample, ""))
        for sample in dict.fromkeys(asked["sample"] for asked in [*questions, *prompts])
    ]
    rows["ratings"] = [
        _row({**common, "standard": s["standard"]}, standard=s["name"]) for s in standards
    ]
    rows["overall_ratings"] = [_row(common)]
    rows["key_question_scores"] = []
    for reading, about in (("own", inspection), ("reprint", previous)):
        for q in questions if about else ():
            cells = {**common, "inspection": str(about), "reading": reading}
            cells["key_question"] = q["key_question"]
            if reading == "own" and q["evidence"] == "qualitative":
                cells["status"] = "qualitative evidence only"
            rows["key_question_scores"].append(_row(cells, question=q["question"]))
    national = tables["comparator_scores"]
    rows["comparator_scores"] = [
        _row(
            {**common, "comparator": code, "key_question": q["key_question"]},
            question=q["question"],
        )
        for code in national[national["framework"] == framework]["comparator"].unique()
        for q in questions
    ]
    rows["prompt_scores"] = [
        _row({**common, "prompt": p["prompt"]}, prompt=p["wording"]) for p in prompts
    ]
    _earlier(tables, rows, previous)
    plans = tables["plans"]
    answered = plans[plans["inspection"] == previous] if previous else plans.iloc[:0]
    advice = tables["recommendations"]
    rows["follow_up"] = [
        _row(
            {**common, "plan": r["plan"], "recommendation": str(r["recommendation"])},
            recommendation=r["title"],
        )
        for r in records(advice[advice["plan"].isin(answered["plan"])])
    ]
    rows["facts"] = _facts(tables, model, common)
    return Form(
        f"Inspection {inspection} by {framework}",
        _HOW,
        _sheets(tables, tables_of_form(resources, is_plan=False), rows, model),
    )


def new_plan(
    tables: Tables, resources: Sequence[Resource], provider: str, year: int, inspection: str | None
) -> Form:
    """Return the form of an action plan that answers ``inspection``, where that is entered."""
    code, new = _provider(tables, provider)
    plan = inspection_code(code, year)
    known = tables["inspections"]["inspection"].tolist()
    if inspection is not None and inspection not in known:
        raise CannotEnter([f"--inspection {inspection} is not in inspections.csv: enter it first."])
    here = tables["plans"][tables["plans"]["plan"] == plan]
    source = str(here["source"].iloc[0]) if len(here) else f"plan-{plan}"
    common = {"plan": plan, "provider": code, "year": str(year), "source": source}
    rows = {
        "sources": [_source(tables, source, "action plan")],
        "providers": new,
        "plans": [_row({**common, "inspection": inspection or ""})],
    }
    return Form(
        f"Action plan {plan}",
        _HOW,
        _sheets(tables, tables_of_form(resources, is_plan=True), rows, {}),
    )


def new_audits(
    tables: Tables, resources: Sequence[Resource], provider: str, month: str, cases: int
) -> Form:
    """Return the form of a provider's own case audits of a month (YYYY-MM), so many ``cases``.

    A row a case and key question of the framework of its latest inspection; a row without an answer
    is not entered. Raises CannotEnter for a provider without an inspection.
    """
    code = known_provider(provider, tables["providers"])
    own = tables["inspections"][tables["inspections"]["provider"] == code]
    if own.empty:
        raise CannotEnter(
            [f"--provider {provider} has no inspection in inspections.csv, so nobody can say "
             "which questions its cases are audited by: enter one first."]
        )  # fmt: skip
    framework = str(own.sort_values("published")["framework"].iloc[-1])
    asked = tables["key_questions"]
    asked = asked[(asked["framework"] == framework) & (asked["evidence"] == "cases")]
    common = {"provider": str(code), "framework": framework}
    questions = dict(zip(asked["key_question"], asked["question"], strict=True))
    audited = {**common, "date": month, "kind": "key question"}
    rows = {
        "case_audits": [
            _row({**audited, "case": f"{month}-{number:02d}", "subject": code}, question=question)
            for number in range(1, cases + 1)
            for code, question in questions.items()
        ],
        "audit_targets": [
            _row({**common, "month": month, "key_question": code}, question=question)
            for code, question in questions.items()
        ],
    }
    wanted = [resource for resource in resources if resource.name in rows]
    return Form(f"Case audits of {code}, {month}", _HOW_TO_AUDIT, _sheets(tables, wanted, rows, {}))


def _provider(tables: Tables, provider: str) -> tuple[str, list[Row]]:
    """Return the code of a provider, and the row to fill in where the raw tables lack it."""
    known = known_provider(provider, tables["providers"])
    if known:
        return known, []
    code = code_of(provider)
    if not code:
        raise CannotEnter(
            [f"--provider {provider} is no name: write letters, as in Ambleshire CRC."]
        )
    cells = {"provider": code, "simulated": "no"}
    if provider != code:
        cells |= {"name": provider, "short_name": provider}
    return code, [_row(cells)]


def _source(tables: Tables, source: str, kind: str) -> Row:
    sources = tables["sources"]
    here = sources[sources["source"] == source]
    if len(here):
        return Row({str(name): _text(value) for name, value in here.iloc[0].items()})
    same = sources[sources["kind"] == kind].sort_values("published")
    cells = {"source": source, "kind": kind}
    if len(same):
        cells |= {name: str(same[name].iloc[-1]) for name in ("publisher", "licence")}
    return _row(cells)


def _row(cells: dict[str, str], **reference: str) -> Row:
    shown = {f"{name} (for reference)": text for name, text in reference.items()}
    return Row(dict(cells), reference=shown, fixed=frozenset(cells))


def _text(value: object) -> str:
    return "" if is_missing(value) else str(value)


def _model(tables: Tables, framework: str, inspection: str) -> dict[str, pd.DataFrame]:
    """Return the rows of the latest other inspection by this framework: its places are likely."""
    own = tables["inspections"]
    same = own[(own["framework"] == framework) & (own["inspection"] != inspection)]
    if same.empty:
        return {}
    code = same.sort_values("published")["inspection"].iloc[-1]
    return {
        name: frame[frame["inspection"] == code]
        for name, frame in tables.items()
        if "inspection" in frame.columns and "place" in frame.columns
    }


def _earlier(tables: Tables, rows: dict[str, list[Row]], previous: str | None) -> None:
    """Show the earlier round's figure beside each row that has one."""
    if previous is None:
        return
    head = f"{previous} (for reference)"
    for name, key, figure in (
        ("samples", "sample", "size"),
        ("ratings", "standard", "rating"),
        ("key_question_scores", "key_question", "percent"),
        ("prompt_scores", "prompt", "percent"),
    ):
        frame = tables[name][tables[name]["inspection"] == previous]
        if "reading" in frame.columns:
            frame = frame[frame["reading"] == "own"]
        before = dict(zip(frame[key], frame[figure], strict=True))
        if not before:
            continue
        for row in rows[name]:
            row.reference[head] = _text(before.get(row.cells[key]))


def _facts(tables: Tables, model: dict[str, pd.DataFrame], common: dict[str, str]) -> list[Row]:
    """Return a row a measure that the last report of this framework compares with something."""
    facts = model.get("facts", tables["facts"].iloc[:0])
    names = dict(zip(tables["measures"]["measure"], tables["measures"]["name"], strict=True))
    compared = facts[["previous_value", "comparator_value", "target"]].notna().any(axis=1)
    return [
        Row(
            {**common, "measure": fact["measure"], "place": fact["place"]},
            reference={
                "measure (for reference)": names.get(fact["measure"], ""),
                f"{fact['inspection']} (for reference)": fact["as_printed"],
            },
        )
        for _, fact in facts[compared].iterrows()
    ]


def _sheets(
    tables: Tables,
    resources: Sequence[Resource],
    rows: dict[str, list[Row]],
    model: dict[str, pd.DataFrame],
) -> list[Sheet]:
    sheets = []
    for resource in resources:
        own = rows.get(resource.name, [])
        for row in own:
            row.cells = {name: row.cells[name] for name in resource.columns if name in row.cells}
            _place(row, resource, model)
        spare = 0 if resource.name in ("inspections", "plans", "overall_ratings") else 30
        sheets.append(Sheet(resource, own, spare, choices(resource, resources, tables)))
    return sheets


def _place(row: Row, resource: Resource, model: dict[str, pd.DataFrame]) -> None:
    """Propose the place at which the last report of this framework printed the same row."""
    frame = model.get(resource.name)
    if frame is None or "place" not in resource.columns or row.cells.get("reading") == "reprint":
        return
    for name in resource.primary_key:
        if name not in ("inspection", "source"):
            frame = frame[frame[name].astype("string") == row.cells.get(name, "")]
    if len(frame) == 1 and resource.name not in ("inspections", "overall_ratings"):
        row.cells["place"] = str(frame["place"].iloc[0])
