"""The codes of providers, inspections, plans and sources that are new."""

import re
import unicodedata

import pandas as pd

_LONG = "community rehabilitation company"


def code_of(name: str) -> str:
    """Return a name as a code: small letters, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    short = re.sub(_LONG, "CRC", plain, flags=re.I).replace("&", " and ").replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", short.lower()).strip("-")


def known_provider(name: str, providers: pd.DataFrame) -> str | None:
    """Return the code of the provider of the raw tables that goes by a name, long or short."""
    for _, row in providers.iterrows():
        if code_of(name) in {row["provider"], code_of(row["name"]), code_of(row["short_name"])}:
            return str(row["provider"])
    return None


def inspection_code(provider: str, year: int | str) -> str:
    """Return the code of an inspection or plan: provider and year."""
    return f"{provider}-{year}"
