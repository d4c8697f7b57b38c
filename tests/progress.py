"""What a run says: a line for each file that ended, with how far the whole is, and how long each room's tests took."""

from collections import Counter, defaultdict
from pathlib import PurePath
from typing import Any

import pytest

ROOM_SECONDS = 60  # what a room's tests may take on a quiet machine; the rule stands in CONTRIBUTING.md


def room_of(file: str) -> str:
    """`services/identity` of `tests/services/identity/test_keys.py`."""
    parts = PurePath(file).parts
    return "/".join(parts[1:-1]) or parts[0]


class Progress:
    """In the process that reports; workers' reports arrive there as well."""

    def __init__(self, reporter: Any) -> None:
        self.reporter = reporter
        self.files: Counter[str] = Counter()  # tests that are to come
        self.seconds: dict[str, float] = defaultdict(float)
        self.failed: Counter[str] = Counter()
        self.total = self.done = 0

    def expect(self, ids: list[str]) -> None:
        if not self.total:
            self.files.update(id.partition("::")[0] for id in ids)
            self.total = len(ids)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.expect([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        self.expect(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file = report.nodeid.partition("::")[0]
        self.seconds[file] += report.duration
        self.failed[file] += report.failed
        if report.failed:
            self.reporter.write_line(f"  FAILED {report.nodeid} ({report.when})", red=True)
        if report.when != "teardown":
            return
        self.done += 1
        self.files[file] -= 1
        if not self.files[file]:
            broken = f", {self.failed[file]} FAILED" if self.failed[file] else ""
            self.reporter.write_line(f"{self.done:>5}/{self.total} {file} {self.seconds[file]:.1f} s{broken}")

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """No dots: the lines of the files say more."""
        if report.passed and report.when == "call":
            return "passed", "", "PASSED"
        if report.failed and report.when == "call":
            return "failed", "", "FAILED"
        return None

    def pytest_terminal_summary(self) -> None:
        rooms: dict[str, float] = defaultdict(float)
        for file, seconds in self.seconds.items():
            rooms[room_of(file)] += seconds
        if len(rooms) > 1:
            self.reporter.section("seconds of each room's tests")
            for room, seconds in sorted(rooms.items(), key=lambda each: -each[1]):
                self.reporter.write_line(f"{seconds:8.1f} {room}{'  (over 60)' if seconds > ROOM_SECONDS else ''}")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(reporter), "progress of files")
