"""Every relation of the raw tables, each broken alone.

A case takes the published tables, with a few invented rows for what they do not have (a lineage,
a replaced plan, an update, a target by season), changes one thing, and names the rule that must
speak. No other rule may.
"""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from support.folders import RAW

from pipeline.data import load
from pipeline.data.checks import table_problems
from pipeline.data.package import read_package
from pipeline.data.relations import facts, rule
from pipeline.data.relations.printed import agrees, is_period
from pipeline.data.relations.rules import RULES

Frames = dict[str, pd.DataFrame]
N18, N19, N20, DLNR = (
    "northumbria-crc-2018",
    "northumbria-crc-2019",
    "northumbria-crc-2020",
    "dlnr-crc-2020",
)
BY_NAME = {rule.name: rule for rule in RULES}
PACKAGE = read_package(RAW)


def change(name: str, where: dict[str, Any], /, **values: Any) -> Callable[[Frames], None]:
    """Change cells of the first row that matches."""

    def apply(tables: Frames) -> None:
        frame = tables[name].copy()
        line = frame.index[matching(frame, where)][0]
        for column, value in values.items():
            frame.loc[line, column] = value
        tables[name] = frame

    return apply


def matching(frame: pd.DataFrame, where: dict[str, Any]) -> pd.Series:
    found = pd.Series(True, frame.index)
    for column, value in where.items():
        found &= frame[column].eq(value).fillna(False)
    assert found.any(), where
    return found


def again(name: str, where: dict[str, Any], /, **values: Any) -> Callable[[Frames], None]:
    """Append a row like the first that matches, with some values changed."""

    def apply(tables: Frames) -> None:
        frame = tables[name]
        row = frame[matching(frame, where)].iloc[[0]].assign(**values)
        row.index = [max(frame.index) + 1]
        tables[name] = pd.concat([frame, row.astype(frame.dtypes)])

    return apply


def without(name: str, /, **where: Any) -> Callable[[Frames], None]:
    """Take out the rows that match."""

    def apply(tables: Frames) -> None:
        tables[name] = tables[name][~matching(tables[name], where)]

    return apply


def together(*changes: Callable[[Frames], None]) -> Callable[[Frames], None]:
    def apply(tables: Frames) -> None:
        for each in changes:
            each(tables)

    return apply


@pytest.fixture(scope="module")
def published() -> Frames:
    """The published tables, with rows for what they do not have."""
    tables = dict(load(RAW))
    again("providers", {}, provider="old-trust", name="Old Trust", short_name="Old")(tables)
    tables["lineage"] = pd.DataFrame(
        {
            "provider": "northumbria-crc",
            "predecessor": "old-trust",
            "kind": "followed",
            "date": "2014",
            "source": "hmip-northumbria-2018",
            "place": "Background",
            "note": pd.NA,
        },
        index=[2],
    ).astype("string")
    tables["action_updates"] = pd.DataFrame(
        {
            "action": f"{DLNR}-1-01",
            "date": "2020-06-30",
            "status": "in progress",
            "note": pd.NA,
            "evidence": pd.NA,
            "due": "2020-09",
            "due_printed": "September 2020",
        },
        index=[2],
    ).astype("string")
    change(
        "actions",
        {"action": f"{DLNR}-1-02"},
        due_printed="Autumn 2020",
        due="2020-09",
        due_end="2020-11",
        due_kind="period",
    )(tables)
    change("actions", {"action": f"{DLNR}-1-03"}, also_serves="2")(tables)
    audit = {"provider": "northumbria-crc", "date": "2020-01", "case": "a1", "team": "North"}
    audit |= {"framework": "crc-2019", "answer": "yes", "auditor": pd.NA}
    asked = [
        {**audit, "kind": kind, "subject": subject}
        for kind, subject in (("key question", "2.1.1"), ("prompt", "2.1.1-1"))
    ]
    tables["case_audits"] = pd.DataFrame(asked, index=[2, 3], dtype="string")
    allocated = {"provider": "northumbria-crc", "date": "2020-01", "case": "a1", "inspection": N19}
    allocated |= {"risk_of_serious_harm": "Medium", "colour": "Blue", "grade": pd.NA}
    tables["case_allocations"] = pd.DataFrame(allocated, index=[2], dtype="string").assign(
        ogrs=pd.array([60], dtype="Int64"), hours=pd.array([pd.NA], dtype="Int64")
    )
    return tables


FACT = {"measure": "service-level-8", "inspection": N19}
Q = {"inspection": N19, "key_question": "2.1.1", "reading": "own"}
RATING = {"inspection": N19, "standard": "1.1"}
AC = {"comparator": "all-crcs", "key_question": "2.1.1"}
PROMPT = {"inspection": N19, "prompt": "2.1.1-1"}
#: The correction of a figure in another document of the same day.
SAME_DAY = {"source": "plan-dlnr-2020"}


def corrected(name: str, where: dict[str, Any], **other: Any) -> Callable[[Frames], None]:
    """Two documents of one day that give two figures: neither is the later one."""
    return together(
        again(name, where, source="plan-dlnr-2020"),
        again(name, where, source="plan-northumbria-2020", **other),
        change(
            "sources",
            {"source": "plan-northumbria-2020"},
            published="2020-02-28",
            published_printed="28 February 2020",
        ),
    )


