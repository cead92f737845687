"""Better off than without working? Every sum below was made by hand."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st

from scharrel.reports.better_off import SMALLEST, MemberPeriod, PeriodSums, grouped, period_sums

CHART = """\
2020-01-01 open Assets:Bank EUR
2020-01-01 open Assets:Uren UUR
  role: "hours"
2020-01-01 open Assets:Ruil UUR
  role: "exchange"
2020-01-01 open Equity:Uren UUR
2020-01-01 open Equity:Verdeling EUR
  role: "appropriation"
2020-01-01 open Income:Omzet EUR
  role: "turnover"
2020-01-01 open Expenses:Onkosten EUR
  role: "costs"
2020-01-01 open Expenses:Studie EUR
  role: "study"
2020-01-01 open Liabilities:Lid EUR
2020-01-01 open Liabilities:Spaarpot EUR
2020-01-01 open Liabilities:Buurt EUR
"""

HEAD = """\
[pack]
id = "{id}"
title = "{id}"
pool = ["turnover"]

[source.alv]
kind = "decision"
ref = "ALV"
"""

STEP = """
[[step]]
id = "{id}"
label = "{id}"
{what}
party = "{party}"
source = "alv"
"""

BENEFIT = HEAD.format(id="steun") + "".join(
    STEP.format(id=name, what=what, party=party)
    for name, what, party in (
        ("costs", 'input = "costs"\ncarry = true', "supplier"),
        ("free", 'rate = "25%"\nof = "after.costs"\nto = "Liabilities:Lid"', "member"),
        ("pot", 'amount = 20.00\nto = "Liabilities:Spaarpot"', "pot"),
        (
            "offset",
            'rate = "100%"\nof = "after.pot"\ncap = { month = 1000.00 }\nsettle = "reduction"\n'
            'to = "Liabilities:Lid"',
            "municipality",
        ),
        ("rest", 'all = true\nto = "Liabilities:Lid"', "member"),
    )
)
SHOP = HEAD.format(id="winkel") + STEP.format(
    id="all", what='all = true\nto = "Liabilities:Buurt"', party="community"
)

REGISTER = """\
option "title" "Proef"
option "operating_currency" "EUR"
include "accounts.beancount"

2026-01-01 custom "member" "amina"
  name: "Amina"
  rules: "steun"
2026-01-01 custom "member" "bram"
  name: "Bram"
  rules: "steun"
2026-02-01 custom "member" "carla"
  name: "Carla"
  rules: "steun"
  left: TRUE
  left_for: "paid work"
2026-01-01 custom "member" "winkel"
  name: "Winkel"
  rules: "winkel"
