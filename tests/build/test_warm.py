"""The warm engine beside papermill's own: same outputs, same marks, nothing left behind."""

import copy
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from pipeline.publish.build import forking, warm
from pipeline.publish.build.rehearsal import NAME

needs_fork = pytest.mark.skipif(not warm.can_fork(), reason="this system cannot fork safely")
pytestmark = needs_fork

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


def run(made, engine="warm", output=None, **options):
    options.setdefault("progress_bar", False)
    return papermill.execute_notebook(copy.deepcopy(made), output, engine_name=engine, **options)


def run_with_errors(made, folder, engine="warm", **options):
    """Papermill raises at the end even for cells that may fail; what was saved is of interest."""
    path = folder / "executed.ipynb"
    with pytest.raises(PapermillExecutionError):
        run(made, engine, output=path, **options)
    executed = nbformat.read(path, 4)
    executed.cells = papermill.execute.remove_error_markers(executed).cells
    return executed


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


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def gone(pid, seconds=5):
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(pid)


FIDELITY = [
    "who",
    "print('out'); import sys; print('err', file=sys.stderr); print('more')",
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
    "import os; os.environ['WARM'], os.environ['TERM']",
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
    ("input('name? ')", ["raises-exception"]),
    ("raise KeyboardInterrupt", ["raises-exception"]),
    ("never", ["skip-execution"]),
    "'after'",
]  # fmt: skip


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The same cells run by the warm engine and by papermill's own."""
    made = notebook(*FIDELITY)
    results = []
    for engine in ("warm", None):
        folder = tmp_path_factory.mktemp("run")
        results.append(
            run_with_errors(made, folder, engine, parameters={"who": "someone"}, cwd=folder)
        )
    return results


@pytest.mark.parametrize("number", range(len(FIDELITY)))
def test_each_kind_of_output_is_as_papermill_has_it(both, number):
    ours, theirs = (executed.cells[number + 2] for executed in both)

    def plain(cell):
        """Without what differs between any two runs: folder, process, address, clock."""
        text = re.sub(r"/run\d", "/run", json.dumps(whole_streams(cell.outputs)))
        text = re.sub(r"ipykernel_\d+", "ipykernel", text)
        text = re.sub(r"at 0x[0-9a-f]+", "at 0x", text)
        return json.loads(re.sub(r"<dc:date>[^<]*", "<dc:date>", text))

    assert plain(ours) == plain(theirs)
    assert ours.execution_count == theirs.execution_count
    assert ours.id == theirs.id
    assert set(ours.metadata) == set(theirs.metadata)
    assert set(ours.metadata.get("execution", {})) == set(theirs.metadata.get("execution", {}))
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
    for engine in ("warm", None):
        path = tmp_path / f"{engine}.ipynb"
        with pytest.raises(PapermillExecutionError) as error:
            run(made, engine, output=path)
        assert (error.value.ename, error.value.evalue) == ("ZeroDivisionError", "division by zero")
        cells = nbformat.read(path, 4).cells
        saved[engine] = [
            (
                cell.cell_type,
                cell.metadata.get("tags"),
                cell.get("outputs"),
                cell.metadata.get("papermill", {}).get("status"),
                cell.metadata.get("papermill", {}).get("exception"),
            )
            for cell in cells
        ]
    assert saved["warm"] == saved[None]
    assert [row[3] for row in saved["warm"]] == [
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


def test_long_cells_are_autosaved_while_they_run(tmp_path):
    path = tmp_path / "out.ipynb"
    cell = (
        "import json, time\nfor i in range(4): print(i, flush=True); time.sleep(0.4)\n"
        f"print(len(json.load(open({str(path)!r}))['cells'][1]['outputs']) > 0)"
    )
    executed = run(notebook(cell), output=path, autosave_cell_every=1)
    assert printed(executed).endswith("True\n")


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


def test_unprinted_text_arrives_while_the_cell_runs():
    out = io.StringIO()
    with pytest.raises(CellTimeoutError):
        run(
            notebook("print('early')\nimport time; time.sleep(30)"),
            stdout_file=out,
            execution_timeout=1,
        )
    assert out.getvalue() == "early\n"


def test_subprocesses_and_c_code_are_captured_in_the_order_of_writing():
    executed = run(
        notebook(
            "import os, subprocess, sys, multiprocessing\n"
            "print('one'); os.system('echo two'); print('three'); os.write(1, b'four\\n')\n"
            "subprocess.run(['echo', 'five'], stdout=sys.stdout)\n"
            "p = multiprocessing.get_context('fork').Process(target=print, args=('six',))\n"
            "p.start(); p.join(); print('seven')"
        )
    )
    assert printed(executed).split() == ["one", "two", "three", "four", "five", "six", "seven"]


def test_a_cell_that_never_ends_is_stopped_with_its_subprocesses(tmp_path):
    pids = tmp_path / "pids"
    cell = (
        "import os, subprocess, time\nchild = subprocess.Popen(['sleep', '300'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "while True: pass"
    )
    began = time.monotonic()
    with pytest.raises(CellTimeoutError, match="timed out"):
        run(notebook(cell), execution_timeout=1)
    assert time.monotonic() - began < 5
    assert all(gone(int(pid)) for pid in pids.read_text().split())


def test_a_cell_can_be_interrupted_and_the_rest_go_on(tmp_path):
    made = notebook(("import time\ntime.sleep(30)", ["raises-exception"]), "'alive'")
    executed = run_with_errors(made, tmp_path, execution_timeout=1, interrupt_on_timeout=True)
    assert executed.cells[1].outputs[0].ename == "KeyboardInterrupt"
    assert executed.cells[2].outputs[0].data["text/plain"] == "'alive'"


def test_an_awaiting_cell_can_be_interrupted(tmp_path):
    made = notebook(("import asyncio\nawait asyncio.sleep(30)", ["raises-exception"]), "'alive'")
    executed = run_with_errors(made, tmp_path, execution_timeout=1, interrupt_on_timeout=True)
    assert executed.cells[1].outputs[0].ename == "CancelledError"
    assert executed.cells[2].outputs[0].data["text/plain"] == "'alive'"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "signal 9, SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", "signal 11, SIGSEGV"),
        ("import os; os._exit(3)", "exit code 3"),
    ],
)
def test_a_notebook_whose_process_dies_says_how(cell, words):
    with pytest.raises(DeadKernelError, match=words):
        run(notebook(cell))