CASES: dict[str, Callable[[Frames], None]] = {
    "case-audits-reference": change("case_audits", {"kind": "prompt"}, case="john-smith"),
    "case-allocations-reference": change("case_allocations", {}, case="john-smith"),
    "case-audits-not-ahead": together(
        change("case_audits", {"kind": "key question"}, date="2090-01"),
        change("case_audits", {"kind": "prompt"}, date="2090-01"),
    ),
    "case-allocations-not-ahead": change("case_allocations", {}, date="2090-01"),
    "case-audits-within-years": change("case_audits", {"kind": "prompt"}, date="2002-01"),
    "case-allocations-within-years": again("case_allocations", {}, case="a2", date="2002-01"),
    "audited-key-question": change("case_audits", {"kind": "key question"}, subject="9.9.9"),
    "audited-prompt": change("case_audits", {"kind": "prompt"}, subject="2.1.1"),
    "allocation-colour": change("case_allocations", {}, colour="Purple"),
    "bands-cover-everything": change("rating_bands", {"rating": "Good"}, lower_percent=67),
    "points-rise-with-bands": change("rating_bands", {"rating": "Good"}, points=1),
    "standard-under-its-domain": change("standards", {"standard": "2.1"}, domain=3),
    "one-name-a-domain": change("standards", {"standard": "1.3"}, domain_name="Other"),
    "question-under-its-standard": change(
        "key_questions", {"framework": "crc-2019", "key_question": "2.1.1"}, standard="2.2"
    ),
    "prompt-under-its-question": change("prompts", {"prompt": "2.1.1-1"}, key_question="2.1.2"),
    "rated-on-questions-that-are-there": change(
        "standards", {"standard": "1.1"}, rating_basis="key questions"
    ),
    "prompt-positions-once": change("prompts", {"prompt": "2.1.1-2"}, position=1),
    "samples-part-of-samples": change(
        "sample_kinds", {"sample": "case-supervision"}, part_of="no-such-sample"
    ),
    "current-subject-in-framework": again(
        "comparability",
        {"kind": "key question"},
        subject="9.9.9",
        previous_subject=pd.NA,
        same_question="no",
        comparable="no",
        reason="New.",
    ),
    "previous-subject-in-framework": change(
        "comparability", {"subject": "2.1.1"}, previous_subject="9.9.9"
    ),
    "compared-with-something": change(
        "comparability", {"subject": "2.1.1"}, previous_subject=pd.NA
    ),
    "comparability-has-a-reason": change(
        "comparability", {"subject": "2.1.1"}, comparable="caution", reason=pd.NA
    ),
    "comparability-looks-back": again(
        "comparability", {"subject": "1.1"}, previous_framework="crc-2019"
    ),
    "compared-once": change("comparability", {"subject": "2.1.2"}, previous_subject="2.1.1"),
    "one-spelling-of-owner-in-providers": together(
        change("providers", {"provider": "northumbria-crc"}, owner="People's Care"),
        change("providers", {"provider": "dlnr-crc"}, owner="People\u2019s Care"),
    ),
    "one-spelling-of-owner-in-actions": together(
        change("actions", {"action": f"{DLNR}-1-01"}, owner="Head-of-Hub"),
        change("actions", {"action": f"{DLNR}-1-02"}, owner="Head\u2011of\u2011Hub"),
    ),
    "one-spelling-of-addressed-to-in-recommendations": together(
        change("recommendations", {"recommendation": 1}, addressed_to="The provider's board"),
        change("recommendations", {"recommendation": 2}, addressed_to="The provider\u2019s board"),
    ),
    "one-spelling-of-comparator-in-facts": together(
        change("facts", FACT, comparator="Other CRCs'", as_printed="75% (76%, target 75%)"),
        change("facts", {"fact": 1}, comparator="Other CRCs\u2019"),
    ),
    "one-provider-of-a-name": change(
        "providers",
        {"provider": "old-trust"},
        name=("northumbria Community  Rehabilitation Company"),
    ),
    "one-provider-of-a-short-name": change(
        "providers", {"provider": "old-trust"}, short_name="DLNR CRC."
    ),
    "published-of-sources-in-our-time": change(
        "sources", {"source": "plan-dlnr-2020"}, published="1650-02-28", published_printed="undated"
    ),
    "fieldwork-start-of-inspections-in-our-time": together(
        change(
            "inspections",
            {"inspection": N18},
            fieldwork_start="1019-07",
            published="1019-11",
            fieldwork_start_printed="July",
            published_printed="November",
            round=1019,
        ),
    ),
    "submitted-of-plans-in-our-time": change(
        "plans", {"plan": DLNR}, submitted="9999-02-28", submitted_printed="28 February", year=9999
    ),
    "date-of-lineage-in-our-time": change("lineage", {}, date="0214"),
    "percent-in-key-question-scores-goes-with-its-status": change(
        "key_question_scores", Q, status="suppressed"
    ),
    "percent-in-comparator-scores-goes-with-its-status": change(
        "comparator_scores", AC, percent=pd.NA
    ),
    "percent-in-prompt-scores-goes-with-its-status": change(
        "prompt_scores", PROMPT, status="not entered yet"
    ),
    "size-in-samples-goes-with-its-status": change(
        "samples", {"inspection": N19, "sample": "case-supervision"}, size_status="not asked"
    ),
    "rating-in-ratings-goes-with-its-status": change("ratings", RATING, status="not rated"),
    "rating-in-overall-ratings-goes-with-its-status": change(
        "overall_ratings", {"inspection": N19}, rating=pd.NA
    ),
    "score-in-overall-ratings-goes-with-its-status": change(
        "overall_ratings", {"inspection": N19}, score_status="withdrawn"
    ),
    "value-in-facts-goes-with-its-status": change("facts", FACT, status="no data"),
    "previous-value-in-facts-goes-with-its-status": change(
        "facts", FACT, previous_status="published"
    ),
    "minimum-hours-in-allocation-matrix-goes-with-its-status": change(
        "allocation_matrix", {"hours_status": "published"}, hours_status="not published"
    ),
    "published-after-fieldwork": change(
        "inspections", {"inspection": N18}, published="2018-06", published_printed="undated"
    ),
    "published-soon-after-fieldwork": change(
        "inspections", {"inspection": N19}, published="2026-02", published_printed="undated"
    ),
    "round-near-its-dates": change("inspections", {"inspection": N19}, round=2021),
    "rounds-in-order": together(
        change(
            "inspections",
            {"inspection": N18},
            round=2018,
            fieldwork_start="2017-07",
            fieldwork_start_printed="2017",
        ),
        change(
            "inspections",
            {"inspection": N19},
            round=2017,
            fieldwork_start="2018-03",
            fieldwork_start_printed="2018",
        ),
    ),
    "labels-once": together(
        change("inspections", {"inspection": N18}, label="first"),
        change("inspections", {"inspection": N19}, label="first"),
    ),
    "key-question-scores-in-the-framework-of-the-inspection": change(
        "key_question_scores", Q, framework="crc-2018"
    ),
    "ratings-in-the-framework-of-the-inspection": change("ratings", RATING, framework="crc-2018"),
    "discretions-in-the-framework-of-the-inspection": change(
        "discretions", {"standard": "2.4"}, framework="crc-2018"
    ),
    "rating-of-ratings-has-a-band": change("ratings", RATING, rating="Excellent"),
    "from-rating-of-discretions-has-a-band": change(
        "discretions", {"standard": "2.4"}, from_rating="Poor"
    ),
    "to-rating-of-discretions-has-a-band": together(
        change("discretions", {"standard": "2.4"}, to_rating="Fair"),
        change("ratings", {"inspection": N19, "standard": "2.4"}, rating=pd.NA, status="withdrawn"),
    ),
    "rating-of-overall-ratings-has-a-band": change(
        "overall_ratings", {"inspection": N19}, rating="Excellent"
    ),
    "discretion-moves-a-rating": change(
        "discretions", {"standard": "2.4"}, from_rating="Requires improvement"
    ),
    "discretion-to-the-published-rating": change(
        "discretions", {"standard": "2.4"}, to_rating="Outstanding"
    ),
    "sample-no-larger-than-its-whole": change(
        "samples", {"inspection": N19, "sample": "risk-of-harm"}, size=98
    ),
    "lower-bound-of-a-size": change(
        "samples",
        {"inspection": N19, "sample": "case-supervision"},
        size_at_least=50,
        size_at_least_source="hmip-northumbria-2020",
        size_at_least_place="x",
        size_at_least_words="over half",
    ),
    "lower-bound-has-its-words": change(
        "samples", {"inspection": N18, "sample": "risk-of-harm"}, size_at_least_words=pd.NA
    ),
    "lower-bound-within-its-whole": change(
        "samples",
        {"inspection": N18, "sample": "risk-of-harm"},
        size_at_least=150,
        size_at_least_source="hmip-northumbria-2018",
        size_at_least_place="x",
        size_at_least_words="over a hundred",
    ),
    "sample-near-what-was-asked-for": change(
        "samples", {"inspection": N19, "sample": "unpaid-work"}, size=151
    ),
    "sample-of-the-usual-size": change(
        "samples", {"inspection": N19, "sample": "case-supervision"}, size=970
    ),
    "corrections-of-key-question-scores-have-days": corrected("key_question_scores", Q, percent=12),
    "corrections-of-comparator-scores-have-days": corrected("comparator_scores", AC, percent=12),
    "corrections-of-prompt-scores-have-days": corrected("prompt_scores", PROMPT, percent=12),
    "corrections-of-ratings-have-days": corrected("ratings", RATING, rating="Outstanding"),
    "corrections-of-overall-ratings-have-days": corrected(
        "overall_ratings", {"inspection": N19}, rating="Inadequate"
    ),
    "reprint-in-another-document": change(
        "key_question_scores",
        {"reading": "reprint", "inspection": N18},
        source="hmip-northumbria-2018",
        framework="crc-2019",
    ),
    "comparator-is-used": again(
        "comparators", {}, comparator="new-crcs", name="New CRCs", source="plan-dlnr-2020"
    ),
    "claims-about-what-is-asked": change("significance_claims", {"kind": "prompt"}, measure="9.9"),
    "lineage-one-way": again("lineage", {}, provider="old-trust", predecessor="northumbria-crc"),
    "second-readings-count": change("second_readings", {"table": "ratings"}, rows=5000),
    "value-is-a-share": change(
        "facts", FACT, value=104.0, as_printed="104%", target=pd.NA, comparator_value=pd.NA
    ),
    "previous-value-is-a-share": change(
        "facts",
        FACT,
        previous_value=101.0,
        previous_status="published",
        as_printed="75% (England and Wales 76%, target 75%; previously 101%)",
    ),
    "comparator-value-is-a-share": change(
        "facts", FACT, comparator_value=176.0, as_printed="75% (England and Wales 176%, target 75%)"
    ),
    "target-is-a-share": change(
        "facts", FACT, target=175.0, as_printed="75% (England and Wales 76%, target 175%)"
    ),
    "value-of-a-fact-as-printed": change("facts", FACT, value=57.0),
    "previous-value-of-a-fact-as-printed": change(
        "facts",
        FACT,
        previous_value=41.0,
        previous_status="published",
        as_printed="75% (England and Wales 76%, target 75%; 54% before)",
    ),
    "comparator-value-of-a-fact-as-printed": change("facts", FACT, comparator_value=75.0),
    "target-of-a-fact-as-printed": change("facts", FACT, target=76.0),
    "sign-as-printed": change(
        "facts",
        {"measure": "vacancy-rate"},
        value=1.64,
        as_printed="\u22121.64%, before 2.84%",
        previous_value=pd.NA,
        previous_status="not printed",
    ),
    "shares-in-percent": change("facts", FACT, as_printed="75 (England and Wales 76%, target 75)"),
    "counts-not-in-percent": change("facts", {"measure": "crcs-set-up"}, as_printed="21% of CRCs"),
    "comparator-of-a-fact-named": change("facts", FACT, comparator=pd.NA),
    "fact-entered-once": again("facts", FACT, fact=9999),
    "plan-of-its-own-provider": together(
        change("plans", {"plan": DLNR}, inspection=N19, report_published_printed="February 2020"),
    ),
    "plan-after-fieldwork": change(
        "plans", {"plan": N20}, submitted="2019-09-15", submitted_printed="15/9/2019"
    ),
    "plan-soon-after-report": together(
        change("plans", {"plan": N20}, submitted="2024-02-07", submitted_printed="2024", year=2024),
    ),
    "plan-year": change("plans", {"plan": N20}, year=2012),
    "plan-quotes-the-report": change(
        "plans", {"plan": N20}, report_published_printed="10 February 2019"
    ),
    "plan-replaces-an-earlier-one": change("plans", {"plan": N20}, replaces=N18),
    "one-plan-in-force": again(
        "plans",
        {"plan": N20},
        plan="northumbria-crc-2021",
        submitted="2021-02-07",
        submitted_printed="7 February 2021",
        year=2021,
        agreed_printed=pd.NA,
        partly_agreed_printed=pd.NA,
        not_agreed_printed=pd.NA,
        total_printed=pd.NA,
    ),
    "recommendations-numbered-from-one": together(
        again("recommendations", {"plan": N18, "recommendation": 6}, recommendation=9),
        again("responses", {"plan": N18, "recommendation": 6}, recommendation=9),
    ),
    "recommendation-has-a-response": without("responses", plan=DLNR, recommendation=8),
    "agreement-needs-no-reason": change("responses", {"response": "agreed"}, reason="Because."),
    "refusal-has-a-reason": change("responses", {"response": "partly agreed"}, reason=pd.NA),
    "printed-totals": change("plans", {"plan": N20}, total_printed=7),
    "action-code": change("actions", {"action": f"{DLNR}-1-01"}, position=90),
    "target-goes-with-its-kind": change("actions", {"action": f"{DLNR}-1-01"}, due_kind="date"),
    "period-has-an-end": change("actions", {"action": f"{DLNR}-1-02"}, due_end=pd.NA),
    "print-goes-with-its-kind": change(
        "actions",
        {"action": f"{DLNR}-1-01"},
        due_printed="Spring 2020",
        due=pd.NA,
        due_kind="ongoing",
    ),
    "target-as-printed": change("actions", {"action": f"{DLNR}-1-01"}, due="2021-04"),
    "period-as-printed": change("actions", {"action": f"{DLNR}-1-02"}, due="2020-10"),
    "target-after-its-plan": change(
        "actions", {"action": f"{DLNR}-1-01"}, due="2019-04", due_printed="April 2019"
    ),
    "target-within-years": change(
        "actions", {"action": f"{DLNR}-1-01"}, due="2099-04", due_printed="April 2099"
    ),
    "action-serves-recommendations": change(
        "actions", {"action": f"{DLNR}-1-03"}, also_serves="2; 99"
    ),
    "update-after-its-plan": change("action_updates", {}, date="2020-02-27"),
    "update-within-years": change("action_updates", {}, date="2023-06-30", due=pd.NA),
    "revised-target-after-its-update": change(
        "action_updates", {}, due="2019-09", due_printed="September 2019"
    ),
    "follow-up-of-another-inspection": change("follow_up", {"recommendation": 1}, inspection=N18),
    "follow-up-after-its-plan": change(
        "follow_up", {"recommendation": 1}, plan=DLNR, inspection=N18
    ),
    "follow-up-of-the-same-provider": change("follow_up", {"recommendation": 1}, plan=DLNR),
    "follow-up-names-actions": change(
        "follow_up", {"recommendation": 2}, actions_done=f"{N18}-3-01"
    ),
    "repeated-recommendation-whole": change("follow_up", {"recommendation": 1}, repeated_plan=N20),
    "repeated-recommendation-marked": change(
        "follow_up", {"recommendation": 1}, repeated_plan=N20, repeated_recommendation=1
    ),
    "repeated-later": together(
        change("recommendations", {"plan": N18, "recommendation": 1}, repeated="yes"),
        change("follow_up", {"recommendation": 1}, repeated_plan=N18, repeated_recommendation=1),
    ),
    "links-to-what-is-there": change("recommendation_links", {}, subject="9.9.9"),
    "published-of-sources-as-printed": change(
        "sources", {"source": "plan-dlnr-2020"}, published="2020-03-28"
    ),
    "fieldwork-start-of-inspections-as-printed": change(
        "inspections", {"inspection": N19}, fieldwork_start="2019-09-17"
    ),
    "published-of-inspections-as-printed": change(
        "inspections", {"inspection": N18}, published="2018-12-07"
    ),
    "submitted-of-plans-as-printed": change("plans", {"plan": DLNR}, submitted="2020-02-29"),
    "due-of-action-updates-as-printed": change("action_updates", {}, due="2020-10"),
    "inspection-is-whole": without("samples", inspection=N19, sample="risk-of-harm"),
    "printed-prompts-are-whole": without("prompt_scores", inspection=N18, prompt="2.1.1-1"),
    "aggregate-is-whole": without("comparator_scores", key_question="2.1.1"),
    "document-of-inspections-of-its-kind": change(
        "inspections", {"inspection": N18}, source="plan-northumbria-2018"
    ),
    "document-of-plans-of-its-kind": change("plans", {"plan": N18}, source="hmip-northumbria-2018"),
    "document-of-inspections-names-its-provider": change(
        "sources", {"source": "hmip-northumbria-2018"}, title="An inspection of DLNR CRC"
    ),
    "document-of-plans-names-its-provider": change(
        "sources", {"source": "plan-northumbria-2018"}, title="A response: DLNR CRC"
    ),
    "report-published-with-its-document": change(
        "sources",
        {"source": "hmip-northumbria-2018"},
        published="2018-12-07",
        published_printed="7 December 2018",
    ),
    "plan-submitted-before-its-document": change(
        "sources",
        {"source": "plan-dlnr-2020"},
        published="2020-02-27",
        published_printed="27 February 2020",
    ),
    **{
        f"{table.replace('_', '-')}-not-printed-too-early": together(
            without("second_readings"),
            change(table, {"inspection": N19}, source="hmip-northumbria-2018"),
        )
        for table in (
            "samples",
            "key_question_scores",
            "prompt_scores",
            "ratings",
            "discretions",
            "facts",
            "significance_claims",
            "allocation_matrix",
            "allocation_rules",
            "follow_up",
        )
    },
    "overall-ratings-not-printed-too-early": again(
        "overall_ratings", {"inspection": N19}, source="hmip-northumbria-2018"
    ),
    **{
        f"{table}-not-printed-too-early": together(
            without("second_readings"),
            change(table, {"plan": DLNR}, source="plan-northumbria-2018"),
        )
        for table in ("recommendations", "responses", "actions")
    },
    "inspection-code": change(
        "inspections",
        {"inspection": N19},
        round=2020,
        fieldwork_start="2020-01-10",
        fieldwork_start_printed="10 January 2020",
    ),
    "plan-code": change("plans", {"plan": N20}, year=2019),
    "claims-numbered-from-one": without("significance_claims", claim=1),
    "register-numbered-from-one": without("discrepancies", discrepancy=5),
    "changes-touch-a-number": change("discrepancies", {"changes": "figure"}, touches_number="no"),
    "allocation-rules-numbered-from-one": without("allocation_rules", inspection=N18, position=2),
    "ogrs-from-low-to-high": together(
        change("allocation_matrix", {"ogrs": "90-100"}, ogrs="100-90"),
        change("allocation_matrix", {"ogrs": "90-100"}, ogrs="100-90"),
    ),
    "one-ogrs-a-risk-of-allocation": change(
        "allocation_matrix", {"risk_of_reoffending": "Very high"}, ogrs="95-100"
    ),
    "one-risk-of-reoffending-a-ogrs-of-allocation": change(
        "allocation_matrix", {"inspection": N18}, risk_of_reoffending="Very high"
    ),
    "one-minimum-hours-a-colour-of-allocation": change(
        "allocation_matrix", {"inspection": N18, "colour": "Yellow"}, minimum_hours=25
    ),
    "compared-by-its-words": together(
        change("comparability", {"subject": "2.2.1"}, previous_subject="2.4.3"),
        change("comparability", {"subject": "2.4.3"}, previous_subject="2.2.1"),
    ),
    "one-theme-a-question": change(
        "themes", {"framework": "crc-2019", "key_question": "2.1.1"}, theme="Other"
    ),
    "one-label-a-question": change(
        "key_questions", {"framework": "crc-2019", "key_question": "2.1.1"}, label="Other"
    ),
    "one-sample-a-question": change(
        "key_questions", {"framework": "crc-2019", "key_question": "2.1.1"}, sample="risk-of-harm"
    ),
    "one-evidence-a-question": together(
        change(
            "key_questions",
            {"framework": "crc-2019", "key_question": "2.1.1"},
            evidence="qualitative",
        ),
        change("key_question_scores", Q, percent=pd.NA, status="qualitative evidence only"),
        change(
            "key_question_scores",
            {"framework": "crc-2019", "key_question": "2.1.1", "reading": "reprint"},
            percent=pd.NA,
            status="qualitative evidence only",
        ),
    ),
    "percentages-of-cases": change(
        "key_question_scores", {**Q, "key_question": "4.1.3"}, percent=70, status="published"
    ),
    "discretion-rule-goes-with-its-evidence": change(
        "discretion_rules", {"applies_to": "key questions"}, applies_to="qualitative evidence"
    ),
    "questions-are-better-higher": change(
        "measures", {"measure": "restates-key-question-4-1-1"}, better="lower"
    ),
    "direction-as-named": change("measures", {"measure": "vacancy-rate"}, better="higher"),
    "weekday-of-published-of-sources": change(
        "sources", {"source": "plan-dlnr-2020"}, published_printed="Monday 28 February 2020"
    ),
    "weekday-of-fieldwork-start-of-inspections": change(
        "inspections", {"inspection": N19}, fieldwork_start_printed="Tuesday 16 September 2019"
    ),
    "weekday-of-published-of-inspections": change(
        "inspections", {"inspection": N18}, published_printed="Monday 7th November 2018"
    ),
    "weekday-of-submitted-of-plans": change(
        "plans", {"plan": DLNR}, submitted_printed="Monday 28 February 2020"
    ),
    "weekday-of-due-of-action-updates": change(
        "action_updates", {}, due="2020-09-01", due_printed="Monday 1 September 2020"
    ),
    "comparability-is-whole": without("comparability", kind="key question", subject="2.1.1"),
    "themes-are-whole": without("themes", framework="crc-2019", key_question="2.1.1"),
}


