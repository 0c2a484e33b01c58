"""From pages to PDF with a browser that is already installed; nothing is ever downloaded.

Chromium, Chrome or Edge prints a page by its own print style sheet. The file holds real text, tags
for screen readers, and an outline from the headings.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from pipeline.files import write_whole
from pipeline.publish.build.catalogue import CannotBuild

BROWSER = "PIPELINE_BROWSER"
"""Environment variable that names the browser to use, where the usual places do not do."""

#: Names and places of programs that can print, the one to prefer first.
_PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    *(
        os.path.expandvars(rf"%{root}%\{program}.exe")
        for root in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        for program in (
            r"Google\Chrome\Application\chrome",
            r"Chromium\Application\chrome",
            r"Microsoft\Edge\Application\msedge",
        )
    ),
)


def find_browser() -> Path | None:
    """Return the program file of an installed Chromium, Chrome or Edge, or None."""
    named = os.environ.get(BROWSER)
    found = filter(None, map(shutil.which, [named] if named else _PROGRAMS))
    return next(map(Path, found), None)


def write_pdf(page: Path, target: Path, timeout: float = 90) -> Path:
    """Print one page to one PDF, put in place when whole; return its path.

    Raises
    ------
    CannotBuild
        No browser is installed, or it left no PDF within ``timeout`` seconds.
    """
    program = find_browser()
    if program is None:
        raise CannotBuild(
            "No PDF was made: neither Chromium, Chrome nor Edge was found. Install one of them, or "
            f"set {BROWSER} to the browser's program file. Any page can also be printed to PDF "
            "from the browser it is read in."
        )
    with tempfile.TemporaryDirectory(prefix="print-") as folder:
        fresh = Path(folder) / "page.pdf"
        command = [
            str(program),
            # Quiet, offline and apart from the user's own browser.
            "--headless=new",
            "--disable-gpu",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-extensions",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={Path(folder) / 'profile'}",
            # Chromium refuses its sandbox to root, who is who runs in most containers.
            *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={fresh}",
            page.resolve().as_uri(),
        ]
        try:
            ended = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            raise CannotBuild(
                f"{program.name} did not print {page.name} within {timeout:g} seconds"
            ) from None
        if not fresh.is_file() or not fresh.read_bytes().startswith(b"%PDF"):
            raise CannotBuild(
                f"{program.name} ended with code {ended.returncode} and left no PDF of {page.name}"
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, fresh.read_bytes())
    return target
