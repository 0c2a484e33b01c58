"""Inspection reports and action plans that nobody wrote: invented figures in the printed layouts.

The wordings are those of a framework in the raw tables; provider and figures are made up from a
seed, so that ratings, points and score follow from them. What a reader must find is known.
"""

import random
from dataclasses import dataclass, field

import pandas as pd

from pipeline.analysis.ratings.bands import overall_rating, points_for, rating_for
from pipeline.data import Tables

NONE = "No comparable data available"
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass
class Invented:
    """An inspection that never was: percentages by key question and prompt, sizes, ratings."""

    framework: str
    provider: str = "Ambleshire"
    year: int = 2021
    own: dict[str, int] = field(default_factory=dict)
    previous: dict[str, int | None] = field(default_factory=dict)
    national: dict[str, int] = field(default_factory=dict)
    prompts: dict[str, tuple[int | None, int]] = field(default_factory=dict)
    ratings: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    score: int = 0
    overall: str = ""


def invent(tables: Tables, framework: str, seed: int, provider: str = "Ambleshire") -> Invented:
    """Return an inspection with figures from a seed; every share is one of a hundred cases."""
    dice = random.Random(seed)
    made = Invented(framework, provider)
    questions = of(tables["key_questions"], framework)
    standards = dict(zip(questions["key_question"], questions["standard"], strict=True))
    bands = of(tables["rating_bands"], framework)
    for _, row in questions.iterrows():
        if row["evidence"] == "cases":
            code = row["key_question"]
            made.own[code] = dice.randint(20, 99)
            made.previous[code] = dice.choice([dice.randint(20, 99), None])
            made.national[code] = dice.randint(20, 99)
    for _, row in of(tables["prompts"], framework).iterrows():
        earlier = dice.choice([dice.randint(5, 100), None])
        made.prompts[row["prompt"]] = (earlier, dice.randint(5, 100))
    for _, row in of(tables["standards"], framework).iterrows():
        code = row["standard"]
        shares = [p for q, p in made.own.items() if standards[q] == code]
        made.ratings[code] = (
            rating_for(min(shares), bands) if shares else dice.choice(list(bands["rating"]))
        )
        earlier = [p for q, p in made.previous.items() if p is not None and standards[q] == code]
        made.before[code] = rating_for(min(earlier), bands) if earlier else made.ratings[code]
    made.score = sum(points_for(rating, bands) for rating in made.ratings.values())
    made.overall = overall_rating(made.score, of(tables["overall_bands"], framework))
    made.sizes = {"case-supervision": 100, "unpaid-work": 100, "through-the-gate": 100}
    return made


def of(table: pd.DataFrame, framework: str) -> pd.DataFrame:
    return table[table["framework"] == framework]


