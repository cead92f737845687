"""Whatever fails, and wherever a run is killed: no file is half, and running again puts all right."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from conftest import Run, calls_apart, takes_seconds

from scharrel.store.stamps import stamped

LEDGER = "ledgers/members/amina.beancount"
WHOLE = "ledgers/consolidated.beancount"
TREASURY = """\
include "accounts.beancount"
2026-01-05 * "huur"
  Expenses:Onkosten  30.00 EUR
  Assets:Bank
"""
CALLS = ("write", "fsync", "replace", "unlink", "mkdir")
"""Every way in which this program changes a disk; the files it opens it makes with mkstemp."""


def snapshot(coop: Path) -> dict[str, bytes]:
    """Every file that counts; the cache is safe to lose."""
    return {
        path.relative_to(coop).as_posix(): path.read_bytes()
        for path in coop.rglob("*")
        if path.is_file() and ".scharrel" not in path.parts
    }


@contextmanager
def failing_at(number: int, fault: Callable[[], None]) -> Iterator[list[str]]:
    """Let the `number`th call that changes the disk run into the fault; yields the calls so far."""
    done: list[str] = []
    real = {name: getattr(os, name) for name in CALLS}

    def wrapped(name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **keys: Any) -> Any:
            if name != "write" or arguments[0] > 2:  # the screen is not the disk
                done.append(name)
                if len(done) == number:
                    fault()
            return real[name](*arguments, **keys)

        return call

    for name in CALLS:
        setattr(os, name, wrapped(name))
    try:
        yield done
    finally:
        for name in CALLS:
            setattr(os, name, real[name])


def no_space() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def die() -> None:
    os._exit(137)


@pytest.fixture
def before(coop: Path, quick: Run) -> Path:
    """A cooperative with allocations of which some must be rewritten, some made and one removed, and with
    the part in the consolidated ledger of someone who is no member any more."""
    assert quick("allocate", "2026-05", "--coop", str(coop)).status == 0
    (coop / "ledgers/treasury.beancount").write_text(TREASURY)
    with open(coop / LEDGER, "a") as ledger:
        ledger.write('\n2026-01-30 * "klant" "nog iets"\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n')
    # As a run wrote them that knew of more.
    _, _, rest = (coop / WHOLE).read_text().split("\n", 2)
    for name, body in {
        "ledgers/allocations/amina/2025-12.beancount": "\n; niet meer nodig\n",
        "ledgers/consolidated/bram.beancount": "\n2020-01-01 open Assets:Bank:Bram EUR\n",
        WHOLE: rest + 'include "consolidated/bram.beancount"\n',
    }.items():
        (coop / name).write_text(stamped(body))
    return coop


@pytest.fixture
def after(before: Path, tmp_path: Path, quick: Run) -> dict[str, bytes]:
    """What an undisturbed run makes of it."""
    undisturbed = Path(shutil.copytree(before, tmp_path / "undisturbed"))
    assert quick("allocate", "2026-06", "--coop", str(undisturbed)).status == 0
    return snapshot(undisturbed)


def whole(coop: Path, before: dict[str, bytes], after: dict[str, bytes]) -> None:
    """Every file is the old one or the new one; the rest is hidden, on its way."""
    for name, content in snapshot(coop).items():
        if not Path(name).name.startswith("."):
            assert content in (before.get(name), after.get(name)), name
    assert loader.load_file(str(coop / WHOLE))[1] == []


def test_every_call_that_can_fail_is_told_and_leaves_whole_files(
    before: Path, after: dict[str, bytes], tmp_path: Path, quick: Run
) -> None:
    old = snapshot(before)
    number = told = 0
    while True:
        number += calls_apart(1)
        coop = Path(shutil.copytree(before, tmp_path / f"fail-{number}"))
        with failing_at(number, no_space) as calls:
            done = quick("allocate", "2026-06", "--coop", str(coop))
        assert "Traceback" not in done.err
        whole(coop, old, after)
        if done.status:
            told += 1
            assert done.status == 1
            assert "niet te schrijven" in done.err
            assert "de schijf is vol" in done.err
        assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
        assert snapshot(coop) == after
        if len(calls) < number:
            break
        shutil.rmtree(coop)
    assert told > 15 // calls_apart(1)
    print(f"up to {number - 1} calls made to fail, {told} of them told")


def test_a_run_killed_at_any_call_is_made_good_by_the_next(
    before: Path, after: dict[str, bytes], tmp_path: Path, quick: Run
) -> None:
    old = snapshot(before)
    number = killed = 0
    while True:
        number += calls_apart(3)
        coop = Path(shutil.copytree(before, tmp_path / f"kill-{number}"))
        child = os.fork()
        if not child:
            with failing_at(number, die):
                try:
                    quick("allocate", "2026-06", "--coop", str(coop))
                finally:
                    os._exit(0)
        _, status = os.waitpid(child, 0)
        whole(coop, old, after)
        assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
        assert snapshot(coop) == after
        assert not list(coop.rglob("*.new"))
        if status == 0:
            break
        killed += 1
        shutil.rmtree(coop)
    assert number > 30
    print(f"killed at {killed} calls")


def in_place(coop: Path) -> set[tuple[str, int]]:
    """The files as they are at this moment; one that is written again is another."""
    folders = [folder for folder, _, _ in os.walk(coop / "ledgers")]
    return {(entry.path, entry.inode()) for folder in folders for entry in os.scandir(folder)}


@takes_seconds
def test_killed_while_it_writes(before: Path, after: dict[str, bytes], tmp_path: Path, quick: Run) -> None:
    old = snapshot(before)
    command = [sys.executable, "-m", "scharrel", "allocate", "2026-06", "--coop"]
    for number in (1, 2, 3, 5, 8):
        coop = Path(shutil.copytree(before, tmp_path / f"file-{number}"))
        there = in_place(coop)
        process = subprocess.Popen(
            [*command, str(coop)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None and len(in_place(coop) - there) < number:
            pass
        process.kill()
        process.wait()
        whole(coop, old, after)
        assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
        assert snapshot(coop) == after
        _, problems, _ = loader.load_file(str(coop / "ledgers/books/amina.beancount"))
        assert problems == []


def test_a_second_writer_is_told_who_is_at_work(coop: Path, quick: Run) -> None:
    hold = (
        "import sys; from datetime import datetime; from pathlib import Path\n"
        "from scharrel.store.paths import find_coop; from scharrel.store.locking import only_writer\n"
        "with only_writer(find_coop(Path(sys.argv[1])), 'allocate', datetime(2026, 11, 1, 20, 15)):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(coop)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    try:
        for command in (["allocate", "2026-06"], ["member", "add", "bram", "Bram"]):
            done = quick(*command, "--coop", str(coop))
            assert done.status == 1
            assert f"scharrel allocate, {holder.pid} @" in done.err
            assert "2026-11-01 20:15" in done.err
        assert quick("allocate", "2026-06", "--dry-run", "--coop", str(coop)).status == 0
        assert quick("check", "--coop", str(coop)).status == 0
    finally:
        holder.kill()
        holder.wait()
        holder.stdin.close()
        holder.stdout.close()
    # Who dies lets go.
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0


def test_two_at_once(coop: Path, quick: Run) -> None:
    command = [sys.executable, "-m", "scharrel", "allocate", "2026-06", "--coop", str(coop)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in "ab"
    ]
    for process in both:
        _, err = process.communicate()
        assert process.returncode == 0 or "al een ander bezig" in err or "Another is at work" in err
    assert quick("allocate", "2026-06", "--coop", str(coop)).out.endswith("sinds de vorige keer.\n")


def test_a_ledger_that_changes_while_it_is_read(
    coop: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.lstat

    def just_before(path: Any, **keys: Any) -> os.stat_result:
        status = real(path, **keys)
        if str(path).endswith("amina.beancount"):
            with open(path, "a") as ledger:
                ledger.write("; nog een regel\n")
        return status

    monkeypatch.setattr(os, "lstat", just_before)
    done = quick("allocate", "2026-06", "--coop", str(coop))
    assert done.status == 1
    assert f"{LEDGER}:1: Dit bestand veranderde terwijl het gelezen werd" in done.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk(coop: Path, tmp_path: Path, quick: Run) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        there = Path(shutil.copytree(coop, small / "coop"))
        free = os.statvfs(small)
        (small / "vol").write_bytes(b"x" * (free.f_bavail * free.f_frsize - 8192))
        old = snapshot(there)
        done = quick("allocate", "2026-06", "--coop", str(there))
        assert done.status == 1
        assert "de schijf is vol" in done.err
        assert {name: old[name] for name in old} == {
            name: content for name, content in snapshot(there).items() if name in old
        }
        (small / "vol").unlink()
        assert quick("allocate", "2026-06", "--coop", str(there)).status == 0
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_share_that_knows_no_locks(coop: Path, quick: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    before = snapshot(coop)
    done = quick("allocate", "2026-06", "--coop", str(coop))
    assert done.status == 1
    assert "niet te schrijven" in done.err
    assert "kan niet bijhouden wie er bezig is" in done.err
    assert snapshot(coop) == before
    assert quick("check", "--coop", str(coop)).status == 0


def test_a_clock_that_goes_backwards(coop: Path, quick: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
    assert quick("close", "2026-05", "--coop", str(coop)).status == 0
    before = snapshot(coop)
    for command in ("allocate", "close"):
        monkeypatch.setattr(f"scharrel.cli.{command}.today", lambda: date(2026, 3, 15))
    done = quick("allocate", "--coop", str(coop))
    assert done.status == 0
    assert snapshot(coop) == before
    assert quick("close", "2026-06", "--coop", str(coop)).status == 2


def test_a_ledger_that_vanishes(coop: Path, quick: Run) -> None:
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
    (coop / LEDGER).unlink()
    before = snapshot(coop)
    done = quick("allocate", "2026-06", "--coop", str(coop))
    assert done.status == 1
    assert f"{LEDGER}:1: amina staat in het ledenregister, maar heeft geen kasboek" in done.err
    assert snapshot(coop) == before
