"""Write several files of a folder, all or none."""

import os
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.entry.problems import CannotEnter


def write_all(contents: Mapping[Path, bytes], before: Mapping[Path, bytes]) -> None:
    """Write every file beside its place, then rename all; put back what was there if one fails.

    ``before`` is what each file held when it was read: if one has changed since, nothing is
    written. Raises CannotEnter in a sentence.
    """
    folder = next(iter(contents)).parent
    lock = FileLock(folder.parent / f".{folder.name}.lock")
    try:
        with lock.acquire(timeout=10):
            _write(contents, before)
    except Timeout:
        raise CannotEnter([f"Another enter is writing to {folder.name}: try again."]) from None
    except OSError as error:
        name = Path(error.filename or folder).name
        raise CannotEnter([f"{name} cannot be written: {error.strerror}."]) from None
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)


def _write(contents: Mapping[Path, bytes], before: Mapping[Path, bytes]) -> None:
    for path, was in before.items():
        now = path.read_bytes() if path.exists() else b""
        if now != was:
            raise CannotEnter([f"{path.name} was changed meanwhile: run enter again."])
    beside = {path: path.with_name(f".{path.name}.{os.getpid()}.tmp") for path in contents}
    replaced: list[Path] = []
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside[path].write_bytes(content)
        for path in contents:
            beside[path].replace(path)
            replaced.append(path)
    except BaseException:
        for path in replaced:
            if before.get(path):
                path.write_bytes(before[path])
            else:
                path.unlink(missing_ok=True)
        raise
    finally:
        for path in beside.values():
            path.unlink(missing_ok=True)
