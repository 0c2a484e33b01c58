"""What is made of tables once, however many ask for it."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

Rest = ParamSpec("Rest")
Made = TypeVar("Made")


class Kept(dict[str, pd.DataFrame]):
    """Tables that nobody changes any more, with what was made of them (``once``)."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Take the tables; nothing is made of them yet."""
        super().__init__(tables)
        self.made: dict[Any, Any] = {}


def once(
    make: Callable[Concatenate[Mapping[str, pd.DataFrame], Rest], Made],
) -> Callable[Concatenate[Mapping[str, pd.DataFrame], Rest], Made]:
    """Have a function work once for the same tables, if these are ``Kept``.

    All who ask share what it returns, so that none of them may change it.
    """

    @wraps(make)
    def made(
        tables: Mapping[str, pd.DataFrame], /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> Made:
        if not isinstance(tables, Kept):
            return make(tables, *args, **kwargs)
        key = make, args, *kwargs.items()
        if key not in tables.made:
            tables.made[key] = make(tables, *args, **kwargs)
        found: Made = tables.made[key]
        return found

    return made
