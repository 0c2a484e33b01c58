"""The papermill engine ``warm`` by name, for papermill's list of engines.

Papermill loads every engine it knows of while it is itself being imported. So this module imports
nothing until the engine is used: whoever uses another one pays nothing for it, and
:mod:`pipeline.publish.build.warm`, which builds on papermill, may be imported first or last.
"""

from __future__ import annotations

from typing import Any


class WarmEngine:
    """Runs notebooks in forks of a process with its libraries loaded."""

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, **options: Any) -> Any:
        """Run a notebook; takes and returns what papermill's own engine does."""
        from pipeline.publish.build.warm import ForkingEngine

        return ForkingEngine.execute_notebook(nb, kernel_name, **options)

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> str:
        """The kernel a notebook asks for."""
        from pipeline.publish.build.warm import ForkingEngine

        return str(ForkingEngine.nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> str:
        """The language a notebook is written in."""
        from pipeline.publish.build.warm import ForkingEngine

        return str(ForkingEngine.nb_language(nb, language))
