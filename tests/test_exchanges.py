"""A haircut for a car wash: booked by who did it, outside the money, and together nothing."""

import json
from pathlib import Path

import pytest
from conftest import REPOSITORY, Run

CHART = """\
2020-01-01 open Assets:Bank EUR
2020-01-01 open Assets:Ruil
  role: "exchange"
2020-01-01 open Equity:Ruil
2020-01-01 open Equity:Verdeling EUR
  role: "appropriation"
2020-01-01 open Income:Omzet EUR
  role: "turnover"
2020-01-01 open Liabilities:Lid EUR
2020-01-01 open Liabilities:Buurt EUR
"""

PACK = """\
[pack]
id = "lid"
title = "Lid"
pool = ["turnover"]

[source.alv]
kind = "decision"
ref = "ALV"

[[step]]
id = "ruil"
label = "Voor de buurt"
amount = 0.00
to = "Liabilities:Buurt"
party = "community"
source = "alv"

[[step]]
id = "lid"
label = "Voor jou"
all = true
to = "Liabilities:Lid"
party = "member"
source = "alv"
"""

REGISTER = """\
option "title" "Proef"
option "operating_currency" "EUR"
include "accounts.beancount"

2025-01-01 custom "member" "amina"
  name: "Amina"
  rules: "lid"
2025-01-01 custom "member" "bram"
  name: "Bram"
  rules: "lid"
2025-01-01 custom "member" "carla"
  name: "Carla"
  rules: "lid"
2026-03-01 custom "member" "carla"
  left: TRUE
"""


def given(day: str, partner: str, what: str, amount: str = "1", unit: str = "UUR") -> str:
    return f'{day} * "{what}"\n  with: "{partner}"\n  Assets:Ruil  {amount} {unit}\n  Equity:Ruil\n'


def write(coop: Path, member: str, *bookings: str) -> None:
    text = 'include "../accounts.beancount"\n\n' + "\n".join(bookings)
    (coop / f"ledgers/members/{member}.beancount").write_text(text)


@pytest.fixture
def barter(tmp_path: Path) -> Path:
    """Bram owes Amina an hour from 2025; in 2026 a haircut for a car wash, and later 1.5 of Carla."""
    (tmp_path / "ledgers/members").mkdir(parents=True)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/lid.toml").write_text(PACK)
    (tmp_path / "ledgers/accounts.beancount").write_text(CHART)
    (tmp_path / "ledgers/coop.beancount").write_text(REGISTER)
    write(
        tmp_path, "amina",
        given("2025-12-30", "bram", "haar geknipt"), given("2026-02-01", "bram", "haar geknipt"),
    )  # fmt: skip
    write(tmp_path, "bram", given("2026-02-01", "amina", "auto gewassen"))
    write(tmp_path, "carla", given("2026-03-31", "bram", "taart gebakken", "1.5"))
    return tmp_path


def standing(quick: Run, coop: Path, *arguments: str) -> dict[str, list[str]]:
    done = quick("report", "exchange", *arguments, "--json", "--coop", str(coop))
    assert (done.status, done.err) == (0, "")
    return {
        row["member"]: [row["start"], row["given"], row["taken"], row["end"]]
        for row in json.loads(done.out)["balances"]
    }


def problems(quick: Run, coop: Path) -> list[tuple[str, int, str, str]]:
    done = quick("check", "--json", "--coop", str(coop))
    return [
        (p["file"], p["line"], p["code"], p["severity"]) for p in json.loads(done.out)["problems"]
    ]  # fmt: skip


def test_balances_carry_over_the_year_and_add_up_to_nothing(barter: Path, quick: Run) -> None:
    # Amina: 1 from 2025; gives 1, takes 1. Bram: -1; gives 1, takes 1 + 1.5. Carla gives 1.5.
    assert standing(quick, barter) == {
        "amina": ["1", "1", "1", "1"],
        "bram": ["-1", "1", "2.5", "-2.5"],
        "carla": ["0", "1.5", "0", "1.5"],
    }
    assert standing(quick, barter, "2025") == {
        "amina": ["0", "1", "0", "1"],
        "bram": ["0", "0", "1", "-1"],
    }
    assert problems(quick, barter) == []


