"""The later form of probation inspections, of delivery units, with invented figures.

What is unlike the CRC frameworks is what the form is for: codes with letters ("P 1.1"), seven
standards and a total of 21, no third domain, percentages of cases in four questions a standard, a
domain of judgements, no national aggregate; and a framework of judgements alone.
"""

from support.folders import Folder, add_provider

UNITS = "units-2021"
JUDGED = "judged-2021"
CITED = {"source": "made-up", "place": "made up"}
JUDGEMENTS = (("P 1.1", "Leadership"), ("P 1.2", "Staffing"), ("P 1.3", "Services"))
ON_CASES = (("P 2.1", "Assess"), ("P 2.2", "Plan"), ("P 2.3", "Deliver"), ("P 2.4", "Review"))
QUESTIONS = ("involving the person", "desistance", "safety of other people", "recording")
OVERALL = (
    ("Inadequate", "0", "3"),
    ("Requires improvement", "4", "10"),
    ("Good", "11", "17"),
    ("Outstanding", "18", "21"),
)
BANDS = (
    ("Inadequate", "0", "Minority", "0", "49"),
    ("Requires improvement", "1", "Too few", "50", "64"),
    ("Good", "2", "Reasonable majority", "65", "79"),
    ("Outstanding", "3", "Large majority", "80", "100"),
)


def add_unit_framework(folder: Folder) -> None:
    """Add the framework with its standards, questions, sample and bands."""
    document = {"source": "made-up", "title": "An invented report", "kind": "simulated"}
    told = {"publisher": "Nobody", "published_printed": "2023", "published": "2023-06"}
    folder.add("sources", {**document, **told, "licence": "none needed"})
    _framework(folder, UNITS, "Probation delivery units (invented)", JUDGEMENTS, ON_CASES)
    folder.add("sample_kinds", {"sample": "unit-cases", "name": "Cases", "definition": "Cases."})
    folder.add(
        "key_questions",
        *(
            {
                **CITED,
                "framework": UNITS,
                "key_question": f"{code}.{number}",
                "standard": code,
                "label": f"{name}: {theme}",
                "question": f"Does the unit {name.lower()} well: {theme}?",
                "sample": "unit-cases",
                "evidence": "cases",
            }
            for code, name in ON_CASES
            for number, theme in enumerate(QUESTIONS, start=1)
        ),
    )


def add_judged_framework(folder: Folder) -> None:
    """Add a framework of judgements only, three standards and a total of 9."""
    _framework(folder, JUDGED, "Judgements only (invented)", JUDGEMENTS, ())


def _framework(folder, code, name, judgements, on_cases) -> None:
    folder.add(
        "frameworks",
        {
            **CITED,
            "framework": code,
            "name": name,
            "rules_status": "printed",
            "significance_level": "0.1",
            "significance_test": "Z-score test",
        },
    )
    folder.add(
        "standards",
        *(
            {
                **CITED,
                "framework": code,
                "standard": standard,
                "domain": standard.removeprefix("P ")[0],
                "domain_name": "How it is run" if basis == "judgement" else "Work with people",
                "name": title,
                "statement": f"{title} is of a high quality.",
                "rating_basis": basis,
            }
            for basis, standards in (("judgement", judgements), ("key questions", on_cases))
            for standard, title in standards
        ),
    )
    columns = ("rating", "points", "band", "lower_percent", "upper_percent")
    bands = [{**CITED, "framework": code, **dict(zip(columns, b, strict=True))} for b in BANDS]
    folder.add("rating_bands", *bands)
    most = 3 * (len(judgements) + len(on_cases))
    overall = OVERALL if most == 21 else (("Inadequate", "0", "4"), ("Good", "5", str(most)))
    columns = ("rating", "lower_points", "upper_points")
    rows = [{**CITED, "framework": code, **dict(zip(columns, b, strict=True))} for b in overall]
    folder.add("overall_bands", *rows)


def add_unit(folder: Folder, number: int) -> str:
    """Add a unit marked as simulated; return its code."""
    code = f"unit-{number}"
    add_provider(folder, code, f"Unit {number}")
    return code


def inspect(folder: Folder, unit: str, year: int, percents: dict[str, int], judged: str) -> str:
    """Add an inspection: a percentage for each standard on cases, one rating for the others.

    Each question of a standard has its percentage and a few points more; 40 cases were read.
    """
    code = f"{unit}-{year}"
    framework = UNITS if percents else JUDGED
    cited = {**CITED, "inspection": code}
    folder.add(
        "inspections",
        {
            **cited,
            "provider": unit,
            "round": str(year),
            "framework": framework,
            "fieldwork_start_printed": str(year),
            "fieldwork_start": f"{year}-01",
            "published_printed": str(year),
            "published": f"{year}-06",
        },
    )
    rated = {standard: judged for standard, _ in JUDGEMENTS}
    if percents:
        sample = {**cited, "sample": "unit-cases", "size": "40", "size_status": "published"}
        folder.add("samples", {**sample, "all_eligible": "no"})
        for standard, percent in percents.items():
            rated[standard] = next(b[0] for b in BANDS if int(b[3]) <= percent <= int(b[4]))
            folder.add(
                "key_question_scores",
                *(
                    {
                        **cited,
                        "framework": framework,
                        "key_question": f"{standard}.{number}",
                        "reading": "own",
                        "percent": str(min(100, percent + 5 * (number - 1))),
                        "status": "published",
                    }
                    for number in range(1, len(QUESTIONS) + 1)
                ),
            )
    folder.add(
        "ratings",
        *(
            {**cited, "framework": framework, "standard": standard, "rating": rating}
            for standard, rating in rated.items()
        ),
    )
    points = sum(int(b[1]) for rating in rated.values() for b in BANDS if b[0] == rating)
    overall = OVERALL if percents else (("Inadequate", "0", "4"), ("Good", "5", "9"))
    rating = next(o[0] for o in overall if int(o[1]) <= points <= int(o[2]))
    total = {"rating": rating, "score": str(points), "score_status": "published"}
    folder.add("overall_ratings", {**cited, **total})
    return code
