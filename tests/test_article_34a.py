"""From article 31 to article 34a of the Participatiewet: on 1 January 2027, or sooner where a municipality
anticipates it (facts: Stb. 2025, 312; 34a may be anticipated in 2026, 34b may not)."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import REPOSITORY, Run

ON_TIME = """
2026-10-01 custom "member" "noor"
  name: "Noor"
  rules: "bijstand"
  household: "single"
  born: 1980-05-01
  exemption_granted: TRUE
"""
NEXT = """
{day} custom "member" "noor"
  rules: "bijstand-2027"
  exemption: "twelve-months"
"""


def starts(coop: Path, register: str, last: str) -> None:
    """Noor earns 1000 euros a month from October 2026 up to and including this month."""
    (coop / "rules").mkdir()
    for pack in ("bijstand", "bijstand-2027"):
        shutil.copy(REPOSITORY / f"rules/{pack}.toml", coop / "rules")
    for name in ("accounts", "coop"):
        shutil.copy(REPOSITORY / f"ledgers/{name}.beancount", coop / "ledgers")
    for ledger in (coop / "ledgers/members").iterdir():
        ledger.unlink()
    head, _, _ = (coop / "ledgers/coop.beancount").read_text().partition("2025-01-01 custom")
    (coop / "ledgers/coop.beancount").write_text(head + register)
    months = [f"{year}-{month:02}" for year in (2026, 2027, 2028) for month in range(1, 13)]
    booked = [
        f'{month}-15 * "klus"\n  Income:Omzet:Diensten  -1000.00 EUR\n  Assets:Bank\n'
        for month in months
        if "2026-10" <= month <= last
    ]
    (coop / "ledgers/members/noor.beancount").write_text(
        'include "../accounts.beancount"\n\n' + "\n".join(booked)
    )


def exempt(quick: Run, coop: Path, through: str) -> dict[str, tuple[str, list[str]]]:
    """By month what was exempt, and why not more."""
    done = quick("allocate", through, "--dry-run", "--json", "--coop", str(coop))
    assert done.status == 0, done.err
    steps = {
        a["month"]: next(s for s in a["steps"] if s["id"] == "exempt")
        for a in json.loads(done.out)["allocations"]
    }
    return {month: (step["paid"], step["why"]) for month, step in steps.items()}


def test_the_turn_of_the_year_in_the_middle_of_the_six_months(new: Path, quick: Run) -> None:
    """Three of the six months are used: 25% of 1000. From January it is 15%, for twelve months on end; what
    was used before does not count for them."""
    starts(new, ON_TIME + NEXT.format(day="2027-01-01"), "2028-01")
    found = exempt(quick, new, "2028-01")
    assert [found[f"2026-{month}"] for month in (10, 11, 12)] == [("250.00", [])] * 3
    assert [found[f"2027-{month:02}"] for month in range(1, 13)] == [("150.00", [])] * 12
    assert found["2028-01"] == ("0.00", ["months-used"])


def test_a_municipality_that_anticipates(new: Path, quick: Run) -> None:
    """The twelve months then begin in the month in which it does so."""
    starts(new, ON_TIME + NEXT.format(day="2026-12-01"), "2027-12")
    found = exempt(quick, new, "2027-12")
    assert found["2026-11"] == ("250.00", [])
    assert [found[month] for month in ("2026-12", "2027-11")] == [("150.00", [])] * 2
    assert found["2027-12"] == ("0.00", ["months-used"])


@pytest.mark.parametrize(("through", "status"), [("2026-12", 0), ("2027-01", 1)])
def test_the_old_exemptions_end(through: str, status: int, new: Path, quick: Run) -> None:
    starts(new, ON_TIME, through)
    done = quick("allocate", through, "--dry-run", "--coop", str(new))
    assert done.status == status
    if status:
        assert "2027-01" in done.err
        assert "ledgers/coop.beancount" in done.err


def test_article_34a_is_not_there_before_2026(new: Path, quick: Run) -> None:
    early = (ON_TIME + NEXT.format(day="2025-12-01")).replace("2026-10-01", "2025-10-01")
    starts(new, early, "2026-10")
    done = quick("allocate", "2025-12", "--dry-run", "--coop", str(new))
    assert done.status == 1
    assert "2025-12" in done.err


@pytest.mark.parametrize(
    ("day", "amount", "passed"),
    [("2027-03-01", "1000.00", False), ("2027-03-01", "1000.01", True), ("2026-12-31", "0.01", True)],
)
def test_the_buffer_is_a_thousand_a_year_from_2027(
    day: str, amount: str, passed: bool, new: Path, quick: Run
) -> None:
    """Article 34b, which may not be anticipated. The municipality pays it: nothing is divided of it."""
    starts(new, ON_TIME + NEXT.format(day="2026-12-01"), "2027-03")
    with open(new / "ledgers/members/noor.beancount", "a", encoding="utf-8") as ledger:
        ledger.write(f'\n{day} * "gemeente" "buffer"\n  Income:Buffer  -{amount} EUR\n  Assets:Bank\n')
    problems = json.loads(quick("check", "--json", "--coop", str(new)).out)["problems"]
    assert ("limit-passed" in {p["code"] for p in problems}) == passed
    assert exempt(quick, new, "2027-03")["2027-03"] == ("150.00", [])


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ('"twelve months"', "twelve-months"),
        ('"twelve-months"', None),
        ('"medical"', None),
        ("FALSE", None),
    ],
)
def test_a_ground_that_the_rules_do_not_know_is_told(
    word: str, near: str | None, new: Path, quick: Run
) -> None:
    """Otherwise everything would be offset, and nobody would know why."""
    starts(new, ON_TIME + NEXT.format(day="2026-10-01").replace('"twelve-months"', word), "2026-10")
    done = quick("check", "--json", "--coop", str(new))
    found = [p for p in json.loads(done.out)["problems"] if p["code"] == "fact-word"]
    assert [p["severity"] for p in found] == ([] if near is None else ["warning"])
    if near:
        assert f"Bedoel je {near}?" in quick("check", "--coop", str(new)).err


def test_a_ground_that_is_no_word_is_an_error(new: Path, quick: Run) -> None:
    starts(new, ON_TIME + NEXT.format(day="2026-10-01").replace('"twelve-months"', "TRUE"), "2026-10")
    done = quick("check", "--coop", str(new))
    assert done.status == 1
    assert "TRUE" in done.err
