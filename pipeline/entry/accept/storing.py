"""Write several files of a folder, all or none, even if the process is killed in between.

New contents are written beside their places; then a list of them, which is the moment from which
they count; then each is renamed. A list that is still there was left by a killed process: whoever
comes next finishes its work. New contents without a list never counted, and are thrown away.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.entry.problems import CannotEnter

_NEW = ".entering"
"""Ending of new contents beside their place, and of the list."""


def finish(folder: Path) -> None:
    """Finish what a killed process had begun to write to a folder."""
    if _list(folder).exists() or any(folder.glob(f".*{_NEW}")):
        with _alone(folder):
            _finish(folder)


def write_all(folder: Path, contents: Mapping[Path, bytes], before: Mapping[Path, bytes]) -> None:
    """Write every file beside its place, then rename all; put back what was there if one fails.

    ``before`` is what each file held when it was read: if one has changed since, nothing is
    written. Raises CannotEnter in a sentence.
    """
    with _alone(folder):
        _finish(folder)
        for path, was in before.items():
            if (path.read_bytes() if path.exists() else b"") != was:
                raise CannotEnter([f"{path.name} was changed meanwhile: run enter again."])
        _write(folder, contents, before)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    lock = FileLock(folder.parent / f".{folder.name}.lock")
    try:
        with lock.acquire(timeout=10):
            yield
    except Timeout:
        raise CannotEnter([f"Another enter is writing to {folder.name}: try again."]) from None
    except OSError as error:
        name = Path(error.filename or folder).name
        raise CannotEnter([f"{name} cannot be written: {error.strerror}."]) from None
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)


def _list(folder: Path) -> Path:
    return folder.parent / f".{folder.name}{_NEW}"


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}{_NEW}")


def _finish(folder: Path) -> None:
    places = _list(folder)
    if places.exists():
        for path in map(Path, json.loads(places.read_text(encoding="utf-8"))):
            if _beside(path).exists():
                _beside(path).replace(path)
        places.unlink()
    for left in folder.glob(f".*{_NEW}"):
        left.unlink()


def _write(folder: Path, contents: Mapping[Path, bytes], before: Mapping[Path, bytes]) -> None:
    replaced: list[Path] = []
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _beside(path).write_bytes(content)
        half = _beside(_list(folder))
        half.write_text(json.dumps([str(path.absolute()) for path in contents]), encoding="utf-8")
        half.replace(_list(folder))
        for path in contents:
            _beside(path).replace(path)
            replaced.append(path)
    except BaseException:
        for path in replaced:
            if before.get(path):
                path.write_bytes(before[path])
            else:
                path.unlink(missing_ok=True)
        raise
    finally:
        _list(folder).unlink(missing_ok=True)
        for path in contents:
            _beside(path).unlink(missing_ok=True)
