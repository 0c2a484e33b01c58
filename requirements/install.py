"""Set up an environment: exactly what a lock file says, hashes checked, then this project itself.

``python requirements/install.py ENVIRONMENT LOCK``, from the project's folder. It may be stopped at
any moment: while it works, ENVIRONMENT.lock says so, and an environment of which it is still said
is made anew. A second one waits for the first. Only Python's standard library is needed.
"""

import ctypes
import fcntl
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

OLDEST = (3, 11)
UNFINISHED = "unfinished"


@contextmanager
def only_one(environment):
    """Wait for another set-up of this environment; the system ends the wait with its process."""
    path = environment.with_name(environment.name + ".lock")
    with path.open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def end_with_us():
    """Have the system end this process, about to become a command of ours, when we end."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def done_by(lock, *command):
    """Run a command to its end, or ours.

    It holds the lock as well: if we are killed, the next set-up waits until it has ended.
    """
    return subprocess.run(
        [str(word) for word in command],
        capture_output=True, text=True, pass_fds=[lock.fileno()], preexec_fn=end_with_us,
    )  # fmt: skip


def run(lock, *command):
    """Run a command, quiet unless it fails; end with a sentence then."""
    done = done_by(lock, *command)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        sys.exit(f"{last}\nSetting up failed at: {' '.join(map(str, command[:6]))} ...")


def make_environment(lock, environment, uv):
    """Make an empty environment in place of whatever is there."""
    pip = ["--without-pip"] if uv else []
    done = done_by(lock, sys.executable, "-m", "venv", "--clear", *pip, environment)
    if done.returncode:
        sys.exit(
            "Python cannot make an environment here: install its module venv "
            "(Debian and Ubuntu: apt install python3-venv), or uv, and try again.\n"
            + "\n".join((done.stdout + done.stderr).strip().splitlines()[-3:])
        )


def mark(lock, word):
    """Write a word into the lock in place of what it holds."""
    lock.truncate(0)
    lock.write(word)
    lock.flush()


def is_whole(environment, lock, uv):
    """Whether an environment was finished, and holds the installer we would use."""
    lock.seek(0)
    return lock.read() != UNFINISHED and is_environment(environment, uv)


def is_environment(environment, uv):
    """Whether this is one: an installer takes a damaged one for the Python it was made from."""
    asked = "import sys; assert sys.prefix != sys.base_prefix" + ("" if uv else "; import pip")
    python = environment / "bin" / "python"
    if not python.exists():
        return False
    return subprocess.run([str(python), "-c", asked], capture_output=True).returncode == 0


def main(environment, lock):
    """Set up the environment so that it holds what the lock file says."""
    if sys.version_info < OLDEST:
        sys.exit("Python 3.11 or later is needed; name one with make PYTHON=python3.12 ...")
    environment.parent.mkdir(parents=True, exist_ok=True)
    with only_one(environment) as held:
        stamp = environment / (Path(lock).stem + ".stamp")
        newest = max(Path(name).stat().st_mtime for name in (lock, "pyproject.toml", __file__))
        if stamp.exists() and stamp.stat().st_mtime >= newest and is_whole(environment, held, True):
            stamp.touch()  # another one did it while we waited
            return
        print(f"Setting up {environment} from {lock}, once ...", flush=True)
        uv = shutil.which("uv")
        whole = is_whole(environment, held, uv)
        mark(held, UNFINISHED)
        if not whole:
            make_environment(held, environment, uv)
        if not is_environment(environment, uv):
            sys.exit(f"{environment} did not become an environment; remove it and try again.")
        python = environment / "bin" / "python"
        pip = [python, "-m", "pip", "install", "--disable-pip-version-check"]
        installer = [uv, "pip", "install", "--python", python] if uv else pip
        compiled = ["--compile-bytecode"] if uv else []
        run(held, *installer, "--quiet", "--require-hashes", *compiled, "-r", lock)
        ours = ["--no-deps", "--no-build-isolation", "--no-index", "-e", "."]
        run(held, *installer, "--quiet", *ours)
        stamp.touch()
        mark(held, "")


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        main(Path(sys.argv[1]), sys.argv[2])
    except KeyboardInterrupt:
        sys.exit("Stopped; the next run sets up the rest.")
    except OSError as error:
        sys.exit(f"{error.filename or sys.argv[1]} cannot be used ({error.strerror}).")
