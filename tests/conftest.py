"""What the tests share: the command as a user runs it, and a cooperative to run it on."""

import gc
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from jinja2 import Environment

CONTRACT = Path(__file__).parent / "contract"
REPOSITORY = Path(__file__).parent.parent
SHIPPED = sorted(
    path for path in (REPOSITORY / "rules").glob("*.toml") if "." not in path.stem and path.stem != "bank"
)
"""The rule packs of the example cooperative."""
LONG = "EXAMPLES" in os.environ
"""Whether everything is tried (`make long`), or a part of it that is spread evenly."""

settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("any machine")

EVERY = LONG or "EVERY" in os.environ
"""Whether every row is tried (`.ci/run`), or of tables a third, and nothing that takes seconds."""

takes_seconds = pytest.mark.skipif(not EVERY, reason="takes seconds: tried in .ci/run and make long")

Item = TypeVar("Item")


def some(items: Sequence[Item], most: int) -> Sequence[Item]:
    """About that many of the items, evenly spread; all of them in `make long`."""
    return items if LONG else items[:: max(len(items) // most, 1)]


def examples(number: int) -> int:
    """How many random examples of a property are tried: that many in `.ci/run`, a third in `make test`, as
    many as it says in `make long`."""
    return max(int(os.environ["EXAMPLES"]), number) if LONG else number if EVERY else max(number // 3, 2)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a table of three rows or more a third is tried, evenly spread, and of one of twenty a fifth; in
    `.ci/run` and `make long` all."""
    if EVERY:
        return
    tables: dict[str, list[pytest.Item]] = {}
    for item in items:
        tables.setdefault(item.nodeid.partition("[")[0], []).append(item)
    tried = {item for rows in tables.values() for item in rows[:: _apart(len(rows))]}
    config.hook.pytest_deselected(items=[item for item in items if item not in tried])
    items[:] = [item for item in items if item in tried]


def _apart(rows: int) -> int:
    return 5 if rows >= 20 else 3 if rows >= 3 else 1


def pytest_collection_finish() -> None:
    """What was imported stays: the collector of garbage need not look at it each time."""
    gc.freeze()


def calls_apart(in_ci: int) -> int:
    """Which calls of a run fail: of so many one in `.ci/run`, fewer in `make test`, each in `make long`."""
    return 1 if LONG else in_ci if EVERY else in_ci + 4


def work_of(count: Callable[[], int] = time.process_time_ns) -> Callable[[], float]:
    """How much is worked from now on, however fast the machine: in seconds of one that adds up twenty million
    numbers in each. `count` gives the nanoseconds that were worked so far."""
    started = time.process_time_ns()
    sum(range(5_000_000))
    quarter = time.process_time_ns() - started
    before = count()
    return lambda: (count() - before) / quarter / 4


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


def in_process(*arguments: str) -> Ran:
    """The command in Dutch without a process of its own, which costs half a second each time."""
    from scharrel.cli.main import main

    out, err = (TextIOWrapper(BytesIO(), "utf-8", newline="", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["scharrel", *arguments])
        patch.setenv("LC_ALL", "nl_NL.UTF-8")
        with pytest.raises(SystemExit) as stopped:
            main()
    said = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Ran(int(stopped.value.code or 0), *said)


@pytest.fixture(scope="session")
def quick() -> Run:
    """The command in Dutch, for the many cases in which how it starts does not matter."""
    return in_process


Once = Callable[[Callable[[Path], object], Path], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """A copy of the folder that a function fills, which it does once for all tests."""
    filled: dict[Callable[[Path], object], Path] = {}

    def copy(fill: Callable[[Path], object], folder: Path) -> Path:
        if fill not in filled:
            first = tmp_path_factory.mktemp("once")
            fill(first)
            filled[fill] = first
        return Path(shutil.copytree(filled[fill], folder, symlinks=True, dirs_exist_ok=True))

    return copy


@pytest.fixture(scope="session", autouse=True)
def _nothing_twice() -> Iterator[None]:
    """The disk is not waited for: no test outlives the power (test_faults.py counts the calls that do wait).
    A packaged template is compiled once, not once for each cooperative."""
    compile_one = Environment.compile
    compiled: dict[tuple[object, ...], Any] = {}

    def compile_once(self: Environment, source: Any, *names: Any, **options: Any) -> Any:
        table = self.globals
        key = (source, *names, table.get("macros"), table.get("lang"), self.overlayed, *options.items())
        if key not in compiled:
            compiled[key] = compile_one(self, source, *names, **options)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        patch.setattr(Environment, "compile", compile_once)
        yield


def small(folder: Path) -> Path:
    """The smallest cooperative that has something to divide, laid down there."""
    shutil.copytree(CONTRACT / "vrije-uitloop", folder, dirs_exist_ok=True)
    ledger = folder / "ledgers/members/amina.beancount"
    # The contract's own example gives no reason for its withdrawal, and is warned about that.
    ledger.write_text(ledger.read_text().replace('"n9"\n', '"n9"\n  reason: "een aanhanger"\n'))
    return folder


@pytest.fixture
def coop(tmp_path: Path) -> Path:
    """The small cooperative, for a test to change."""
    return small(tmp_path / "coop")


@pytest.fixture(scope="session")
def example_printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the example cooperative prints of its October as plain text, to be left as it is."""
    coop = tmp_path_factory.mktemp("example")
    for part in ("ledgers", "rules"):
        shutil.copytree(REPOSITORY / part, coop / part)
    assert in_process("statements", "2026-10", "--format", "txt", "--coop", str(coop)).status == 0
    return coop / "statements/2026-10"


@pytest.fixture
def new(tmp_path: Path, quick: Run) -> Path:
    """A cooperative that just began, without rules."""
    assert quick("init", str(tmp_path / "nieuw")).status == 0
    shutil.rmtree(tmp_path / "nieuw/rules")
    return tmp_path / "nieuw"