def test_leaving_by_exit_zero_is_no_error():
    executed = run(notebook("import sys; sys.exit(0)", "'on'"))
    assert executed.cells[1].outputs[0].ename == "SystemExit"


LEAVE_TRACES = [
    "import os, sys, random, warnings, builtins, locale, logging, decimal",
    "import numpy as np, pandas as pd, matplotlib as mpl, matplotlib.pyplot as plt, seaborn as sns",
    "leaked = 1; builtins.leaked = 1; os.environ['LEAKED'] = '1'; os.chdir('/')",
    "mpl.rcParams['font.size'] = 33; sns.set_theme(); plt.figure()",
    "pd.set_option('display.max_rows', 7); np.seterr(all='raise'); np.random.seed(1)",
    "random.seed(1); warnings.simplefilter('error'); sys.path.append('leaked')",
    "decimal.getcontext().prec = 3; logging.getLogger().setLevel(1)",
    "sys.stdout.write = None",
]
FIND_TRACES = """
import os, sys, random, warnings, builtins, logging, decimal
import numpy as np, pandas as pd, matplotlib as mpl, matplotlib.pyplot as plt, seaborn as sns
['leaked' in globals(), hasattr(builtins, 'leaked'), 'LEAKED' in os.environ, os.getcwd() == '/',
 mpl.rcParams['font.size'], mpl.rcParams['axes.facecolor'], plt.get_fignums(),
 pd.get_option('display.max_rows'), np.geterr()['divide'], 'leaked' in sys.path,
 decimal.getcontext().prec, logging.getLogger().level, len(warnings.filters) > 2]
"""


def test_nothing_leaks_from_one_notebook_into_the_next(tmp_path):
    run(notebook(*LEAVE_TRACES[:-1]), cwd=tmp_path)
    found = run(notebook(FIND_TRACES), cwd=tmp_path).cells[-1].outputs[0].data["text/plain"]
    assert "".join(found.split()) == (
        "[False,False,False,False,10.0,'white',[],60,'warn',False,28,30,True]"
    )


def test_random_numbers_differ_between_notebooks():
    made = notebook(
        "import random, uuid, tempfile, numpy as np\n"
        "[random.random(), np.random.rand(), np.random.default_rng().random(), str(uuid.uuid4())]"
    )
    first, second = (
        json.loads(run(made).cells[-1].outputs[0].data["text/plain"].replace("'", '"')
                   .replace("np.float64(", "").replace(")", ""))
        for _ in range(2)
    )  # fmt: skip
    assert all(a != b for a, b in zip(first, second, strict=True))


def test_environment_and_working_folder_are_those_of_the_caller(tmp_path, monkeypatch):
    monkeypatch.setenv("WARM_TEST", "set after the nursery started")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    cell = "import os, time\nprint(os.environ['WARM_TEST'], os.getcwd(), time.strftime('%z'))"
    executed = run(notebook(cell), cwd=tmp_path)
    assert printed(executed) == f"set after the nursery started {tmp_path} +1400\n"


def test_exit_handlers_of_a_notebook_run(tmp_path):
    path = tmp_path / "left"
    run(notebook(f"import atexit; atexit.register(open, {str(path)!r}, 'w')"))
    assert path.exists()


def test_the_nursery_has_one_thread():
    run(notebook("import pandas, seaborn, scipy.stats, statsmodels.api"))
    assert len(list(Path(f"/proc/{warm.nursery.pid}/task").iterdir())) == 1