#: Rules that no single change of the published tables breaks alone.
BY_HAND = {
    "plan-replaced-once",
    "prompts-of-a-framework-of-the-provider",
    "published-of-inspections-in-our-time",
    "update-not-ahead",
}


#: Rules that are only said: what they find may be meant, and a weekday is the document's own slip.
SAID = {
    "comparator-is-used",
    "direction-as-named",
    "one-label-a-question",
    "one-sample-a-question",
    "plan-quotes-the-report",
    "report-published-with-its-document",
    "sample-of-the-usual-size",
    "weekday-of-due-of-action-updates",
    "weekday-of-fieldwork-start-of-inspections",
    "weekday-of-published-of-inspections",
    "weekday-of-published-of-sources",
    "weekday-of-submitted-of-plans",
}


def test_the_published_tables_keep_every_rule(published):
    assert [str(problem) for rule in RULES for problem in rule.check(published)] == []


def test_names_are_unique_and_every_rule_has_a_case():
    assert len(BY_NAME) == len(RULES)
    assert set(BY_NAME) == set(CASES) | BY_HAND


def changed(name: str, published: Frames) -> tuple[Frames, set[str]]:
    """The tables with one change, and the files it did not touch."""
    tables = dict(published)
    CASES[name](tables)
    return tables, {f"{table}.csv" for table in tables if tables[table] is published.get(table)}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_alone(published, name):
    tables, sound = changed(name, published)
    wanted = list(BY_NAME[name].check(tables))
    assert wanted, "the rule says nothing"
    assert {problem.stops for problem in wanted} == {name not in SAID}
    problems = table_problems(tables, PACKAGE, set(), sound=sound)
    told = [problem for problem in problems if problem.stops or problem in wanted]
    assert set(map(str, told)) == set(map(str, wanted))


