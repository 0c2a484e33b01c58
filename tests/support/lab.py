"""JupyterLab as analysts meet it: the lab environment's own server, driven by a browser."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
THEMES = ("JupyterLab Light", "JupyterLab Dark")
TOKEN = "only-this-machine"
PROCESSED = "processed"
OUTPUTS_CHECK = Path(__file__).with_name("outputs.js").read_text(encoding="utf-8")
NO_LAB = (
    "\n*** NO JUPYTERLAB: .venv-lab is not there, so NO NOTEBOOK WAS LOOKED AT IN IT. "
    "make lab, or make .venv-lab/lab.stamp, builds it. ***\n"
)
#: Whole notebooks in the page, not only what is on the screen; nothing asked of other machines.
SETTINGS = {
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}


def jupyter() -> Path | None:
    """Return the lab environment's ``jupyter``, or None where there is no such environment."""
    program = PROJECT / ".venv-lab" / "bin" / "jupyter"
    return program if program.exists() else None


@contextlib.contextmanager
def server(folder: Path) -> Iterator[str]:
    """Start JupyterLab on this machine's loopback over a folder; return its address.

    Its settings and its state are in ``folder``'s neighbourhood, and a kernel's processed tables
    beside its notebook, so that neither the user's own Lab nor the project is touched.
    """
    home = folder.parent / "jupyter"
    for plugin, wanted in SETTINGS.items():
        package, _, name = plugin.partition(":")
        path = home / "settings" / package / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(wanted), encoding="utf-8")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    program = jupyter()
    assert program is not None
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTHON"))},
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "PIPELINE_PROCESSED": PROCESSED,
    }
    said = (folder.parent / "jupyter.log").open("w", encoding="utf-8")
    running = subprocess.Popen(
        [
            program, "lab", "--no-browser", "--ip=127.0.0.1", f"--port={port}",
            f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={TOKEN}",
            "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly",
            "--LabApp.news_url=None", "--allow-root",
        ],
        env=environment, stdout=said, stderr=subprocess.STDOUT, cwd=folder,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, running, folder.parent / "jupyter.log")
        yield address
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
        said.close()


def _wait_for(address: str, running: subprocess.Popen[bytes], said: Path) -> None:
    while running.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/api?token={TOKEN}"):
            return
        time.sleep(0.2)
    raise AssertionError("JupyterLab did not start:\n" + said.read_text(encoding="utf-8")[-3000:])


def copied(
    names: list[str], folder: Path, processed: Path, provider: str = "northumbria-crc"
) -> None:
    """Make a folder with copies of some of the project's notebooks: running one writes to it.

    Their processed tables are ``processed``, and their parameter ``provider`` is set to another
    where one is given.
    """
    folder.mkdir(parents=True)
    (folder / PROCESSED).symlink_to(processed)
    for name in names:
        text = (PROJECT / "notebooks" / name).read_text(encoding="utf-8")
        text = text.replace('provider = \\"northumbria-crc\\"', f'provider = \\"{provider}\\"')
        (folder / name).write_text(text, encoding="utf-8")


@contextlib.contextmanager
def opened(browser: Any, address: str) -> Iterator[Any]:
    """Open Lab; ``asked`` on the page lists what it asked of other machines."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(120_000)  # no limit to hold anybody to: only so that nothing hangs
    page.asked = []

    def route(call: Any) -> None:
        if call.request.url.startswith(address):
            call.continue_()
        else:
            page.asked.append(call.request.url)
            call.abort()

    page.route(lambda url: not url.startswith(("data:", "blob:")), route)
    page.goto(f"{address}/lab?token={TOKEN}")
    page.wait_for_function("window.jupyterapp !== undefined")
    page.evaluate("window.jupyterapp.restored.then(() => true)")
    try:
        yield page
    finally:
        context.close()


@contextlib.contextmanager
def notebook(page: Any, path: str) -> Iterator[None]:
    """Open a notebook in Lab, with a kernel of its own, and close both."""
    page.evaluate(
        "path => window.jupyterapp.commands.execute('docmanager:open', { path }).then(() => true)",
        path,
    )
    page.wait_for_function(
        "path => window.jupyterapp.shell.currentWidget?.context?.path === path", arg=path
    )
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    try:
        yield
    finally:
        page.evaluate(
            """async () => {
              const panel = window.jupyterapp.shell.currentWidget;
              await panel.sessionContext.shutdown();
              panel.dispose();
            }"""
        )


def run_all(page: Any) -> None:
    """Run every cell of the open notebook, top to bottom, and wait for the last."""
    page.evaluate(
        """async () => {
          const panel = window.jupyterapp.shell.currentWidget;
          await panel.sessionContext.ready;
          await panel.context.ready;
          await window.jupyterapp.commands.execute('notebook:run-all-cells');
          return true;
        }"""
    )


def shown_in(page: Any, theme: str) -> list[str]:
    """Return what is wrong with the outputs of the open notebook in one of Lab's themes."""
    page.evaluate(
        "name => window.jupyterapp.commands.execute('apputils:change-theme', { theme: name })"
        ".then(() => true)",
        theme,
    )
    light = "true" if theme == THEMES[0] else "false"
    page.wait_for_selector(f'body[data-jp-theme-light="{light}"]', state="attached")
    page.evaluate("() => new Promise(done => setTimeout(done, 300))")  # the theme fades in
    check = f"() => ({OUTPUTS_CHECK})([...document.querySelectorAll('.jp-OutputArea-output')])"
    return [f"{theme}: {fault}" for fault in page.evaluate(check)]


def without_styles(page: Any) -> None:
    """Take the style sheets out of the outputs of the open notebook."""
    page.evaluate(
        "() => document.querySelectorAll('.jp-OutputArea-output style').forEach((s) => s.remove())"
    )


def cell_faults(page: Any) -> list[str]:
    """Return cells that did not run, failed, or wrote to stderr."""
    found: list[str] = page.evaluate(
        """() => {
          const faults = [];
          document.querySelectorAll('.jp-Notebook .jp-CodeCell').forEach((cell, at) => {
            const code = cell.querySelector('.cm-content')?.textContent.slice(0, 50);
            const number = cell.querySelector('.jp-InputPrompt').textContent;
            if (!/\\[\\d+\\]/.test(number)) faults.push(`"${code}" did not run`);
            for (const kind of ['stderr', 'error']) {
              const said = cell.querySelector(`[data-mime-type="application/vnd.jupyter.${kind}"]`);
              if (said) faults.push(`"${code}" gives ${kind}: ${said.textContent.slice(0, 300)}`);
            }
          });
          return faults;
        }"""
    )
    return found


def photograph(page: Any, path: Path) -> None:
    """Save a picture of the whole open notebook, to be looked at."""
    height = page.evaluate(
        "() => Math.max(...['.jp-Notebook', '.jp-WindowedPanel-outer', '.jp-WindowedPanel-inner']"
        ".map((name) => document.querySelector(name)?.scrollHeight ?? 0))"
    )
    page.set_viewport_size({"width": 1400, "height": int(height) + 200})
    page.evaluate(
        "() => document.querySelectorAll('.jp-Notebook, .jp-WindowedPanel-outer')"
        ".forEach((panel) => { panel.scrollTop = 0; })"
    )
    page.wait_for_timeout(500)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(path))
    page.set_viewport_size({"width": 1400, "height": 900})
