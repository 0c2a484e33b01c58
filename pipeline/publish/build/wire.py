"""The wire between a notebook's process and its client: Jupyter messages with a length in front."""

from __future__ import annotations

import os
import select
import struct
from typing import Any

from jupyter_client.session import json_packer, json_unpacker

_LENGTH = struct.Struct("!I")
_STATUS = struct.Struct("!i")


def frame(message: dict[str, Any]) -> bytes:
    """One message as bytes: its length, then Jupyter's own JSON."""
    body = json_packer(message)
    return _LENGTH.pack(len(body)) + body


class Frames:
    """Puts messages together again from bytes that arrive in pieces."""

    def __init__(self) -> None:
        """Nothing heard yet."""
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """The messages that are complete with these bytes."""
        self._bytes += data
        messages = []
        while len(self._bytes) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._bytes)
            end = _LENGTH.size + length
            if len(self._bytes) < end:
                break
            messages.append(json_unpacker(bytes(self._bytes[_LENGTH.size : end])))
            del self._bytes[:end]
        return messages


def read_status(grave: int, timeout: float) -> int | None:
    """How a notebook's process ended, as ``os.waitpid`` gives it; None if nobody can say."""
    poller = select.poll()
    poller.register(grave, select.POLLIN)
    if not poller.poll(timeout * 1000):
        return None
    status = os.read(grave, _STATUS.size)
    return _STATUS.unpack(status)[0] if len(status) == _STATUS.size else None


def write_status(grave: int, status: int) -> None:
    """Tell whoever waits how a process ended."""
    os.write(grave, _STATUS.pack(status))