@pytest.mark.parametrize("name", sorted(CASES)[::15])
def test_what_reads_only_tables_that_did_not_change_says_nothing(published, name):
    tables, sound = changed(name, published)
    partly = table_problems(tables, PACKAGE, set(), sound=sound)
    assert table_problems(tables, PACKAGE, set()) == partly


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if "*" not in rule.tables], ids=lambda rule: rule.name
)
def test_a_rule_reads_the_tables_it_names(published, rule):
    list(rule.check({name: published[name] for name in rule.tables}))


def broken(name: str, tables: Frames) -> list[str | None]:
    return [problem.value for problem in BY_NAME[name].check(tables)]


def test_a_plan_is_replaced_once(published):
    tables = dict(published)
    for code in ("second", "third"):
        again("plans", {"plan": N20}, plan=code, replaces=N20)(tables)
    assert broken("plan-replaced-once", tables) == [N20]


def test_prompts_are_scored_in_a_framework_of_their_provider(published):
    tables = dict(published)
    change("prompt_scores", PROMPT, framework="crc-2018")(tables)
    assert broken("prompts-of-a-framework-of-the-provider", tables) == ["crc-2018"]


def test_a_report_of_another_century(published):
    tables = dict(published)
    change("inspections", {"inspection": N19}, published="2120-02")(tables)
    assert broken("published-of-inspections-in-our-time", tables) == ["2120-02"]


