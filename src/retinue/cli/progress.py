"""A line that says how long it has taken and how long it will, and the events above it."""

import sys
import threading
import time
from typing import Any

from retinue.cli.output import console

AFTER_READING_SECONDS, FIRST_GUESS_SECONDS, PLAIN_EVERY_SECONDS = 8.0, 30.0, 5.0


class Progress:
    """On a terminal the last line is rewritten each second; elsewhere a line is printed every few seconds."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet, self.live = quiet, sys.stdout.isatty()
        self.began = 0.0
        self.ended: float | None = None
        self.expected = FIRST_GUESS_SECONDS
        self.now = "starting"
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def elapsed(self) -> float:
        return (self.ended or time.monotonic()) - self.began if self.began else 0.0

    def begin(self) -> None:
        self.began = time.monotonic()
        if not self.quiet:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def end(self) -> None:
        self.ended = time.monotonic()
        self._stop.set()
        if self._thread:
            self._thread.join()
            self._clear()

    def _line(self) -> str:
        return f"{self.elapsed:4.0f} s of about {max(self.expected, self.elapsed + 1):.0f} s · {self.now}"

    def _run(self) -> None:
        shown = -PLAIN_EVERY_SECONDS
        while not self._stop.is_set():
            with self._lock:
                if self.live:
                    sys.stdout.write(f"\r\x1b[2K{self._line()}")
                    sys.stdout.flush()
                elif self.elapsed - shown >= PLAIN_EVERY_SECONDS:
                    shown = self.elapsed
                    console.print(self._line(), style="dim", markup=False)
            self._stop.wait(0.25)

    def _clear(self) -> None:
        if self.live and not self.quiet:
            sys.stdout.write("\r\x1b[2K")
            sys.stdout.flush()

    def say(self, text: str) -> None:
        if self.quiet:
            return
        with self._lock:
            self._clear()
            console.print(f"{self.elapsed:6.1f} s  {text}", markup=False)

    def note(self, text: str) -> None:
        self.now = text

    def event(self, moment: dict[str, Any]) -> None:
        self.say(f"{moment['section']:<13} {moment['title']}")

    def pages(self, done: int, expected: int, status: str) -> None:
        """What is left is reckoned from the pace so far."""
        if status == "running" and done:
            self.expected = self.elapsed / done * max(expected, done) + AFTER_READING_SECONDS
            self.now = f"{done} of {max(expected, done)} pages"
        elif status != "queued":
            self.now = "knowledge, requirements, configuration"
