"""What the tests share: the command as a user runs it, and a cooperative to run it on."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest

CONTRACT = Path(__file__).parent / "contract"
REPOSITORY = Path(__file__).parent.parent
LONG = "EXAMPLES" in os.environ
"""Whether everything is tried (`make long`), or a part of it that is spread evenly."""

Item = TypeVar("Item")


def some(items: Sequence[Item], most: int) -> Sequence[Item]:
    """About that many of the items, evenly spread; all of them in `make long`."""
    return items if LONG else items[:: max(len(items) // most, 1)]


class Ran(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def scharrel(tmp_path: Path) -> Run:
    """The real command, in Dutch, started in the test's own folder."""

    def run(*arguments: str, cwd: Path = tmp_path, **environment: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "scharrel", *arguments],
            cwd=cwd, capture_output=True, text=True, check=False,
            env={"PATH": "/usr/bin:/bin", "LANG": "nl_NL.UTF-8", "COLUMNS": "80", **environment},
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def coop(tmp_path: Path) -> Path:
    """A copy of the smallest cooperative that has something to divide."""
    folder = Path(shutil.copytree(CONTRACT / "vrije-uitloop", tmp_path / "coop"))
    ledger = folder / "ledgers/members/amina.beancount"
    # The contract's own example gives no reason for its withdrawal, and is warned about that.
    ledger.write_text(ledger.read_text().replace('"n9"\n', '"n9"\n  reason: "een aanhanger"\n'))
    return folder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command without a process of its own, for the many cases that only read."""
    from scharrel.cli.main import main

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["scharrel", *arguments])
        monkeypatch.setenv("LC_ALL", "nl_NL.UTF-8")
        with pytest.raises(SystemExit) as stopped:
            main()
        out, err = capsys.readouterr()
        return Ran(int(stopped.value.code or 0), out, err)

    return run


@pytest.fixture
def new(tmp_path: Path, quick: Run) -> Path:
    """A cooperative that just began, without rules."""
    assert quick("init", str(tmp_path / "nieuw")).status == 0
    shutil.rmtree(tmp_path / "nieuw/rules")
    return tmp_path / "nieuw"