def test_a_document_whose_rows_were_all_taken_out_is_only_said(published):
    source = "hmip-northumbria-2018"
    for left, stops in ((0, False), (1, True)):
        tables = dict(published)
        ratings = tables["ratings"]
        own = ratings.index[ratings["source"].eq(source)]
        tables["ratings"] = ratings.drop(own[left:])
        told = BY_NAME["second-readings-count"].check(tables)
        found = [problem for problem in told if "ratings.csv" in problem.rule]
        assert [(problem.stops, problem.provider) for problem in found] == [
            (stops, "northumbria-crc")
        ]


@pytest.mark.parametrize(
    ("printed", "numbers"),
    [
        ("six centres", [6]),
        ("a fifth centre", [1, 5]),
        ("an eighth site", [1, 8]),
        ("a centre", []),  # an article alone is no number
        ("none", [0]),
        ("a single case", [1, 1]),
        ("both teams", [2]),
        ("nineteen of the nine", [19, 9]),
        ("twenty-one cases", []),
        ("half of the six", []),
    ],
)
def test_numbers_in_words(printed, numbers):
    assert facts.worded_numbers(printed) == numbers


@pytest.mark.parametrize(
    ("value", "printed", "unit", "wrong"),
    [
        (6.0, "six centres", "count", False),
        (5.0, "six centres", "count", True),
        (6.0, "sixth of all", "rank", False),
        (12.0, "within one year", "months", False),  # words are compared where things are counted
        (12.0, "12 months", "months", False),
        (11.0, "12 months", "months", True),
        (1234.0, "1,234 people", "count", False),
        (pd.NA, "12 months", "months", False),
    ],
)
def test_a_figure_is_among_the_numbers_printed(value, printed, unit, wrong):
    row = {"value": value, "as_printed": printed, "unit": unit, "comparator": pd.NA}
    assert facts._not_printed("value")(pd.DataFrame([row])) == [wrong]


