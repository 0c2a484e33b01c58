"""The lock files and environment.yml say what pyproject.toml says. Nothing is installed here."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PYPROJECT["optional-dependencies"]
# conda-forge splits some packages; the lean half is what we need.
CONDA_NAMES = {
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
    "nbconvert-core": "nbconvert",
}


def locked(name: str) -> dict[str, list[Requirement]]:
    """Return the pinned packages of a lock file; a fork by Python version gives several."""
    text = (PROJECT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    pins: dict[str, list[Requirement]] = {}
    for line in text.splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line.removesuffix("\\").strip())
            pins.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return pins


def hashes(name: str) -> list[str]:
    text = (PROJECT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return re.findall(r"^    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("report", ["build"]),
        ("develop", ["build", "develop"]),
        ("lab", ["build", "lab"]),
        ("rivals", ["build", "rivals"]),
    ],
)
def test_lock_satisfies_pyproject(lock: str, extras: list[str]) -> None:
    pins = locked(lock)
    wanted = [*PYPROJECT["dependencies"], *(item for extra in extras for item in EXTRAS[extra])]
    for text in wanted:
        requirement = Requirement(text)
        found = pins.get(canonicalize_name(requirement.name))
        assert found, f"requirements/{lock}.txt lacks {requirement.name}: run make lock"
        for pin in found:
            (only,) = pin.specifier
            assert only.operator == "==", f"{pin} is not pinned"
            assert Version(only.version) in requirement.specifier, (
                f"requirements/{lock}.txt pins {pin}, pyproject.toml asks for {text}: run make lock"
            )


@pytest.mark.parametrize("lock", ["report", "develop", "lab", "rivals"])
def test_every_pin_has_hashes(lock: str) -> None:
    assert len(hashes(lock)) >= sum(map(len, locked(lock).values()))


@pytest.mark.parametrize("lock", ["develop", "lab", "rivals"])
def test_every_environment_makes_reports_with_the_same_versions(lock: str) -> None:
    other = locked(lock)
    for name, pins in locked("report").items():
        ours, theirs = ({str(pin.specifier) for pin in group} for group in (pins, other[name]))
        assert ours == theirs, f"{name} differs in requirements/{lock}.txt: run make lock"


def test_jupyterlab_stays_out_of_the_environment_that_makes_reports() -> None:
    assert "jupyterlab" not in locked("report")
    assert "jupyterlab" not in locked("develop")


def test_conda_environment_has_the_same_ranges() -> None:
    text = (PROJECT / "environment.yml").read_text(encoding="utf-8")
    listed = re.findall(r"^  - ([a-z0-9_-]+)([<>=!~].*)?$", text, re.MULTILINE)
    conda = {CONDA_NAMES.get(name, name): ranges for name, ranges in listed}
    wanted = [Requirement(item) for item in [*PYPROJECT["dependencies"], *EXTRAS["lab"]]]
    for requirement in wanted:
        assert requirement.name in conda, f"environment.yml lacks {requirement.name}"
        ranges = Requirement(f"x{conda.pop(requirement.name)}").specifier
        assert ranges == requirement.specifier, f"environment.yml: {requirement.name} {ranges}"
    assert conda.pop("python") == PYPROJECT["requires-python"]
    assert set(conda) <= {"pip", "nodefaults", "conda-forge"}, f"only in environment.yml: {conda}"


def test_the_version_is_the_one_the_changelog_begins_with() -> None:
    text = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    number, unreleased = re.search(r"^## (\S+)( \(unreleased\))?$", text, re.MULTILINE).groups()
    version = Version(PYPROJECT["version"])
    assert version.base_version == number
    assert version.is_devrelease == bool(unreleased), "a page must not print what is not released"