def test_the_list_says_who_did_what_for_whom(barter: Path, quick: Run) -> None:
    said = quick("report", "exchange", "2026", "--coop", str(barter)).out
    assert "1 feb 2026  Amina        Bram     haar geknipt     1 uur" in said
    assert "samen          0    3,5      3,5         0" in said
    said = quick("report", "exchange", "2026", "--member", "carla", "--coop", str(barter)).out
    assert "taart gebakken" in said
    assert "auto gewassen" not in said
    assert "samen" not in said


def test_units_do_not_mix(barter: Path, quick: Run) -> None:
    write(barter, "carla", given("2026-03-31", "bram", "taart", "20", "SCHAR"))
    rows = json.loads(quick("report", "exchange", "--json", "--coop", str(barter)).out)["balances"]
    assert {(r["member"], r["commodity"]): r["end"] for r in rows} == {
        ("amina", "UUR"): "1", ("bram", "UUR"): "-1", ("bram", "SCHAR"): "-20", ("carla", "SCHAR"): "20",
    }  # fmt: skip


def test_a_list_for_a_spreadsheet_holds_no_formula(barter: Path, quick: Run) -> None:
    write(barter, "carla", given("2026-03-31", "bram", "=1+1"))
    done = quick("report", "exchange", "2026", "--format", "csv", "--coop", str(barter))
    assert done.out.splitlines()[-1] == (
        "2026-03-31,carla,bram,'=1+1,1,UUR,ledgers/members/carla.beancount:3"
    )


@pytest.mark.parametrize(
    ("booking", "code"),
    [
        (given("2026-01-05", "brm", "taart"), "exchange-unknown"),
        (given("2026-01-05", "carla", "taart"), "exchange-self"),
        (given("2026-01-05", "bram", "taart").replace('  with: "bram"\n', ""), "exchange-without"),
        (given("2026-01-05", "bram", "taart", "-1"), "exchange-taken"),
        (given("2026-01-05", "bram", "taart", "0"), "exchange-taken"),
        (given("2026-01-05", "bram", "taart", "10.00", "EUR"), "exchange-money"),
    ],
)
def test_what_is_no_exchange(booking: str, code: str, barter: Path, quick: Run) -> None:
    write(barter, "carla", booking)
    file = "ledgers/members/carla.beancount"
    assert problems(quick, barter) == [(file, 3, code, "error")]
    done = quick("report", "exchange", "--coop", str(barter))
    assert (done.status, done.out) == (1, "")
    assert f"{file}:3: " in done.err


def test_a_project_exchanges_nothing(barter: Path, quick: Run) -> None:
    register = barter / "ledgers/coop.beancount"
    register.write_text(REGISTER + '2026-01-01 custom "project" "tuin"\n  name: "Tuin"\n  rules: "lid"\n')
    (barter / "ledgers/projects").mkdir()
    text = 'include "../accounts.beancount"\n\n' + given("2026-01-05", "bram", "heg gesnoeid")
    (barter / "ledgers/projects/tuin.beancount").write_text(text)
    write(barter, "carla", given("2026-01-05", "tuin", "taart"))
    found = [(file, code) for file, _, code, _ in problems(quick, barter)]
    assert ("ledgers/projects/tuin.beancount", "exchange-of-project") in found
    assert ("ledgers/members/carla.beancount", "exchange-unknown") in found


def test_an_exchange_is_with_who_is_a_member_then(barter: Path, quick: Run) -> None:
    # Carla's last month is March 2026.
    write(barter, "bram", given("2026-03-31", "carla", "band geplakt"))
    assert problems(quick, barter) == []
    assert quick("allocate", "2026-05", "--coop", str(barter)).status == 0
    write(barter, "bram", given("2026-04-01", "carla", "band geplakt"))
    assert problems(quick, barter) == [("ledgers/members/bram.beancount", 3, "exchange-no-member", "error")]