@pytest.mark.parametrize(
    ("value", "printed", "wrong"),
    [
        (-1.64, "\u22121.64%", False),
        (-1.64, "fell by 1.64 points", False),
        (-1.64, "1.64 points", True),
        (-5.0, "\u22124, 5 before", True),
        (1.64, "\u22121.64%", True),
        (1.64, "1.64%, before \u22121.64%", False),
        (1.64, "2018-1.64", False),  # no minus stands after a digit
        (0.0, "0", False),
        (float("nan"), "\u22121.64%", False),
    ],
)
def test_a_sign_as_printed(value, printed, wrong):
    frame = pd.DataFrame([{"value": value, "as_printed": printed}])
    assert facts._wrong_sign(frame) == [wrong]


@pytest.mark.parametrize(
    ("name", "better", "turned"),
    [
        ("Vacancy rate", "higher", True),
        ("Vacancy rate", "lower", False),
        ("Training completed", "lower", True),
        ("Training completed", "higher", False),
        ("Training not completed", "lower", False),  # words of both kinds say nothing
        ("Training not completed", "higher", False),
        ("Number of offices", "lower", False),
        ("Number of offices", "higher", False),
    ],
)
def test_which_way_a_measure_is_better_by_its_name(name, better, turned):
    assert facts._turned_round(pd.DataFrame([{"name": name, "better": better}])) == [turned]


def test_a_share_in_words_needs_no_percent_sign(published):
    tables = dict(published)
    change("facts", FACT, as_printed="three quarters")(tables)
    assert broken("shares-in-percent", tables) == []


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("northumbria-crc-2019", False),
        ("northumbria-crc-2020", False),  # the year of the report
        ("northumbria-crc-2018", True),
        ("northumbria-crc-first", False),
        ("northumbria-crc-20191", False),  # no year
        ("dlnr-crc-2019", True),
    ],
)
def test_a_year_in_the_code_of_an_inspection_is_one_of_its_own(published, code, wrong):
    tables = dict(published)
    change("inspections", I19, inspection=code)(tables)
    assert broken("inspection-code", tables) == ([code] if wrong else [])


def test_discretion_ends_at_the_rating_that_was_published_last(published):
    rating = {"inspection": N19, "standard": "2.4"}
    other, raised = "Good", "Requires improvement"
    for first, later, wrong in ((other, raised, 0), (raised, other, 1)):
        tables = dict(published)
        change("ratings", rating, rating=first)(tables)
        again("ratings", rating, rating=later, **SAME_DAY)(tables)
        assert len(broken("discretion-to-the-published-rating", tables)) == wrong


def test_a_value_is_shown_as_it_stands_in_the_file():
    assert [rule.shown(value) for value in (75.0, 1.5, 7, "x", pd.NA)] == [
        "75",
        "1.5",
        "7",
        "x",
        "",
    ]


def test_a_range_of_one_score_is_in_order(published):
    for ogrs in ("90", "90-90"):
        tables = dict(published)
        change("allocation_matrix", {"ogrs": "90-100"}, ogrs=ogrs)(tables)
        assert broken("ogrs-from-low-to-high", tables) == []