"""


def money(day: str, account: str, amount: str) -> str:
    return f'{day} * "klant" "{day}"\n  {account}  {amount} EUR\n  Assets:Bank\n'


def units(account: str, amount: str) -> str:
    other = 'with: "amina"\n' if account == "Assets:Ruil" else 'note: "gewerkt"\n'
    return f'2026-02-10 * "{account}"\n  {other}  {account}  {amount} UUR\n  Equity:Uren\n'


@pytest.fixture
def town(tmp_path: Path) -> Path:
    (tmp_path / "ledgers/members").mkdir(parents=True)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/steun.toml").write_text(BENEFIT)
    (tmp_path / "rules/winkel.toml").write_text(SHOP)
    (tmp_path / "ledgers/accounts.beancount").write_text(CHART)
    (tmp_path / "ledgers/coop.beancount").write_text(REGISTER)
    bookings = {
        "amina": [
            money("2026-01-05", "Income:Omzet", "-400.00"),
            money("2026-01-06", "Expenses:Onkosten", "100.00"),
            money("2026-02-06", "Expenses:Onkosten", "30.00"),
            money("2026-03-05", "Income:Omzet", "-50.00"),
            money("2026-03-06", "Liabilities:Spaarpot", "12.00").replace('06"\n', '06"\n  reason: "x"\n'),
        ],
        "bram": [
            money("2026-01-06", "Expenses:Onkosten", "50.00"),
            money("2026-02-06", "Income:Omzet", "50.00"),
            money("2026-03-06", "Income:Omzet", "-60.00"),
        ],
        "carla": [
            money("2026-02-06", "Income:Omzet", "-40.00"),
            money("2026-02-07", "Expenses:Studie", "12.00"),
            units("Assets:Uren", "3"),
            units("Assets:Ruil", "2"),
        ],
        "winkel": [money("2026-02-06", "Income:Omzet", "-7.00")],
    }
    for member, written in bookings.items():
        text = 'include "../accounts.beancount"\n\n' + "\n".join(written)
        (tmp_path / f"ledgers/members/{member}.beancount").write_text(text)
    return tmp_path


def report(quick: Run, coop: Path, *arguments: str) -> dict[str, Any]:
    period = ("--from", "2026-01", "--to", "2026-03")
    done = quick("report", "better-off", *period, *arguments, "--json", "--coop", str(coop))
    assert done.status == 0, done.err
    return dict(json.loads(done.out))


def test_what_a_quarter_brought_each(town: Path, quick: Run) -> None:
    found = {row["member"]: row for row in report(quick, town)["members"]}
    # January: 400 − 100 = 300, of which 75 free, 20 to the pot, 205 offset. February: 30 of costs unpaid.
    # March: 50 pays those 30; of the 20 left 5 is free and 15 goes to the pot. 205 of 3 × 1000 is 6.8%.
    assert found["amina"] == {
        "member": "amina", "rules": "steun", "better_off": True, "months": 3, "months_better": 2,
        "kept": "115.00", "own_costs": "0.00", "net": "115.00", "pot": "35.00", "withdrawn": "12.00",
        "saved": "205.00", "earned_back": "205.00", "benefit": "3000.00", "part": "0.068",
        "hours": "0", "study": "0.00", "coop": "0.00", "community": "0.00", "left": None, "left_for": None,
    }  # fmt: skip
    # 50 of costs, 50 back to a customer, 60 earned: 40 short, and nothing to keep.
    bram = found["bram"]
    assert (bram["kept"], bram["own_costs"], bram["better_off"]) == ("0.00", "40.00", False)
    # 40: 10 free, 20 to the pot, 10 offset; 12 of study that the rules do not look at. The exchange is
    # no work for money.
    carla = found["carla"]
    assert (carla["kept"], carla["own_costs"], carla["study"], carla["hours"]) == (
        "30.00",
        "12.00",
        "12.00",
        "3",
    )
    assert (carla["months"], carla["left"], carla["left_for"]) == (1, "2026-02", "paid work")
    # The shop's rules leave nobody anything: it is no participant.
    assert "winkel" not in found


def test_the_cooperative_and_its_goals(town: Path, quick: Run) -> None:
    found = report(quick, town)
    whole = found["together"]
    assert (whole["members"], whole["kept"], whole["own_costs"]) == (3, "145.00", "52.00")
    assert (whole["saved"], whole["benefit"], whole["community"]) == ("215.00", "7000.00", "7.00")
    assert found["goals"] == {
        "members": 3, "better_off": 2, "left": 1, "left_for_paid_work": 1, "left_for_own_business": 0,
    }  # fmt: skip


def test_only_the_period_counts(town: Path, quick: Run) -> None:
    done = quick(
        "report", "better-off", "--from", "2026-02", "--to", "2026-02", "--json", "--coop", str(town)
    )
    found = {row["member"]: row for row in json.loads(done.out)["members"]}
    assert (found["amina"]["kept"], found["amina"]["own_costs"]) == ("0.00", "30.00")
    assert found["amina"]["withdrawn"] == "0.00"
    done = quick(
        "report", "better-off", "--from", "2026-03", "--to", "2026-03", "--json", "--coop", str(town)
    )
    assert {row["member"] for row in json.loads(done.out)["members"]} == {"amina", "bram"}


def test_yes_or_no_in_plain_words(town: Path, quick: Run) -> None:
    period = ("--from", "2026-01", "--to", "2026-03", "--coop", str(town))
    said = " ".join(quick("report", "better-off", "--member", "bram", *period).out.split())
    assert "Bram hield € 0,00 over en betaalde zelf € 40,00 aan kosten." in said
    assert "Beter af dan zonder werk: nee." in said
    said = " ".join(quick("report", "better-off", "--member", "amina", *period).out.split())
    assert "Beter af dan zonder werk: ja, € 115,00, in 2 van de 3 maanden." in said
    whole = quick("report", "better-off", *period).out
    assert "Uitstroom: 1. Daarvan naar betaald werk: 1; met een eigen bedrijf: 0." in whole
    assert all(len(line) <= 80 for line in whole.splitlines())


def test_without_names_nobody_can_be_told_apart(town: Path, quick: Run) -> None:
    found = report(quick, town, "--anonymous")
    assert [(group["rules"], group["members"]) for group in found["groups"]] == [("steun", 3)]
    # Two of three are better off, so one is not; one left: none of these numbers is told.
    assert found["goals"] == {
        "members": 3, "better_off": None, "left": None, "left_for_paid_work": None,
        "left_for_own_business": 0,
    }  # fmt: skip
    done = quick(
        "report", "better-off", "--from", "2026-01", "--to", "2026-03", "--anonymous", "--coop", str(town)
    )
    assert not any(name in done.out for name in ("Amina", "Bram", "Carla", "amina", "bram", "carla"))
    done = quick(
        "report", "better-off", "--from", "2026-03", "--to", "2026-03", "--anonymous", "--coop", str(town)
    )
    assert (done.status, done.out) == (2, "")


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=14))
def test_no_group_is_too_small_and_nobody_is_left_out(packs: list[str]) -> None:
    results = [
        MemberPeriod(f"m{nth}", pack, True, PeriodSums(members=1, months=nth))
        for nth, pack in enumerate(packs)
    ]
    groups = grouped(results)
    assert (groups is None) == (len(results) < SMALLEST)
    if groups is not None:
        assert all(sums.members >= SMALLEST for _, sums in groups)
        assert period_sums(s for _, s in groups) == period_sums(r.sums for r in results)


@pytest.mark.parametrize(
    "arguments",
    [["--from", "2026-13"], ["--from", "2026-03", "--to", "2026-02"], ["--member", "nobody"],
     ["--anonymous", "--member", "bram"], ["--to", "2999-01"]],
)  # fmt: skip
def test_wrong_usage(arguments: list[str], town: Path, quick: Run) -> None:
    assert quick("report", "better-off", *arguments, "--coop", str(town)).status == 2


def test_a_ledger_that_is_wrong_gives_no_figures(town: Path, quick: Run) -> None:
    ledger = town / "ledgers/members/bram.beancount"
    ledger.write_text(ledger.read_text().replace("Expenses:Onkosten", "Expenses:Onkoste"))
    done = quick("report", "better-off", "--coop", str(town))
    assert (done.status, done.out) == (1, "")
    assert "ledgers/members/bram.beancount:4" in done.err
