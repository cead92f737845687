"""What the documentation shows must work as shown."""

import re
import tomllib
from pathlib import Path

import pytest
from conftest import REPOSITORY, Run

README = (REPOSITORY / "README.md").read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize(
    ("page", "count", "pools"),
    [
        ("README.md", 1, ["0.00", "45.00"]),
        ("docs/nl/lid.md", 2, ["60.00", "45.00"]),
    ],  # what was earned in September first
)
def test_the_bookings_of_a_page_can_be_typed_over(
    page: str, count: int, pools: list[str], tmp_path: Path, quick: Run
) -> None:
    examples = blocks((REPOSITORY / page).read_text("utf-8"), "beancount")
    assert len(examples) == count
    quick("init", str(tmp_path / "coop"))
    quick("member", "add", "amina", "Amina", "--from", "2026-09", "--coop", str(tmp_path / "coop"))
    ledger = tmp_path / "coop/ledgers/members/amina.beancount"
    ledger.write_text(ledger.read_text() + "\n" + "\n".join(examples))
    done = quick("allocate", "2026-10", "--member", "amina", "--json", "--coop", str(tmp_path / "coop"))
    assert done.status == 0
    assert "Deze regels zijn een voorbeeld" in done.err
    assert re.findall(r'"pool": "(.*?)"', done.out) == pools


PAGES = sorted(
    [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md"), *(REPOSITORY / "docs/nl").glob("*.md")]
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", sorted((REPOSITORY / "docs/nl").glob("*.md")), ids=lambda page: page.name)
def test_every_command_of_the_dutch_pages_exists(page: Path, quick: Run) -> None:
    commands = re.findall(r"^    scharrel (.*?)(?: +#.*)?$", page.read_text("utf-8"), re.MULTILINE)
    assert commands
    for command in commands:
        name, *more = command.split()
        group = name in ("rules", "report", "member")
        done = quick(name, *more[:group], "--help")
        assert done.status == 0, command
        for option in re.findall(r"--[a-z-]+", command):
            assert option in done.out, command


def test_the_rules_in_the_readme_are_those_of_the_example() -> None:
    (shown,) = blocks(README, "toml")
    table = tomllib.loads(shown)
    pack = tomllib.loads((REPOSITORY / "rules/vrije-uitloop.toml").read_text("utf-8"))
    assert table["step"][0] in pack["step"]
    assert table["param"]["coop_share"] == pack["param"]["coop_share"]


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"`(scharrel [a-z -]+?)(?: [A-Z2\"<][^`]*)?`", README)))
)
def test_every_command_in_the_readme_exists(command: str, quick: Run) -> None:
    words = [word for word in command.split()[1:] if not word.startswith("-")]
    done = quick(*words, "--help")
    assert done.status == 0
    for option in re.findall(r"--[a-z-]+", command):
        assert option in done.out


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(shown, id=shown.split("\n")[0][2:])
        for page in PAGES
        for shown in blocks(page.read_text("utf-8"), "console")
    ],
)
def test_what_a_page_shows_is_what_comes_out(shown: str, quick: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    command, _, output = shown.partition("\n")
    done = quick(*command.removeprefix("$ scharrel ").split(), "--coop", str(REPOSITORY))
    came_out = "\n".join(line.rstrip() for line in done.out.replace("\xa0", " ").split("\n"))
    assert re.fullmatch(".*".join(map(re.escape, output.split("…\n"))), came_out, re.DOTALL)