@pytest.mark.parametrize(
    ("printed", "kind", "wanted"),
    [
        (pd.NA, "month", "none given"),
        ("soon", "none given", "in words"),
        ("soon", "in words", "in words"),
        ("Spring 2020", "ongoing", "period"),
        ("Spring 2020", "month", "period"),
        ("Spring 2020", "date", "period"),
        ("Spring 2020", "period", "period"),
        ("Spring 2020, by March 2020", "month", "month"),
        ("March 2020", "in words", "month"),
        ("March 2020", "ongoing", "month"),
        ("March 2020", "date", "date"),
        ("Ongoing from March 2020", "ongoing", "ongoing"),
        ("Ongoing from March 2020", "in words", "month"),
    ],
)
def test_the_kind_of_a_target_is_the_one_it_is_printed_as(published, printed, kind, wanted):
    tables = dict(published)
    change("actions", ACTION, due_printed=printed, due_kind=kind)(tables)
    told = BY_NAME["print-goes-with-its-kind"].check(tables)
    assert [f'and "{wanted}" as its kind' in problem.fix for problem in told] == (
        [] if wanted == kind else [True]
    )


@pytest.mark.parametrize(("day", "wrong"), [("2023-02-28", []), ("2023-03-01", ["2023-03-01"])])
def test_an_update_three_years_after_its_plan_is_the_last(published, day, wrong):
    tables = dict(published)
    change("action_updates", {}, date=day)(tables)
    assert broken("update-within-years", tables) == wrong


@pytest.mark.parametrize(("due", "wrong"), [("2030-02-28", []), ("2030-03", ["2030-03"])])
def test_a_revised_target_ten_years_after_its_plan_is_the_last(published, due, wrong):
    tables = dict(published)
    change("action_updates", {}, due=due)(tables)
    assert broken("revised-target-after-its-update", tables) == wrong


I18, I19, P20 = {"inspection": N18}, {"inspection": N19}, {"plan": N20}
ACTION, AUTUMN = {"action": f"{DLNR}-1-01"}, {"action": f"{DLNR}-1-02"}


def sample(inspection: str, name: str) -> dict[str, str]:
    return {"inspection": inspection, "sample": name}


@pytest.mark.parametrize(
    ("name", "table", "where", "column", "last", "beyond"),
    [
        ("published-after-fieldwork", "inspections", I18, "published", "2018-07", "2018-06"),
        ("published-soon-after-fieldwork", "inspections", I19, "published", "2022", "2023"),
        ("round-near-its-dates", "inspections", I19, "round", 2018, 2017),
        ("round-near-its-dates", "inspections", I19, "round", 2020, 2021),
        ("plan-year", "plans", P20, "year", 2019, 2018),
        ("plan-year", "plans", P20, "year", 2021, 2022),
        ("plan-soon-after-report", "plans", P20, "submitted", "2023-02-28", "2023-03-01"),
        ("target-within-years", "actions", ACTION, "due", "2030-02", "2030-03"),
        ("target-within-years", "actions", AUTUMN, "due_end", "2030-02", "2030-03"),
        ("sample-no-larger-than-its-whole", "samples", sample(N19, "risk-of-harm"), "size", 97, 98),
        ("sample-near-what-was-asked-for", "samples", sample(N19, "unpaid-work"), "size", 150, 151),
        ("sample-of-the-usual-size", "samples", sample(N19, "case-supervision"), "size", 500, 501),
        (
            "lower-bound-within-its-whole",
            "samples",
            sample(N18, "risk-of-harm"),
            "size_at_least",
            100,
            101,
        ),
        ("value-is-a-share", "facts", FACT, "value", 100.0, 100.1),
        ("value-is-a-share", "facts", FACT, "value", 0.0, -0.1),
    ],
)
def test_the_last_value_that_is_allowed(published, name, table, where, column, last, beyond):
    for value, wrong in ((last, 0), (beyond, 1)):
        tables = dict(published)
        change(table, where, **{column: value})(tables)
        assert len(broken(name, tables)) == wrong


def test_cases_of_ten_years_are_not_too_far_apart(published):
    for year, wrong in (("2010", 0), ("2009", 1)):
        tables = dict(published)
        again("case_allocations", {}, case="a2", date=f"{year}-01")(tables)
        assert len(broken("case-allocations-within-years", tables)) == wrong


def test_a_plan_may_replace_one_of_the_same_day(published):
    for day, wrong in (("2020-02-07", 0), ("2020-02-06", 1)):
        tables = dict(published)
        again("plans", P20, plan="second", replaces=N20, submitted=day)(tables)
        assert len(broken("plan-replaces-an-earlier-one", tables)) == wrong


@pytest.mark.parametrize(
    ("band", "cell", "says"),
    [
        ("Inadequate", {"lower_percent": 1}, "no band covers 0; let the lowest band begin at 0"),
        ("Inadequate", {"lower_percent": 3}, "covers 0 to 2; let the lowest band begin at 0"),
        ("Good", {"lower_percent": 66}, "no band covers 65; let each band begin one above"),
        ("Good", {"lower_percent": 67}, "no band covers 65 to 66; let each band begin one above"),
        ("Good", {"lower_percent": 64}, "another band, which reaches up to 64; let each band"),
        ("Good", {"upper_percent": 64}, "below the band's own beginning, 65; check both ends"),
        ("Outstanding", {"upper_percent": 99}, "the highest possible value is 100; let the top"),
    ],
)
def test_a_band_that_does_not_fit_is_told_how(published, band, cell, says):
    tables = dict(published)
    change("rating_bands", {"framework": "crc-2019", "rating": band}, **cell)(tables)
    (problem,) = BY_NAME["bands-cover-everything"].check(tables)
    assert says in str(problem)


def test_totals_need_bands_where_an_overall_rating_was_given(published):
    tables = dict(published)
    without("overall_bands", framework="crc-2019")(tables)
    (problem,) = BY_NAME["bands-cover-everything"].check(tables)
    assert str(problem) == "overall_bands.csv: has no row for crc-2019; add its bands."
    change("overall_ratings", {"inspection": N19}, rating=pd.NA)(tables)
    assert broken("bands-cover-everything", tables) == []