def report_with_tables(tables: Tables, made: Invented) -> str:
    """Return a report that prints three columns a question and an annex of prompts."""
    framework, name = made.framework, f"{made.provider} CRC"
    standards = of(tables["standards"], framework)
    questions = of(tables["key_questions"], framework)
    prompts = of(tables["prompts"], framework)
    notes = iter(range(20, 999))
    lines = [
        "Her Majesty's Inspectorate of Probation",
        "An inspection of probation services in:",
        made.provider,
        "Community Rehabilitation Company",
        f"HMI Probation, May {made.year + 1}",
        "",
        f"The fieldwork for this inspection started on Monday 4 October {made.year}.",
        "",
        f"We looked back at our {made.year - 1} inspection of {name}.",
        "",
        f"Overall, {name} is rated as '{made.overall}'.",
        "",
        "Score",
        "",
        f"{made.score}/30",
        "",
        "Overall rating",
        "",
        made.overall,
        "",
    ]
    for _, row in standards.iterrows():
        lines += [f"{row['standard']} {row['name']}", "", made.ratings[row["standard"]], ""]
    for _, row in standards.iterrows():
        code = row["standard"]
        own = questions[questions["standard"] == code]
        lines += [
            "\tPrevious inspection\tCurrent inspection",
            f"{code}. {row['name']}\t\t",
            f"{row['statement']}\t{made.before[code]}\t{made.ratings[code]}",
            "",
        ]
        if len(own):
            mark = str(next(notes)).translate(RAISED)
            lines.append(
                f"Comparison with {name}\tPrevious inspection\tCurrent inspection\tAll CRCs {mark}"
            )
        for _, question in own.iterrows():
            q = question["key_question"]
            mark = str(next(notes)).translate(RAISED)
            if q not in made.own:
                only = "This question produces qualitative evidence only."
                lines.append(f"{question['question']} {mark}\t{only}\t{only}\t{only}")
                continue
            earlier = made.previous[q]
            printed = NONE if earlier is None else f"{earlier}%"
            lines.append(
                f"{question['question']} {mark}\t{printed}\t{made.own[q]}%\t{made.national[q]}%"
            )
        lines += ["", f"Work on {row['name'].lower()} was described to us by many people.", ""]
    lines += [
        "Annex 2: Methodology",
        "",
        "Domain two: case supervision",
        "",
        f"We examined {made.sizes['case-supervision']} cases from all offices. The sample size was "
        "set to achieve a confidence level of 80 per cent (with a margin of error of 5).",
        "",
        "Unpaid work",
        "",
        f"We examined {made.sizes['unpaid-work']} cases with unpaid work requirements.",
        "",
        "Through the Gate",
        "",
        f"We examined {made.sizes['through-the-gate']} custodial cases in which people had left.",
        "",
        "Annex 4: Inspection data",
        "",
        "\tPrevious inspection\tCurrent inspection",
    ]
    for _, row in standards.iterrows():
        own = questions[questions["standard"] == row["standard"]]
        if own.empty:
            continue
        lines.append(f"{row['standard']}. {row['name']}\t\t")
        for _, question in own.iterrows():
            here = prompts[prompts["key_question"] == question["key_question"]]
            if len(here):
                lines.append(f"{question['question']}\t\t")
            for _, prompt in here.iterrows():
                if prompt["prompt"] not in made.prompts:
                    continue
                earlier, now = made.prompts[prompt["prompt"]]
                printed = NONE if earlier is None else f"{earlier}%"
                mark = str(next(notes)).translate(RAISED)
                lines.append(f"{prompt['wording']} {mark}\t{printed}\t{now}%")
    return "\n".join(lines) + "\n"


def report_in_lines(tables: Tables, made: Invented) -> str:
    """Return a report that prints one column, with lines as a PDF leaves them."""
    framework, name = made.framework, f"{made.provider} CRC"
    standards = of(tables["standards"], framework)
    questions = of(tables["key_questions"], framework)
    lines = [
        f"Overall, {name} is rated as: {made.overall}. This rating has ",
        "been determined by inspecting this provider.",
        "",
        f"October {made.year}",
        "",
        "Fieldwork started:",
        "",
        f"Overall rating {made.overall}",
        "",
        *(line for rating in made.ratings.values() for line in (rating, "")),
    ]
    for _, row in standards.iterrows():
        lines += [f"{row['standard']}. {row['name']} {made.ratings[row['standard']]} ", ""]
        lines += [*wrapped(row["statement"]), "", "Staff told us what they do.", ""]
    lines += ["Annex 1: Methodology", "", "Domain two: case supervision", ""]
    lines += [f"We examined {made.sizes['case-supervision']} cases from across the area.", ""]
    lines += ["Annex 2: Inspection results", "", "Standard/Key question Rating/% yes ", ""]
    for _, row in standards.iterrows():
        own = questions[questions["standard"] == row["standard"]]
        if own.empty:
            continue
        lines += [f"{row['standard']}. {row['name']} ", *wrapped(row["statement"]), ""]
        lines += [made.ratings[row["standard"]], ""]
        for _, question in own.iterrows():
            q = question["key_question"]
            if q in made.own:
                *first, last = wrapped(f"{q}. {question['question']}")
                lines += [*first, f"{last} {made.own[q]}% ", ""]
    return "\n".join(lines) + "\n"


def wrapped(text: str, width: int = 60) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


