"""Rules on printed counts, totals and sample sizes, set against the rows they count."""

from collections.abc import Iterator

from pipeline.analysis.quality.lookups import ERROR, WARNING, Finding, Records, plain, rule
from pipeline.analysis.records import grouped


@rule(ERROR, "Printed counts agree with what they count")
def count_agrees_with_rows(records: Records) -> Iterator[Finding]:
    """Does a printed count agree with the rows it counts?"""
    for inspection in records.framework:
        for measure, (counted, of_what) in _countable(records, inspection).items():
            for fact in records.facts.get((inspection, measure), []):
                if fact["value"] is None or counted is None:
                    continue
                yield Finding(
                    inspection,
                    measure,
                    fact["value"] == counted,
                    f"{plain(fact['value'])} in {fact['place']}; {counted} {of_what}.",
                )


def _countable(records: Records, inspection: str) -> dict[str, tuple[int | None, str]]:
    """Counts that a report may print and that the tables can be counted for."""
    plans = [p["plan"] for p in records.rows("plans") if p["inspection"] == inspection]
    asked = [r for r in records.rows("recommendations") if r["plan"] in plans]
    verdicts = [f["verdict"] for f in records.rows("follow_up") if f["inspection"] == inspection]
    given = [r["rating"] for r in records.rows("ratings") if r["inspection"] == inspection]
    # A plan may hold recommendations to others than the provider; only a plain list can be counted.
    one_addressee = len({r["addressed_to"] for r in asked}) == 1
    return {
        "recommendations-made": (
            len(asked) if asked and one_addressee else None,
            "recommendations in the plan that answers it",
        ),
        "recommendations-previous": (len(verdicts) or None, "earlier recommendations followed up"),
        "recommendations-sufficient-progress": (
            verdicts.count("sufficient") if verdicts else None,
            "verdicts of sufficient progress",
        ),
        "recommendations-some-progress": (
            verdicts.count("some") if verdicts else None,
            "verdicts of some progress",
        ),
        "standards-rated-good": (given.count("Good") if given else None, "ratings of Good"),
        "standards-inspected": (len(given) or None, "rated standards"),
    }


@rule(ERROR, "Totals printed in action plans")
def plan_totals_agree(records: Records) -> Iterator[Finding]:
    """Do the totals printed in an action plan agree with its responses?"""
    responses = grouped(records.rows("responses"), "plan")
    for plan in records.rows("plans"):
        given = [row["response"] for row in responses[plan["plan"]]]
        for response in ("agreed", "partly agreed", "not agreed", "total"):
            printed = plan[f"{response.replace(' ', '_')}_printed"]
            if printed is None:
                continue
            counted = len(given) if response == "total" else given.count(response)
            yield Finding(
                plan["inspection"] or "",
                f"plan {plan['plan']}, {response}",
                counted == int(printed),
                f"{printed} printed, {counted} counted.",
            )


@rule(WARNING, "Samples as large as required, or complete")
def sample_reaches_its_size(records: Records) -> Iterator[Finding]:
    """Was the required number of cases read, or every eligible one?"""
    for sample in records.rows("samples"):
        size, required = sample["size"], sample["required_size"]
        if size is None or required is None:
            continue
        complete = sample["all_eligible"] == "yes"
        yield Finding(
            sample["inspection"],
            f"sample {sample['sample']}",
            size >= required or complete,
            f"{size} cases read, {required} required"
            + ("; every eligible case was read." if complete else "."),
        )