@pytest.mark.parametrize(
    ("applies_to", "points", "bands", "wrong"),
    [
        ("qualitative evidence", pd.NA, 1, False),
        ("qualitative evidence", pd.NA, pd.NA, True),
        ("qualitative evidence", 5, 1, True),
        ("key questions", 5, pd.NA, False),
        ("key questions", pd.NA, pd.NA, False),
        ("key questions", pd.NA, 1, True),
    ],
)
def test_discretion_goes_with_its_evidence(published, applies_to, points, bands, wrong):
    tables = dict(published)
    change("discretion_rules", {}, applies_to=applies_to, points=points, bands=bands)(tables)
    found = broken("discretion-rule-goes-with-its-evidence", tables)
    assert found == ([applies_to] if wrong else [])


@pytest.mark.parametrize(
    ("same", "comparable", "wrong"),
    [("no", "no", 0), ("yes", "no", 1), ("no", "caution", 1), ("no", "yes", 1)],
)
def test_what_had_no_number_before_is_neither_the_same_nor_compared(
    published, same, comparable, wrong
):
    tables = dict(published)
    told = {"same_question": same, "comparable": comparable, "previous_subject": pd.NA}
    change("comparability", {"subject": "2.1.1"}, **told)(tables)
    assert len(broken("compared-with-something", tables)) == wrong


def test_a_plan_may_print_a_total_of_none(published):
    tables = dict(published)
    without("responses", plan=N20, response="not agreed")(tables)
    assert broken("printed-totals", tables) == ["1"]
    change("plans", P20, not_agreed_printed=0)(tables)
    assert broken("printed-totals", tables) == []


def test_a_band_of_one_percent_covers_it(published):
    tables = dict(published)
    where = {"framework": "crc-2019"}
    change("rating_bands", {**where, "rating": "Good"}, upper_percent=65)(tables)
    change("rating_bands", {**where, "rating": "Outstanding"}, lower_percent=66)(tables)
    assert broken("bands-cover-everything", tables) == []


def test_an_update_that_lies_ahead(published, monkeypatch):
    monkeypatch.setattr(rule, "today", lambda: "2020-06-29")
    assert broken("update-not-ahead", published) == ["2020-06-30"]
    monkeypatch.setattr(rule, "today", lambda: "2020-06-30")
    assert broken("update-not-ahead", published) == []


@pytest.mark.parametrize(
    ("printed", "typed", "wanted"),
    [
        ("July 2018", "2018-07", True),
        ("July 2018", "2018-08", False),
        ("Monday 16 September 2019", "2019-09-16", True),
        ("Monday 16 September 2019", "2019-09-17", False),
        ("16 September 2019", "2018-09-16", False),
        ("September 16th, 2019", "2019-09-15", False),
        ("28/02/2020", "2020-02-28", True),
        ("28/02/2020", "2020-02-27", False),
        ("03.04.19", "2019-04-03", True),
        ("03/04/2019", "2019-03-04", False),  # day and month are not exchanged
        ("Week commencing 10th February 2020", "2020-02", True),
        ("By end of March 2020", "2020-03", True),
        ("January and March 2020", "2020-03", True),
        ("January and March 2020", "2020-02", False),
        ("on completion", "2020-02", True),
        ("Winter 2019/20", "2020-01", True),
        ("Winter 2019/20", "2021-01", False),
        ("2021", "2021-01", True),
        ("2021", "2022-01", False),
        ("Sept 2019", "2019-09", True),
        ("28/02/2020", "2020-02", True),
        ("28/02/2020", "2020-03", False),
        ("28/02/2020", "2020", True),
        ("28/02/2020", "2019", False),
    ],
)
def test_a_date_as_printed_and_as_typed(printed, typed, wanted):
    assert agrees(printed, typed) is wanted


def test_a_reprint_of_the_same_figure_on_the_same_day_may_stand(published):
    """Reports of one month print the same aggregate; another figure leaves open which holds."""
    tables = dict(published)
    corrected("comparator_scores", AC)(tables)
    (rule,) = (r for r in RULES if r.name == "corrections-of-comparator-scores-have-days")
    assert list(rule.check(tables)) == []
    tables = dict(published)
    corrected("comparator_scores", AC, percent=12)(tables)
    assert [problem.column for problem in rule.check(tables)] == ["source"]


@pytest.mark.parametrize(
    ("year", "wrong"), [(1989, True), (1990, False), (2099, False), (2100, True)]
)
def test_a_year_printed_with_a_figure_is_no_earlier_figure(year, wrong):
    row = {"as_printed": f"75% ({year})", "unit": "percent", "value": 75.0, "previous_value": 60.0}
    frame = pd.DataFrame([{**row, "comparator": pd.NA, "comparator_value": pd.NA, "target": pd.NA}])
    assert facts._previous_not_printed(frame) == [wrong]


@pytest.mark.parametrize(
    ("printed", "first", "last", "wanted"),
    [
        ("Spring 2020", "2020-03", "2020-05", True),
        ("Spring 2020", "2020-04", "2020-06", False),
        ("Spring 2020", "2021-03", "2021-05", False),
        ("Winter 2019/20", "2019-12", "2020-02", True),
        ("winter 2019", "2019-12", "2020-02", True),
        ("winter 2019", "2019-12", "2021-02", False),
        ("Q1 2020/21", "2020-04", "2020-06", True),
        ("Q1 2020", "2020-01", "2020-03", True),
        ("Quarter 3 of 2020", "2020-07", "2020-09", True),
        ("third quarter 2020", "2020-07", "2020-08", False),
        ("March to June 2020", "2020-03", "2020-06", True),
        ("March to June 2020", "2020-03", "2020-07", False),
        ("March to June 2020", "2020-06", "2020-03", False),
        ("March 2020", "2020-03", "2020-03", True),
        ("Summer 2020", "2020-06", "2020-08", True),
        ("Autumn 2020", "2020-09", "2020-11", True),
        ("second quarter of 2020", "2020-04", "2020-06", True),
        ("fourth quarter 2020", "2020-10", "2020-12", True),
        ("Q4 2020/21", "2021-01", "2021-03", True),
        ("Q1 2020", "2020-02", "2020-04", False),
        ("Q1 2020", "2021-01", "2021-03", False),
    ],
)
def test_a_period_as_printed_and_as_typed(printed, first, last, wanted):
    assert is_period(printed, first, last) is wanted
