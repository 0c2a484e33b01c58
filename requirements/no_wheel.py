"""Refuses to build a wheel: without its folder of data and notebooks the program does nothing."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class NoWheel(BuildHookInterface):
    """Lets the editable installation of ``make`` pass, and nothing else."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Say so in a sentence."""
        if version != "editable":
            raise SystemExit(
                "There is no wheel: this program works in its own folder, with the data and "
                "notebooks that lie there. Clone the project and run make report in it."
            )
