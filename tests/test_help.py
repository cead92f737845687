"""What every command has: an example that can be typed; JSON if it reports; CSV if it is a report."""

import csv
import json
import shlex
from io import StringIO
from pathlib import Path

import pytest
from conftest import REPOSITORY, Once, Run, in_process
from pay_coop import unpaid

from scharrel.cli.app import COMMANDS, GROUPS, app
from scharrel.cli.main import command_first
from scharrel.text.words import LANGUAGES, catalogue

ACTS = {
    "statements", "init", "member add", "member leave", "bank assign", "invoice issue", "invoice credit",
    "invoice remind", "customer add", "letter add", "quote", "rules plot", "rules export", "rules import",
    "auditfile", "web",
}  # fmt: skip
"""Commands that write or draw something, and say no more than that they did."""


def parsed(line: str) -> object:
    """The command that a command line asks for, with what it gives; an error if it cannot be read."""
    program, *typed = shlex.split(line)
    assert program == "scharrel"
    command, arguments = app, command_first(typed, GROUPS)
    while hasattr(command, "commands"):
        command = command.commands[arguments.pop(0)]
    return command.make_context("scharrel", arguments).command


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_command_has_an_example_that_can_be_typed(lang: str) -> None:
    examples = catalogue(lang)["example"]
    assert examples.keys() == {name.replace(" ", "-") for name in COMMANDS}
    for name, module in COMMANDS.items():
        line = examples[name.replace(" ", "-")]
        assert line.startswith(f"scharrel {name}")
        assert max(map(len, line.split("\n"))) <= 76
        assert parsed(line).name == name.rpartition(" ")[2], module


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_ends_with_it_and_every_option_is_told(name: str, quick: Run) -> None:
    for lang in LANGUAGES:
        out = quick(*name.split(), "--help", "--lang", lang).out
        assert out.rstrip().endswith(catalogue(lang)["example"][name.replace(" ", "-")].replace("\n", "\n  "))
    assert ("  --json" in out) or name in ACTS
    tables = ("statements", "letter list")
    assert ("  --csv" in out) == (name.startswith("report ") or name in tables)


def settled(folder: Path) -> None:
    unpaid(folder)
    for command in (("allocate",), ("statements", "--for", "member", "--format", "html")):
        assert in_process(*command, "2026-06", "--coop", str(folder)).status == 0


def test_what_a_command_says_it_says_as_json_too(tmp_path: Path, once: Once, quick: Run) -> None:
    coop = once(settled, tmp_path / "coop")

    def said(*arguments: str, status: int = 0) -> dict[str, object]:
        done = quick(*arguments, "--json", "--coop", str(coop))
        assert done.status == status, done.err
        found: dict[str, object] = json.loads(done.out)
        return found

    paper = str(coop / "statements/2026-06/member/amina.html")
    verdict = said("verify", paper)
    assert (verdict["member"], verdict["agrees"], verdict["figures"]) == ("amina", True, [])
    ledger = coop / "ledgers/members/amina.beancount"
    before = ledger.read_text()
    ledger.write_text(before + '\n2026-06-22 * "m" "v"\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n')
    verdict = said("verify", paper, status=1)
    assert (verdict["agrees"], bool(verdict["figures"])) == (False, True)
    ledger.write_text(before)
    shown = said("rules", "show", "vrije-uitloop")
    assert shown["pack"] == "vrije-uitloop"
    changed = said("rules", "diff", "vrije-uitloop@2026-01", "vrije-uitloop@2026-04")
    assert changed["sections"]
    assert isinstance(said("rules", "test")["packs"], list)
    closed = said("close", "2026-06")
    assert (closed["closed"][-1], len(str(closed["code"])) > 3) == ("2026-06", True)  # type: ignore[index]


def with_receipts(folder: Path) -> None:
    settled(folder)
    (folder / "receipts").mkdir()
    for name in ("a.pdf", "b.jpg"):
        (folder / "receipts" / name).write_text(name)


REPORTS = {
    ("annual", "2026"): settled,
    ("better-off", "--from", "2026-01"): settled,
    ("umbrella", "2026"): settled,
    ("receipts",): with_receipts,
    ("exchange", "2026"): None,
    ("grants",): None,
    ("quotes",): None,
}
"""Each report, and the cooperative that has something to report, if not the example."""


def test_every_report_is_tried() -> None:
    assert {f"report {report[0]}" for report in REPORTS} == {n for n in COMMANDS if n.startswith("report ")}


@pytest.mark.parametrize("report", REPORTS, ids=" ".join)
def test_a_report_opens_in_a_spreadsheet(
    report: tuple[str, ...], tmp_path: Path, once: Once, quick: Run
) -> None:
    fill = REPORTS[report]
    where = "--coop", str(once(fill, tmp_path / "coop") if fill else REPOSITORY)
    plain = quick("report", report[0], "--csv", *report[1:], *where)
    dutch = quick("report", *report, "--csv", "nl", *where)
    assert plain.status == dutch.status == 0, plain.err
    assert dutch.out.startswith("\ufeff")
    rows = list(csv.reader(StringIO(plain.out)))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    in_dutch = list(csv.reader(StringIO(dutch.out[1:]), delimiter=";"))
    assert [[cell.replace(",", ".") for cell in row] for row in in_dutch] == [
        [cell.replace(",", ".") for cell in row] for row in rows
    ]
    for row in rows[1:]:
        assert any(row)
    if report[0] != "exchange":
        found = json.loads(quick("report", *report, "--json", *where).out)
        assert str(rows[1][rows[0].index("received" if report[0] == "grants" else rows[0][2])]) in json.dumps(
            found, ensure_ascii=False
        )


def test_csv_is_one_of_two_forms_and_not_json_too(quick: Run) -> None:
    where = "--coop", str(REPOSITORY)
    assert quick("report", "quotes", "--csv=be", *where).status == 2
    assert quick("report", "quotes", "--csv", "--json", *where).status == 2
