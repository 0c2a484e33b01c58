"""The engine beside papermill's own: same outputs, same marks. Isolation is the workers' part."""

import copy
import io
import json
import re
import subprocess
import sys

import nbformat
import papermill
import pytest
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellTimeoutError
from papermill.exceptions import PapermillExecutionError

PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook(*cells, parameters="who = 'nobody'"):
    """A notebook with a parameters cell and these code cells."""
    made = nbformat.v4.new_notebook(metadata=copy.deepcopy(PYTHON))
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    made.cells = [first]
    for number, cell in enumerate(cells):
        tags = []
        if isinstance(cell, tuple):
            cell, tags = cell
        made.cells.append(
            nbformat.v4.new_code_cell(cell, id=f"cell-{number}", metadata={"tags": list(tags)})
        )
    return made


def run(made, engine="ipython", output=None, **options):
    options.setdefault("progress_bar", False)
    return papermill.execute_notebook(copy.deepcopy(made), output, engine_name=engine, **options)


def whole_streams(outputs):
    """Pieces of one stream put together: where a stream is cut depends on the clock alone."""
    whole = []
    for output in copy.deepcopy(outputs):
        before = whole[-1] if whole else {}
        if output.output_type == "stream" and output["name"] == before.get("name"):
            before["text"] += output["text"]
        else:
            whole.append(output)
    return whole


def printed(executed, cell=-1):
    return "".join(o.text for o in executed.cells[cell].outputs if o.output_type == "stream")


FIDELITY = [
    "who",
    "print('out'); import sys; print('err', file=sys.stderr)",
    "1 + 1;",
    "None",
    "x = 41\nx + 1",
    "_ + 1, Out[7], In[7], len(_ih)",
    "from IPython.display import HTML, Markdown, Latex, JSON, SVG, display\nHTML('<b>x</b>')",
    "display(Markdown('*m*'), Latex('$x$'), metadata={'a': 1})\n"
    "display({'text/x': 'raw'}, raw=True)",
    "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>')",
    "class P:\n    def _repr_png_(self): return b'\\x89PNG\\r\\n\\x1a\\n'\n"
    "    def _repr_mimebundle_(self, **k): return {'text/html': '<i/>', 'text/plain': 'P'}\nP()",
    "shown = display('old', display_id='k'); shown.update('new')",
    "from IPython.display import clear_output\nprint('gone'); clear_output(); print('kept')",
    "print('gone'); clear_output(wait=True); print('kept')",
    "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', None]})",
    "pd.Series([1.5, 2.5], name='s')",
    "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(figsize=(2, 1)); ax.plot([1, 2])",
    "%matplotlib inline\n%config InlineBackend.figure_formats = ['svg']\n"
    "import matplotlib as mpl; mpl.rcParams['svg.hashsalt'] = 'x'\n"
    "fig, ax = plt.subplots(figsize=(1, 1)); plt.show(); mpl.get_backend()",
    "fig",
    "plt.get_fignums()",
    "%%capture caught\nprint('hidden')",
    "caught.stdout",
    "%env WARM=1",
    "import os; os.environ['WARM']",
    "%%writefile made.txt\ntext",
    "%pwd\n%ls",
    "!cat made.txt; echo $WARM {x}",
    "lines = !cat made.txt\nlines",
    "%%bash\necho one; echo two >&2",
    "%%html\n<u>u</u>",
    "import asyncio\nasync def later(): await asyncio.sleep(0.01); return 'later'\nawait later()",
    "task = asyncio.create_task(later())\nasyncio.get_running_loop().is_running()",
    "await task",
    "import warnings; warnings.warn('careful')",
    "import logging; logging.getLogger('x').warning('logged')",
    "len?",
    "%who_ls str",
    "get_ipython().__class__.__mro__[-5:], __name__, sys.modules['__main__'].x",
    "import threading; t = threading.Thread(target=lambda: print('thread')); t.start(); t.join()",
    "from concurrent.futures import ProcessPoolExecutor\nimport multiprocessing\n"
    "def square(n): return n * n\n"
    "with ProcessPoolExecutor(2, multiprocessing.get_context('fork')) as pool:\n"
    "    r = list(pool.map(square, range(4)))\nr",
    ("1 / 0", ["raises-exception"]),
    ("def f():\n    raise KeyError('deep')\nf()", ["raises-exception"]),
    ("def (", ["raises-exception"]),
    ("%nosuchmagic", ["raises-exception"]),
    ("raise KeyboardInterrupt", ["raises-exception"]),
    ("never", ["skip-execution"]),
    "'after'",
]  # fmt: skip


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The same cells run by this engine and by papermill's own."""
    made = notebook(*FIDELITY)
    results = []
    for engine in ("ipython", "nbclient"):
        folder = tmp_path_factory.mktemp("run")
        nbformat.write(made, folder / "in.ipynb")
        command = ["--engine", engine, "-p", "who", "someone", "in.ipynb", "out.ipynb"]
        done = subprocess.run(
            [sys.executable, "-m", "papermill", *command],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 1, done.stderr
        executed = nbformat.read(folder / "out.ipynb", 4)
        executed.cells = papermill.execute.remove_error_markers(executed).cells
        results.append(executed)
    return results


@pytest.mark.parametrize("number", range(len(FIDELITY)))
def test_each_kind_of_output_is_as_papermill_has_it(both, number):
    ours, theirs = (executed.cells[number + 2] for executed in both)

    def plain(cell):
        """Without what differs between any two runs: folder, file of a cell, address, clock."""
        outputs = whole_streams(cell.outputs)
        for output in outputs:
            output.pop("traceback", None)
        text = re.sub(r"/run\d", "/run", json.dumps(outputs))
        text = re.sub(r"/tmp/ipykernel_\d+/\d+\.py|<ipython-input-[^>]*>", "cell", text)
        text = re.sub(r"\(\d+\.py, line", "(cell, line", text)
        text = re.sub(r"at 0x[0-9a-f]+", "at 0x", text)
        return json.loads(re.sub(r"<dc:date>[^<]*", "<dc:date>", text))

    assert plain(ours) == plain(theirs)
    assert ours.execution_count == theirs.execution_count
    assert ours.id == theirs.id
    assert set(ours.metadata) == set(theirs.metadata) - {"execution"}  # when a kernel began to work
    assert set(ours.metadata.papermill) == set(theirs.metadata.papermill)
    assert ours.metadata.papermill.status == theirs.metadata.papermill.status


def test_notebook_metadata_is_as_papermill_has_it(both):
    ours, theirs = both
    assert ours.metadata.language_info == theirs.metadata.language_info
    assert set(ours.metadata.papermill) == set(theirs.metadata.papermill)
    assert ours.metadata.papermill.parameters == {"who": "someone"}


def test_a_failing_cell_is_marked_saved_and_raised_as_papermill_does(tmp_path):
    made = notebook("print('before')", "1 / 0", "'never'")
    saved = {}
    for engine in ("ipython", None):
        path = tmp_path / f"{engine}.ipynb"
        with pytest.raises(PapermillExecutionError) as error:
            run(made, engine, output=path)
        assert (error.value.ename, error.value.evalue) == ("ZeroDivisionError", "division by zero")
        cells = nbformat.read(path, 4).cells
        saved[engine] = [
            (
                cell.cell_type,
                cell.metadata.get("tags"),
                [{**output, "traceback": ""} for output in cell.get("outputs", [])],
                cell.metadata.get("papermill", {}).get("status"),
                cell.metadata.get("papermill", {}).get("exception"),
            )
            for cell in cells
        ]
    assert saved["ipython"] == saved[None]
    assert [row[3] for row in saved["ipython"]] == [
        None, "completed", "completed", None, "failed", "pending",
    ]  # fmt: skip


def test_the_notebook_is_saved_cell_by_cell(tmp_path):
    path = tmp_path / "out.ipynb"
    look = (
        "import json\nprint([c['metadata']['papermill']['status']"
        f" for c in json.load(open({str(path)!r}))['cells']])"
    )
    executed = run(notebook("'first'", look, "'last'"), output=path)
    assert printed(executed, 2) == "['completed', 'completed', 'running', 'pending']\n"
    assert nbformat.read(path, 4).metadata.papermill.exception is None


def test_progress_is_shown_cell_by_cell(capsys):
    run(notebook("1", "2"), progress_bar={"mininterval": 0, "desc": "Running"})
    shown = capsys.readouterr().err
    assert "Running" in shown and "3/3" in shown


def test_output_can_be_followed_in_log_and_file(caplog):
    out, err = io.StringIO(), io.StringIO()
    with caplog.at_level("INFO", logger="papermill"):
        run(
            notebook("print('heard'); import sys; print('alarm', file=sys.stderr); 'result'"),
            log_output=True,
            stdout_file=out,
            stderr_file=err,
        )
    assert out.getvalue() == "heard\n" and err.getvalue() == "alarm\n"
    assert {"heard\n", "alarm\n", "'result'"} <= {record.message for record in caplog.records}


def test_leaving_by_exit_zero_is_no_error():
    executed = run(notebook("import sys; sys.exit(0)", "'on'"))
    assert executed.cells[1].outputs[0].ename == "SystemExit"


def test_the_papermill_command_runs_it(tmp_path):
    nbformat.write(notebook("who"), tmp_path / "in.ipynb")
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "--engine", "ipython", "-p", "who", "me",
         "in.ipynb", "out.ipynb"],
        cwd=tmp_path, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (
        nbformat.read(tmp_path / "out.ipynb", 4).cells[-1].outputs[0].data["text/plain"] == "'me'"
    )