def test_a_partner_who_left_is_noticed_though_the_ledger_did_not_change(barter: Path, quick: Run) -> None:
    assert quick("allocate", "2026-05", "--coop", str(barter)).status == 0
    register = barter / "ledgers/coop.beancount"
    register.write_text(REGISTER + '2026-01-01 custom "member" "bram"\n  left: TRUE\n')
    write(barter, "bram")
    done = quick("allocate", "2026-05", "--coop", str(barter))
    assert done.status == 1
    assert "ledgers/members/amina.beancount:8: Bram is in februari 2026 geen lid" in done.err


def test_one_exchange_that_both_booked_is_a_warning(barter: Path, quick: Run) -> None:
    write(barter, "bram", given("2026-02-01", "amina", "haar laten knippen"))
    file = "ledgers/members/bram.beancount"
    assert problems(quick, barter) == [(file, 3, "exchange-twice", "warning")]
    done = quick("report", "exchange", "--coop", str(barter))
    assert done.status == 0
    assert "Amina boekte op ledgers/members/amina.beancount:8 misschien dezelfde ruil" in done.err


def test_it_is_no_money(barter: Path, quick: Run) -> None:
    done = quick("allocate", "2026-03", "--json", "--coop", str(barter))
    assert (done.status, done.err) == (0, "")
    assert {row["pool"] for row in json.loads(done.out)["allocations"]} == {"0.00"}
    assert not list((barter / "ledgers/allocations").rglob("*.beancount"))


@pytest.mark.parametrize(
    ("was", "becomes", "line"),
    [
        ('pool = ["turnover"]', 'pool = ["exchange"]', 4),
        ('amount = 0.00\nto = "Liabilities:Buurt"', 'input = "exchange"', 13),
        ("amount = 0.00", 'rate = "10%"\nof = "exchange"', 14),
        ("amount = 0.00", 'amount = 1.00\ncap = { year = 5.00 }\ncounts = ["exchange"]', 15),
    ],
)
def test_rules_cannot_take_it_for_money(was: str, becomes: str, line: int, barter: Path, quick: Run) -> None:
    assert was in PACK
    (barter / "rules/lid.toml").write_text(PACK.replace(was, becomes))
    assert ("rules/lid.toml", line, "exchange-role", "error") in problems(quick, barter)


def test_a_pack_may_pay_for_the_hours_that_someone_gave(barter: Path, quick: Run) -> None:
    rules = PACK.replace("amount = 0.00", 'per = 2.00\nunits = "exchange"').replace(
        'party = "community"', 'party = "coop"'
    )
    (barter / "rules/lid.toml").write_text(rules)
    write(
        barter, "carla", given("2026-03-31", "bram", "taart", "1.5"),
        '2026-03-31 * "klant"\n  Income:Omzet  -10.00 EUR\n  Assets:Bank\n',
    )  # fmt: skip
    rows = json.loads(quick("allocate", "2026-03", "--json", "--coop", str(barter)).out)["allocations"]
    (steps,) = [r["steps"] for r in rows if (r["member"], r["month"]) == ("carla", "2026-03")]
    assert [step["paid"] for step in steps] == ["3.00", "7.00"]


def test_wrong_usage(barter: Path, quick: Run) -> None:
    for arguments in (["0"], ["--member", "nobody"], ["--format", "xlsx"], ["twintig"]):
        assert quick("report", "exchange", *arguments, "--coop", str(barter)).status == 2


def test_the_example_adds_up(quick: Run) -> None:
    rows = json.loads(quick("report", "exchange", "2026", "--json", "--coop", str(REPOSITORY)).out)
    # Henk: an hour behind at first; 2 + 3 given, a half taken.
    assert {r["member"]: r["end"] for r in rows["balances"]} == {
        "amina": "-2", "chantal": "-1", "fatma": "-0.5", "henk": "3.5",
    }  # fmt: skip
