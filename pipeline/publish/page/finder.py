"""A box and lists that narrow rows on a page, where scripts run; without them all rows are there.

The script (``template/finder.js``) looks at elements with ``data-row``: the words of the row, and
for each list the row's ``data-<field>``. Elements with ``data-group`` go with their last row. A
table with ``data-sortable`` gets buttons in its headings that have ``data-sort``.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.publish.page.markup import Markup, tag, void


def finder(label: str, count: int, lists: Sequence[tuple[str, str, Sequence[str]]] = ()) -> Markup:
    """Return the box and its lists, hidden until the script shows them.

    ``label`` says what to type, ``count`` how many rows there are, ``lists`` are the field, its
    name and its values; a list of fewer than two values is left out.
    """
    chosen = [
        tag(
            "p",
            tag("label", name, for_=f"find-{field}"),
            tag(
                "select",
                tag("option", "any", value=""),
                *(tag("option", value) for value in values),
                id=f"find-{field}",
                data_field=field,
            ),
        )
        for field, name, values in lists
        if len(values) > 1
    ]
    return tag(
        "div",
        tag(
            "p",
            tag("label", label, for_="search"),
            void("input", type="search", id="search", autocomplete="off"),
        ),
        *chosen,
        tag("p", f"{count} of {count} shown", id="found", role="status"),
        class_="finder",
        data_finder=True,
        hidden=True,
    )