def test_a_nursery_that_was_killed_is_replaced():
    run(notebook("1"))
    old = warm.nursery.pid
    os.kill(old, signal.SIGKILL)
    warm.nursery._process.wait()
    assert run(notebook("2")).cells[-1].outputs[0].data["text/plain"] == "2"
    assert warm.nursery.pid != old


def test_killing_the_nursery_kills_its_notebooks_and_is_named(tmp_path):
    cell = f"import os, time; os.kill(os.getppid(), 9); time.sleep(60)"  # noqa: F541
    with pytest.raises(warm.NurseryLost, match="together with the process that forked it"):
        run(notebook(cell))


def test_a_nursery_killed_before_the_notebook_has_begun_is_no_fault_of_the_notebook(monkeypatch):
    ask = forking.Nursery.ask

    def ask_and_kill(self, ahead, descriptors=None):
        ask(self, ahead, descriptors)
        os.kill(self.pid, signal.SIGKILL)

    run(notebook("1"))
    monkeypatch.setattr(forking.Nursery, "ask", ask_and_kill)
    with pytest.raises(warm.NurseryLost):
        run(notebook("1"))


def test_subprocesses_go_when_the_nursery_is_killed(tmp_path):
    pid = tmp_path / "pid"
    cell = (
        "import os, subprocess, time\nchild = subprocess.Popen(['sleep', '300'])\n"
        f"open({str(pid)!r}, 'w').write(str(child.pid)); os.kill(os.getppid(), 9); time.sleep(60)"
    )
    with pytest.raises(warm.NurseryLost):
        run(notebook(cell))
    assert gone(int(pid.read_text()))


OWNER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where tests run in background
sys.path.insert(0, {tests!r})
sys.path.insert(0, {tests!r} + "/build")
from test_warm import notebook, run
run(notebook('''
import os, subprocess, time
child = subprocess.Popen(["sleep", "300"])
open({pids!r} + ".new", "w").write(f"{{os.getpid()}} {{os.getppid()}} {{child.pid}}")
os.rename({pids!r} + ".new", {pids!r})
while True: pass
'''))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_nothing_outlives_its_owner(tmp_path, number):
    pids, temporary = tmp_path / "pids", tmp_path / "tmp"
    temporary.mkdir()
    script = OWNER.format(tests=str(Path(__file__).parents[1]), pids=str(pids))
    owner = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 30
    while not pids.exists() and time.monotonic() < end:
        time.sleep(0.02)
    owner.send_signal(number)
    try:
        owner.wait(10)
    finally:
        owner.kill()
    assert all(gone(int(pid)) for pid in pids.read_text().split())
    assert list(temporary.iterdir()) == []


def test_the_papermill_command_runs_it(tmp_path):
    nbformat.write(notebook("who"), tmp_path / "in.ipynb")
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "--engine", "warm", "-p", "who", "me",
         "in.ipynb", "out.ipynb"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (
        nbformat.read(tmp_path / "out.ipynb", 4).cells[-1].outputs[0].data["text/plain"] == "'me'"
    )


def test_where_forking_is_not_possible_ordinary_kernels_run_and_it_is_said(monkeypatch, caplog):
    monkeypatch.setattr(warm, "can_fork", lambda: False)
    with caplog.at_level("WARNING", logger="papermill"):
        executed = run(notebook("import sys; sys.argv[0].endswith('ipykernel_launcher.py')"))
    assert executed.cells[-1].outputs[0].data["text/plain"] == "True"
    assert any("ordinary kernels" in record.message for record in caplog.records)


def test_what_is_done_ahead_leaves_no_trace_in_a_notebook(tmp_path):
    before = run(notebook(FIND_TRACES), cwd=tmp_path).cells[-1].outputs
    inline = notebook("import matplotlib.pyplot as plt\nplt.plot([1]); plt.get_fignums()")
    kinds = [list(o.get("data", [])) for o in run(inline).cells[-1].outputs]
    forking.warm_up([NAME, "no.such.module", "os:no_such_function"])
    assert run(notebook(FIND_TRACES), cwd=tmp_path).cells[-1].outputs == before
    assert [list(o.get("data", [])) for o in run(inline).cells[-1].outputs] == kinds
    assert len(list(Path(f"/proc/{warm.nursery.pid}/task").iterdir())) == 1
    rehearsed = (
        "import sys\n'pipeline.publish.build.rehearsal' in sys.modules, 'gptables' in sys.modules"
    )
    assert run(notebook(rehearsed)).cells[-1].outputs[0].data["text/plain"] == "(True, True)"


def test_imports_ahead_of_the_fork_are_only_those_named_and_known():
    made = notebook(
        "import pandas as pd, os\nfrom scipy import stats\n%matplotlib inline\nimport mine",
        "def f():\n    import seaborn",
        "import broken(",
        "from . import x",
    )
    assert forking.imports_of(made) == ["pandas", "scipy", "seaborn"]
