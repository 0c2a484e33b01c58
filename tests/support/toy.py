"""A project in small: two notebooks, raw tables of one column, report data for each of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.analysis.files import ABOUT, FRAMES, REPORT_DATA, frames_bytes
from pipeline.files import of_file

NOTEBOOK = """\
import json, os
from pathlib import Path
from IPython.display import HTML
folder = Path(os.environ["PIPELINE_PROCESSED"]) / "report_data" / subject
words = (folder / "table.csv").read_text().strip()
"""


def notebook(*cells: str) -> Any:
    """A notebook whose first cell declares the toy reports' parameters."""
    import nbformat

    first = nbformat.v4.new_code_cell(
        'subject = "a"\nedition = "leadership"',
        id="first",
        metadata={"tags": ["parameters"]},
    )
    return nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
        cells=[
            first,
            *(nbformat.v4.new_code_cell(cell, id=f"cell-{i}") for i, cell in enumerate(cells)),
        ],
    )


def write_notebook(folder: Path, name: str, *cells: str) -> None:
    """A toy notebook: reads its table, shows it, and runs these cells besides."""
    import nbformat

    folder.mkdir(parents=True, exist_ok=True)
    show = 'HTML(f"<p>{subject}: {words}</p>")'
    nbformat.write(notebook(NOTEBOOK, *cells, show), folder / f"{name}.ipynb")


def write_raw(folder: Path, **words: str) -> None:
    """A toy raw folder: one file a subject."""
    folder.mkdir(parents=True, exist_ok=True)
    for subject, text in words.items():
        (folder / f"{subject}.csv").write_text(text)


@dataclass
class Processed:
    """As the real one: what was found."""

    problems: list[Any] = field(default_factory=list)
    newly_failed: list[str] = field(default_factory=list)
    files: dict[Path, str] = field(default_factory=dict)


def process(
    raw: Path, processed: Path, workers: int = 1, *, fresh: bool = False, **_: object
) -> Processed:
    """A toy of the real one: report data for each raw file, two editions for subject ``a``."""
    for path in sorted(raw.glob("*.csv")):
        subject = path.stem
        folder = processed / REPORT_DATA / subject
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "table.csv").write_text(path.read_text())
        editions = ["leadership", "analyst"] if subject == "a" else ["leadership"]
        about = {
            "name": subject,
            "kind": "comparison" if subject == "a" else "action-plan",
            "provider": f"provider-{subject}",
            "provider_name": subject,
            "simulated": False,
            "title": f"Toy {subject}",
            "result": "nothing",
            "round": 2019,
            "published": "2019-01-01",
            "data_version": "0",
            "reports": [
                {
                    "name": subject if edition == "leadership" else f"{subject}-{edition}",
                    "notebook": "toy",
                    "edition": edition,
                    "parameters": {"subject": subject, "edition": edition},
                }
                for edition in editions
            ],
        }
        (folder / ABOUT).write_text(json.dumps(about))
        (folder / FRAMES).write_bytes(frames_bytes({}))
    for folder in (processed / REPORT_DATA).iterdir():
        if not (raw / f"{folder.name}.csv").exists():
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
    files = sorted((processed / REPORT_DATA).glob("*/*"))
    return Processed(files={path.relative_to(processed): of_file(path) for path in files})
