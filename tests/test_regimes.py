"""The pages about the regimes show what the example cooperative really says (`make regimes` writes it)."""

import difflib
import os
import re
import shlex
import shutil
import sys
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from conftest import REPOSITORY, Run

from scharrel.cli import arguments
from scharrel.cli.app import COMMANDS

PAGES = sorted((REPOSITORY / "docs/regimes").glob("*.md"))
TODAY = date(2026, 11, 20)
CUT = "[…]"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_SHOWN = re.compile(r"[;#] (\S+\.(?:beancount|toml))")
LINKED = re.compile(r"\]\(([^)#]+?)(?:#[^)]*)?\)")


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example cooperative, to stand in on a fixed day."""
    for part in ("ledgers", "rules", "templates", "docs/regimes"):
        shutil.copytree(REPOSITORY / part, tmp_path / part)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    clock = arguments.today
    for module in COMMANDS.values():
        import_module(f"scharrel.cli.{module}")  # each has the clock by name before it is set
    for loaded in list(sys.modules.values()):
        if getattr(loaded, "today", None) is clock:
            monkeypatch.setattr(loaded, "today", lambda: TODAY)
    return tmp_path


def parted(lines: list[str]) -> list[list[str]]:
    """The lines between the places where something was cut out."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line == CUT:
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def start(part: list[str], output: list[str], after: int) -> int:
    """Where a part begins in the output: where all of it stands, else at the line most like its first."""
    for at in range(after, len(output)):
        if output[at : at + len(part)] == part:
            return at
    near = difflib.get_close_matches(part[0], output[after:], n=1, cutoff=0.3)
    return output.index(near[0], after) if near else after


def cut(shown: list[str], output: list[str]) -> list[str]:
    """The output with as much cut out of it as of what is shown."""
    first, *others = parted(shown)
    if not others:
        return output
    kept, after = output[: len(first)], len(first)
    for nth, part in enumerate(others, 1):
        kept.append(CUT)
        if not part:
            continue
        at = max(after, len(output) - len(part)) if nth == len(others) else start(part, output, after)
        after = at + len(part)
        kept += output[at:after]
    return kept


def outcome(command: str, run: Run) -> list[str]:
    """What stands on the screen after the command, in plain spaces."""
    program, *arguments = shlex.split(command)
    if program == "cat":
        out = "".join(Path(name).read_text("utf-8") for name in arguments)
    else:
        assert program == "scharrel", command
        done = run(*arguments)
        out = done.out + done.err
    return [line.rstrip() for line in out.replace("\xa0", " ").rstrip("\n").split("\n")]


def run_again(block: str, run: Run) -> str:
    """The block with what comes out of each of its commands now."""
    lines = block.rstrip("\n").split("\n")
    assert lines[0].startswith("$ "), lines[0]
    at = [nth for nth, line in enumerate(lines) if line.startswith("$ ")]
    found = []
    for begin, end in zip(at, [*at[1:], len(lines)], strict=True):
        output = outcome(lines[begin][2:], run)
        shown = lines[begin + 1 : end]
        while shown and not shown[-1]:
            shown.pop()
        found.append("\n".join([lines[begin], *cut(shown, output)]).rstrip("\n"))
    return "\n\n".join(found) + "\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_shows_is_what_comes_out(page: Path, example: Path, quick: Run) -> None:
    text = page.read_text("utf-8")
    again = BLOCK.sub(
        lambda m: f"```console\n{run_again(m[2], quick)}```" if m[1] == "console" else m[0], text
    )
    if os.environ.get("GOLDEN") == "write":
        page.write_text(again, "utf-8")
        text = again
    assert again == text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_lines_that_a_page_shows_stand_in_the_file(page: Path) -> None:
    for language, block in BLOCK.findall(page.read_text("utf-8")):
        if language == "console":
            continue
        first, *lines = block.rstrip("\n").split("\n")
        named = FILE_SHOWN.fullmatch(first)
        assert named, f"{page.name}: say in the first line which file {first!r} is from"
        there = [line.rstrip() for line in (REPOSITORY / named[1]).read_text("utf-8").split("\n")]
        after = 0
        for part in filter(None, parted(lines)):
            at = next((n for n in range(after, len(there)) if there[n : n + len(part)] == part), None)
            assert at is not None, f"{page.name}: not in {named[1]}:\n" + "\n".join(part)
            after = at + len(part)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_leads_to_pages_that_are_there(page: Path) -> None:
    for link in LINKED.findall(page.read_text("utf-8")):
        assert link.startswith("https://") or (page.parent / link).exists(), link


def test_the_list_has_every_page() -> None:
    listed = set(LINKED.findall((REPOSITORY / "docs/regimes/README.md").read_text("utf-8")))
    assert {page.name for page in PAGES} - {"README.md"} <= listed


def test_what_was_cut_out_may_differ_and_nothing_else() -> None:
    output = ["een", "twee", "drie", "vier", "vijf"]
    for shown in (["een", CUT], ["een", CUT, "vijf"], [CUT, "drie", CUT], [CUT, "vier", "vijf"], output):
        assert cut(shown, output) == shown
    for shown in (["twee", CUT], ["een", CUT, "zes"], [CUT, "dire", CUT], ["een", "twee"]):
        assert cut(shown, output) != shown