def test_a_question_finds_nobody_to_answer_it():
    with pytest.raises(PapermillExecutionError, match="EOFError"):
        run(notebook("input('name? ')"))


def test_what_subprocesses_and_c_code_write_is_shown_where_it_was_written():
    executed = run(
        notebook(
            "import os, subprocess, sys, multiprocessing\nprint('one')\n"
            "os.system('echo two'); os.write(1, b'three\\n')\n"
            "subprocess.run(['echo', 'four'], stdout=sys.stdout)\n"
            "p = multiprocessing.get_context('fork').Process(target=print, args=('five',))\n"
            "p.start(); p.join(); print('six')"
        )
    )
    assert printed(executed).split() == ["one", "two", "three", "four", "five", "six"]


@pytest.mark.parametrize(
    "cell",
    [
        "while True: pass",
        "import time\nwhile True:\n    try: time.sleep(60)\n    except Exception: pass",
        "import asyncio; await asyncio.sleep(60)",
        "!sleep 60",
    ],
)
def test_a_cell_that_never_ends_is_stopped(cell):
    with pytest.raises(CellTimeoutError, match="timed out"):
        run(notebook(cell), execution_timeout=1)


def test_streams_modules_and_arguments_are_given_back():
    before = sys.stdout, sys.stderr, sys.modules["__main__"], list(sys.path), list(sys.argv)
    run(notebook("1"))
    assert before == (sys.stdout, sys.stderr, sys.modules["__main__"], sys.path, sys.argv)


def test_another_kernel_is_left_to_papermills_own_engine():
    made = notebook("1")
    made.metadata.kernelspec.name = "no-such-kernel"
    with pytest.raises(NoSuchKernel):
        run(made)
