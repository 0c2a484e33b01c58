"""Every notebook runs by itself, top to bottom, with its defaults, and is kept clean."""

from pathlib import Path

import nbformat
import papermill
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


#: What the project's own data do not allow yet runs on simulated data.
SIMULATED = {
    "national": {},
    "rounds": {"provider": "simulated-0001"},
    "scorecard": {"provider": "simulated-0001"},
}


@pytest.fixture(autouse=True)
def processed(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPELINE_PROCESSED", str(site / "processed"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_with_its_defaults(
    path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if path.stem in SIMULATED:
        demo = request.getfixturevalue("demo")
        monkeypatch.setenv("PIPELINE_PROCESSED", str(demo / "processed"))
    done = papermill.execute_notebook(
        path,
        None,
        SIMULATED.get(path.stem),
        engine_name="ipython",
        progress_bar=False,
        cwd=str(path.parent),
    )
    for cell in done.cells:
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            assert not [o for o in cell.outputs if o.output_type == "error"]
    assert sum(bool(cell.get("outputs")) for cell in done.cells) >= 5


def test_explore_runs_in_an_ordinary_kernel_too() -> None:
    (path,) = [path for path in NOTEBOOKS if path.stem == "explore"]
    done = papermill.execute_notebook(
        path, None, kernel_name="python3", progress_bar=False, cwd=str(path.parent)
    )
    shown = [o for cell in done.cells for o in cell.get("outputs", [])]
    pictures = [o for o in shown if "<svg" in o.get("data", {}).get("text/html", "")]
    assert len(pictures) == 6  # one a question, and one for data of one's own
    assert not any("0x" in o.get("data", {}).get("text/plain", "") for o in shown)
    texts = " ".join(o.get("data", {}).get("text/plain", "") for o in shown)
    # 70 of 100 against 78 of 97: z squared is the chi-squared of the 2x2 table, 2.857; p is 0.091.
    assert "0.091" in texts


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_thin_and_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        assert cell.outputs == [] and cell.execution_count is None
        assert len(cell.source.splitlines()) <= 8
        if path.stem != "explore" and not {"parameters", "setup", "notebook"} & set(
            cell.metadata.get("tags", [])
        ):
            assert cell.source.startswith("report.") and "\n" not in cell.source
