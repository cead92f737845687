"""A process of its own looks at how written files were left; a run sees the same as without it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scharrel.store import processes
from scharrel.store.paths import Coop
from scharrel.store.written_state import WORTH_A_PROCESS, left, looking

BEGIN = "import os; from scharrel.store.processes import ahead; me = os.getpid(); "


def run(code: str) -> str:
    """What the program says; it has to end, and nothing that it began may go on holding its output."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + code], capture_output=True, text=True, timeout=600, check=True
    )
    return done.stdout


@pytest.fixture
def coop(tmp_path: Path) -> Coop:
    for n in range(WORTH_A_PROCESS):
        for month in ("2026-01", "2026-02"):
            path = tmp_path / f"ledgers/allocations/lid-{n}/{month}.beancount"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(month)
        book = tmp_path / f"ledgers/books/lid-{n}.beancount"
        book.parent.mkdir(exist_ok=True)
        book.write_text("boek")
    return Coop(tmp_path)


def changed(coop: Coop, change: Callable[[], object]) -> set[str]:
    before = looking(coop)()
    change()
    after = looking(coop)()
    assert len(before) == WORTH_A_PROCESS
    assert after == {member: left(coop, member) for member in before}
    return {member for member in before if before[member] != after[member]}


def test_who_was_touched_is_seen_and_nobody_else(coop: Coop) -> None:
    file = coop.allocations / "lid-7" / "2026-02.beancount"
    assert changed(coop, lambda: None) == set()
    assert changed(coop, lambda: file.write_text("2026-03")) == {"lid-7"}
    assert changed(coop, lambda: os.utime(file, ns=(1, 1))) == {"lid-7"}
    assert changed(coop, file.unlink) == {"lid-7"}
    assert changed(coop, coop.book("lid-9").unlink) == {"lid-9"}


def test_nothing_written_yet(tmp_path: Path) -> None:
    assert looking(Coop(tmp_path))() == {}


@pytest.mark.skipif(processes._processors() == 1, reason="one processor does everything itself")
def test_the_work_is_done_elsewhere() -> None:
    assert run("print(ahead(os.getpid)() != me)") == "True\n"


def test_much_that_nobody_asks_for_holds_nobody_up() -> None:
    assert run("ahead(lambda: 'x' * 10_000_000)") == ""


def test_much_that_is_asked_for_comes_whole() -> None:
    assert run("print(len(ahead(lambda: 'x' * 10_000_000)()))") == "10000000\n"


def test_who_breaks_off_is_stood_in_for() -> None:
    assert run("print(ahead(lambda: os.getpid() == me or os.abort())())") == "True\n"


def test_who_does_not_hear_of_children_gets_the_work_too() -> None:
    ignoring = "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN); "
    assert run(ignoring + "print(ahead(lambda: 5)())") == "5\n"


def test_no_process_to_be_had() -> None:
    assert run("os.fork = lambda: exec('raise OSError'); print(ahead(lambda: 5)())") == "5\n"