PLAN_HEAD = """Action Plan Submitted: 3rd March 2022

A Response to the HMI Probation Inspection: {provider} Community Rehabilitation Company

Report Published: 1st March 2022

Action plan

Term\tDefinition\tAdditional comment
Agreed\tAll of the recommendation is agreed with.\tThe response should clearly explain.

ACTION PLAN: {provider} CRC

1. Rec No\t2. Recommendation\t3. Agreed/Partly Agreed/Not Agreed\t4. Response\t5. Lead\t6. Date
"""


def plan(answers: list[str], provider: str = "Ambleshire", totals: bool = True) -> str:
    """Return an action plan with an answer a recommendation and the printed totals."""
    rows = [
        f"{n}.\tThe {provider} CRC should improve the {n}th thing it does for the people it "
        f"supervises.\t{answer}\t{provider} CRC will work on it with care and patience, step by "
        f"step.\tHead of Things\tApril 2022"
        for n, answer in enumerate(answers, start=1)
    ]
    text = PLAN_HEAD.format(provider=provider) + "\n".join(rows) + "\n\nRecommendations\n\n"
    if totals:
        for answer in ("Agreed", "Partly Agreed", "Not Agreed"):
            text += f"{answer} {sum(a.lower() == answer.lower() for a in answers)}\n\n"
        text += f"Total {len(answers)}\n"
    return text


def as_html(text: str) -> str:
    """Return a document as a web page: rows with tabs as tables, footnote marks raised."""
    from html import escape

    parts: list[str] = []
    for line in text.split("\n"):
        if "\t" in line:
            cells = "".join(f"<td>{escape(cell)}</td>" for cell in line.split("\t"))
            parts.append(f"<table><tr>{cells}</tr></table>")
        elif line.strip():
            parts.append(f"<p>{escape(line)}</p>")
    return f"<!doctype html><html><body>{''.join(parts)}</body></html>"


def as_docx(text: str, path: object) -> None:
    """Write a document as a Word file: rows with tabs as tables."""
    import docx

    document = docx.Document()
    for line in text.split("\n"):
        if "\t" in line:
            cells = line.split("\t")
            row = document.add_table(rows=1, cols=len(cells)).rows[0]
            for cell, words in zip(row.cells, cells, strict=True):
                cell.text = words
        else:
            document.add_paragraph(line)
    document.save(str(path))


def as_pdf(text: str, path: object, ruled: bool = True) -> None:
    """Write a document as a PDF file, its tables with or without rules."""
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    width, height, step = 595.0, 842.0, 15.0
    edges = {2: (40, 300, 555), 3: (40, 330, 440, 555), 4: (40, 310, 400, 480, 555)}
    with mpl.rc_context({"pdf.fonttype": 42, "font.family": "DejaVu Sans"}), PdfPages(path) as pdf:
        figure, top = None, 0.0

        def page() -> Figure:
            return Figure(figsize=(width / 72, height / 72))

        for line in text.split("\n"):
            cells = line.split("\t")
            columns = edges.get(len(cells), (40, 555))
            if len(cells) > len(columns) - 1:
                size = (555 - 40) / len(cells)
                columns = tuple(40 + size * n for n in range(len(cells) + 1))
            rows = [
                wrapped(cell, max(8, int((right - left) / 4.6)))
                for cell, left, right in zip(cells, columns, columns[1:], strict=False)
            ]
            tall = max(map(len, rows)) * step * 0.72 + 6
            if figure is None or top + tall > height - 50:
                if figure is not None:
                    pdf.savefig(figure)
                figure, top = page(), 40.0
            for words, left in zip(rows, columns, strict=False):
                for n, part in enumerate(words):
                    figure.text(
                        (left + 3) / width, 1 - (top + 9 + n * step * 0.72) / height, part, size=7
                    )
            if ruled and len(cells) > 1:
                from matplotlib.lines import Line2D

                for x in columns:
                    figure.add_artist(
                        Line2D(
                            [x / width] * 2, [1 - top / height, 1 - (top + tall) / height], lw=0.5
                        )
                    )
                for y in (top, top + tall):
                    figure.add_artist(
                        Line2D(
                            [columns[0] / width, columns[-1] / width], [1 - y / height] * 2, lw=0.5
                        )
                    )
            top += tall
        if figure is not None:
            pdf.savefig(figure)
