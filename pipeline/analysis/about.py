"""What ``about.json`` says of every report alike."""

from typing import Any


def about_provider(
    kind: str, name: str, provider: str, full: Any, short: Any, simulated: Any
) -> dict[str, Any]:
    """Return how a report of one provider begins: ``simulated`` is yes or no, as in providers."""
    return {
        "name": name,
        "kind": kind,
        "provider": provider,
        "provider_name": full,
        "short_name": short,
        "simulated": simulated == "yes",
    }


def page(name: str, notebook: str, edition: str = "", **parameters: Any) -> dict[str, Any]:
    """Return a page of a report: its notebook and what that is told."""
    return {"name": name, "notebook": notebook, "edition": edition, "parameters": parameters}
