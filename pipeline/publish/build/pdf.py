"""From pages to PDF with a browser that is already installed; nothing is ever downloaded.

Chromium, Chrome or Edge prints a page by its own print style sheet. The file holds real text, tags
for screen readers, and an outline from the headings.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

BROWSER = "PIPELINE_BROWSER"
"""Environment variable that names the browser to use, where the usual places do not do."""

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_WINDOWS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)
_WINDOWS_ROOTS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")


class NoBrowser(RuntimeError):
    """No browser that can print to PDF is installed."""

    def __init__(self) -> None:
        """Say what is missing and how to mend it."""
        super().__init__(
            "No PDF was made: neither Chromium, Chrome nor Edge was found. Install one of them, or "
            f"set {BROWSER} to the browser's program file. Any page can also be printed to PDF "
            "from the browser it is read in."
        )


class PrintFailed(RuntimeError):
    """The browser ran but left no PDF."""


def find_browser() -> Path | None:
    """Return the program file of an installed Chromium, Chrome or Edge, or None."""
    named = os.environ.get(BROWSER)
    if named:
        found = shutil.which(named)
        return Path(found) if found else None
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    places = [Path(place) for place in _MAC] if platform.system() == "Darwin" else []
    places += [
        Path(os.environ[root]) / place
        for root in _WINDOWS_ROOTS
        if os.environ.get(root)
        for place in _WINDOWS
    ]
    return next((place for place in places if place.is_file()), None)


def browser_arguments(profile: Path) -> list[str]:
    """Return the arguments that keep a browser quiet, offline and apart from the user's own."""
    quiet = [
        "--headless=new",
        "--disable-gpu",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-extensions",
        "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={profile}",
    ]
    # Chromium refuses its sandbox to root, who is who runs in most containers.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        quiet.append("--no-sandbox")
    return quiet


def write_pdf(page: Path, target: Path, browser: Path | None = None, timeout: float = 90) -> None:
    """Print one page to one PDF, written beside and put in place when whole.

    Raises
    ------
    NoBrowser
        If no browser is installed.
    PrintFailed
        If the browser left no PDF in time.
    """
    program = browser or find_browser()
    if program is None:
        raise NoBrowser
    with tempfile.TemporaryDirectory(prefix="print-") as folder:
        fresh = Path(folder) / "page.pdf"
        command = [
            str(program),
            *browser_arguments(Path(folder) / "profile"),
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={fresh}",
            page.resolve().as_uri(),
        ]
        try:
            ended = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            raise PrintFailed(
                f"{program.name} did not print {page.name} within {timeout:g} seconds"
            ) from None
        if not fresh.is_file() or not fresh.read_bytes().startswith(b"%PDF"):
            raise PrintFailed(
                f"{program.name} ended with code {ended.returncode} and left no PDF of {page.name}"
            )
        beside = target.with_name(f".{target.name}.new")
        shutil.copyfile(fresh, beside)
        beside.replace(target)


def write_pdfs(pages: Iterable[Path], folder: Path) -> Sequence[Path]:
    """Print pages into a folder, each under its own name; return the files written.

    Raises
    ------
    NoBrowser, PrintFailed
        As ``write_pdf``.
    """
    browser = find_browser()
    if browser is None:
        raise NoBrowser
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for page in pages:
        target = folder / f"{page.stem}.pdf"
        write_pdf(page, target, browser)
        written.append(target)
    return written
