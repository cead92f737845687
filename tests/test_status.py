"""One screen says where the month stands, and each line of it names the command that does it."""

import json
import shlex
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Once, Run, small
from invoice_coop import AMINA, with_invoices
from pay_coop import paying
from vat_coop import book, filing, sale

REGISTER = "ledgers/coop.beancount"

Told = Callable[..., dict[str, Any]]


@pytest.fixture
def told(quick: Run, monkeypatch: pytest.MonkeyPatch) -> Told:
    def run(coop: Path, day: str = "2026-11-05", **_: object) -> dict[str, Any]:
        monkeypatch.setattr("scharrel.cli.status.today", lambda: date.fromisoformat(day))
        done = quick("status", "--json", "--coop", str(coop))
        assert (done.status, done.err) == (0, "")
        found: dict[str, Any] = json.loads(done.out)
        return found

    return run


def commands(found: dict[str, Any]) -> list[str]:
    return [todo["command"] for todo in found["todo"]]


def test_who_only_practises_is_told_to_register_someone(tmp_path: Path, quick: Run, told: Told) -> None:
    quick("init", str(tmp_path / "new"))
    found = told(tmp_path / "new")
    assert commands(found) == ["scharrel member add LID", "scharrel allocate 2026-10"]
    assert found["not_closed"] == []
    assert (found["bank"], found["late"], found["vat"], found["drafts"]["count"]) == ([], [], None, 0)


def test_a_cooperative_without_anyone(new: Path, told: Told) -> None:
    register = (new / REGISTER).read_text().partition("; Vera is")[0]
    (new / REGISTER).write_text(register)
    (new / "ledgers/members/vera.beancount").unlink()
    found = told(new)
    assert commands(found)[0] == "scharrel member add LID"
    assert (found["not_allocated"], found["not_closed"], found["allocated"]) == ([], [], None)


def test_a_month_goes_from_booked_to_allocated_to_closed(coop: Path, quick: Run, told: Told) -> None:
    found = told(coop, "2026-07-03")
    assert found["not_allocated"] == [
        "2026-01",
        "2026-03",
        "2026-04",
        "2026-05",
        "2026-06",
    ]  # nothing in February
    assert commands(found) == ["scharrel allocate 2026-06", "scharrel close 2026-06"]
    for done in range(2):
        command = commands(told(coop, "2026-07-03"))[0]
        assert quick(*shlex.split(command)[1:], "--coop", str(coop)).status == 0, done
    found = told(coop, "2026-07-03")
    assert (found["closed"], found["todo"]) == ("2026-06", [])
    ledger = coop / AMINA
    ledger.write_text(
        ledger.read_text() + '\n2026-05-09 * "m" "v"\n  Income:Omzet  -10.00 EUR\n  Assets:Bank\n'
    )
    # What closed months need put right is booked in the first open one.
    due = ["scharrel allocate 2026-07", "scharrel check", "scharrel close 2026-07"]
    assert commands(told(coop, "2026-08-01")) == due


def test_what_was_allocated_otherwise_is_told_apart(coop: Path, quick: Run, told: Told) -> None:
    quick("allocate", "2026-06", "--coop", str(coop))
    ledger = coop / AMINA
    ledger.write_text(
        ledger.read_text() + '\n2026-05-09 * "m" "v"\n  Income:Omzet  -10.00 EUR\n  Assets:Bank\n'
    )
    found = told(coop, "2026-07-03")
    assert (found["not_allocated"], found["allocated_otherwise"][0]) == ([], "2026-05")


def test_with_an_error_nothing_else_is_claimed_of_the_division(coop: Path, told: Told) -> None:
    ledger = coop / AMINA
    ledger.write_text(
        ledger.read_text() + '\n2026-05-09 * "m" "v"\n  Income:Omzet  -10,00 EUR\n  Assets:Bank\n'
    )
    found = told(coop, "2026-07-03")
    assert (found["errors"], found["not_allocated"]) == (1, [])
    assert commands(found) == ["scharrel check"]


def test_bank_and_invoices(tmp_path: Path, once: Once, quick: Run, told: Told) -> None:
    coop = once(with_invoices, tmp_path / "coop")
    found = told(coop)
    assert found["bank"] == [{"account": "betaalrekening", "to": None, "difference": "0.00", "unassigned": 0}]
    assert "scharrel bank import BESTAND" in commands(found)
    assert (found["drafts"]["count"], found["late"]) == (2, [])
    before = [*commands(found)]
    assert "scharrel invoice issue" in before
    assert quick("invoice", "issue", "--coop", str(coop)).status == 0
    found = told(coop, "2027-01-20")
    assert found["drafts"]["count"] == 0
    assert "scharrel invoice remind" in commands(found)
    assert sum(len(late["invoices"]) for late in found["late"]) == 2
    assert any("Hoek" in todo["why"] for todo in found["todo"])


def test_what_is_due_is_as_pay_would_pay_it(tmp_path: Path, once: Once, quick: Run, told: Told) -> None:
    coop = once(paying, tmp_path / "coop")
    found = told(coop)
    done = json.loads(quick("pay", "--dry-run", "--json", "--coop", str(coop)).out)
    assert found["to_pay"] == {"payments": len(done["payments"]), "total": done["total"]}
    assert "scharrel pay" in commands(found)


def test_vat_is_due_until_it_is_booked(tmp_path: Path, quick: Run, told: Told) -> None:
    coop = filing(tmp_path / "coop")
    book(coop, "amina", sale("2026-08-10", "100.00", "21.00"))
    found = told(coop)
    assert found["vat"] == {
        "period": "2026-Q3", "due": True, "deadline": "2026-10-31", "amount": "21.00", "questions": 0,
    }  # fmt: skip
    assert "scharrel vat 2026-Q3" in commands(found)
    assert quick("vat", "2026-Q3", "--book", "--coop", str(coop)).status == 0
    found = told(coop)
    assert found["vat"]["due"] is False
    assert not any("vat" in command for command in commands(found))
    exempt = filing(tmp_path / "exempt", "exempt")
    assert told(exempt)["vat"] is None


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_it_fits_one_screen(lang: str, tmp_path: Path, once: Once, quick: Run) -> None:
    coop = once(with_invoices, tmp_path / "coop")
    lines = quick("status", "--lang", lang, "--coop", str(coop)).out.splitlines()
    assert len(lines) < 25
    assert max(map(len, lines)) <= 80
    assert small(tmp_path / "small")
    plain = quick("status", "--lang", lang, "--coop", str(tmp_path / "small")).out.lower()
    assert not any(word in plain for word in ("bank", "btw", "vat", "invoice", "factu", "afschrift"))
