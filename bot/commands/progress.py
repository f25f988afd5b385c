"""How far adding files has come, for a person who waits at a terminal or reads a log."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TextIO

from bot.words.phrases import plural

_REDRAWN = 0.1  # seconds between two looks of a terminal
_LOGGED = 30.0  # seconds between two lines of a log
_WIDTH = 100  # characters of a line on a terminal


class Meter:
    """Files done, how fast, and how long the rest takes: on a terminal one line that is drawn again, else a line now
    and then.  The time left goes by the sizes of the files (bytes), since an hour of talk takes longer than a minute.
    """

    def __init__(self, sizes: Sequence[int], stream: TextIO) -> None:
        self._sizes = sizes
        self._stream = stream
        self._began = time.monotonic()
        self._shown = self._began if not stream.isatty() else 0.0
        self._files = self._bytes = 0
        self._drawn = False

    def chunks(self, name: str, done: int, total: int) -> None:
        """Chunks of one file that are indexed."""
        self._show(f"{name}: {done:,}/{total:,} chunks")

    def file_done(self) -> None:
        """One more file is done with."""
        if self._files < len(self._sizes):
            self._bytes += self._sizes[self._files]
            self._files += 1
        self._show("")

    def clear(self) -> None:
        """Take the line off the terminal, so that something else can be printed."""
        if self._drawn:
            print(f"\r{' ' * _WIDTH}\r", end="", file=self._stream, flush=True)
            self._drawn = False

    def _show(self, what: str) -> None:
        now, live = time.monotonic(), self._stream.isatty()
        if now - self._shown < (_REDRAWN if live else _LOGGED):
            return
        self._shown = now
        line = "; ".join(part for part in (self._far(now) if len(self._sizes) > 1 else "", what) if part)
        if live:
            print(f"\r{line[:_WIDTH]:<{_WIDTH}}", end="", file=self._stream, flush=True)
            self._drawn = True
        elif line:
            print(line, file=self._stream, flush=True)

    def _far(self, now: float) -> str:
        """Such as "12 of 2,084 files, 1.4 files a second, 24 min left"."""
        seconds = now - self._began
        far = f"{self._files:,} of {plural(len(self._sizes), 'file')}"
        if not self._files or not self._bytes or seconds <= 0:
            return far
        left = seconds * (sum(self._sizes) - self._bytes) / self._bytes
        rate = self._files / seconds
        speed = f"{rate:.1f} files a second" if rate >= 1 else f"{1 / rate:.1f} seconds a file"
        return f"{far}, {speed}, {_long(left)} left"


def _long(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
