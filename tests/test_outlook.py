"""What a member has by day in the months ahead: every sum worked by hand, nothing said that is not known."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY, Once, Run, in_process
from pay_coop import paying
from test_docs import blocks

from scharrel.text.words import Words

TODAY = date(2026, 11, 28)

CHART = """\
2020-01-01 open Assets:Bank EUR
2020-01-01 open Assets:Kas EUR
  role: "in-hand"
2020-01-01 open Income:Omzet EUR
  role: "turnover"
2020-01-01 open Income:Buffer EUR
  role: "buffer"
2020-01-01 open Equity:Verdeling EUR
  role: "appropriation"
2020-01-01 open Liabilities:Lid EUR
"""
PACK = """\
[pack]
id = "bijstand"
title = "Bijstand"
pool = ["turnover"]
rounding = "half-up"
valid_from = 2026-01-01
[source.wet]
kind = "law"
ref = "Participatiewet artikel 19"
url = "https://wetten.overheid.nl/BWBR0015703/2026-01-01#Artikel19"
consulted = 2026-11-20
[source.buffer]
kind = "law"
ref = "Participatiewet artikel 34b"
url = "https://wetten.overheid.nl/BWBR0015703/2027-01-01#Artikel34b"
consulted = 2026-11-20
[param.norm]
source = "wet"
values = [{ from = 2026-01-01, value = 1000.00 }]
[param.buffer_max]
source = "buffer"
values = [{ from = 2026-01-01, value = 0.00 }, { from = 2027-01-01, value = 1000.00 }]
[[limit]]
role = "buffer"
year = "buffer_max"
source = "buffer"
[[step]]
id = "exempt"
label = "Vrijgelaten"
rate = "25%"
to = "Liabilities:Lid"
party = "member"
source = "wet"
[[step]]
id = "offset"
label = "Verrekend"
rate = "100%"
of = "after.exempt"
cap = { month = "norm" }
settle = "reduction"
to = "Liabilities:Lid"
party = "municipality"
source = "wet"
[[step]]
id = "above"
label = "Erboven"
all = true
to = "Liabilities:Lid"
party = "member"
source = "wet"
"""
REGISTER = """\
option "title" "De Hoek"
option "operating_currency" "EUR"
include "accounts.beancount"
2026-01-01 custom "cooperative" "hoek"
  name: "De Hoek"
  pays_on: 10
2026-01-01 custom "benefit" "municipality"
  paid_on: 31
  paid_after: 0
  reduced_after: 2
  holiday_part: "5%"
  holiday_month: 6
  holiday_last: 5
2026-01-01 custom "fixed-cost" "ada" "huur" 600.00 EUR
  day: 1
2026-12-01 custom "fixed-cost" "ada" "huur" 620.00 EUR
  day: 1
2026-01-01 custom "fixed-income" "ada" "toeslag" 250.00 EUR
  day: 20
2026-01-01 custom "member" "ada"
  name: "Ada"
  rules: "bijstand"
"""
LEDGER = """\
include "../accounts.beancount"

2026-10-12 * "klant" "een klus"
  Income:Omzet  -400.00 EUR
  Assets:Bank
"""


def hoek(folder: Path) -> Path:
    """One member on a benefit that is lowered two months later, and paid on the last day of the month."""
    for name, text in (
        ("ledgers/accounts.beancount", CHART),
        ("ledgers/coop.beancount", REGISTER),
        ("ledgers/members/ada.beancount", LEDGER),
        ("rules/bijstand.toml", PACK),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def coop(once: Once, tmp_path: Path) -> Path:
    return once(hoek, tmp_path / "hoek")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scharrel.cli.outlook.today", lambda: TODAY)


def on(monkeypatch: pytest.MonkeyPatch, year: int, month: int, day: int) -> None:
    monkeypatch.setattr("scharrel.cli.outlook.today", lambda: date(year, month, day))


def ahead(coop: Path, *asked: str, member: str = "ada") -> dict[str, Any]:
    done = in_process("outlook", member, *asked, "--json", "--coop", str(coop))
    assert done.status == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def rows(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(row["day"], row["kind"], row["amount"]) for row in found["days"]]


def codes(found: dict[str, Any]) -> set[str]:
    return {one["code"] for one in found["not_counted"]}


def change(coop: Path, was: str, becomes: str, name: str = "ledgers/coop.beancount") -> None:
    text = (coop / name).read_text()
    assert was in text
    (coop / name).write_text(text.replace(was, becomes))


def test_a_month_ahead_worked_by_hand(coop: Path) -> None:
    # October: 400.00, of which 25% is exempt (100.00) and 300.00 is offset: all 400.00 comes on 10 December.
    # November's benefit is whole, 1000.00 less 5%; December's is 1000.00 - 300.00 = 700.00, less 5% (35.00).
    found = ahead(coop, "--months", "1", "--balance", "500")
    assert rows(found) == [
        ("2026-11-30", "benefit", "950.00"),
        ("2026-12-01", "fixed-cost", "-620.00"),
        ("2026-12-10", "payout", "400.00"),
        ("2026-12-20", "fixed-income", "250.00"),
        ("2026-12-31", "benefit", "665.00"),
    ]
    assert found["end"] == "2145.00"  # 500 + 950 - 620 + 400 + 250 + 665
    assert found["lowest"] == {"day": "2026-11-28", "balance": "500.00", "do": []}
    # In December 665.00 + 400.00 is more than the 950.00 of who earns nothing.
    assert [(m["month"], m["missing"]) for m in found["months"]] == [("2026-11", "0.00"), ("2026-12", "0.00")]
    december = found["days"][-1]
    assert (december["norm"], december["reduced"], december["apart"]) == ("1000.00", "300.00", "35.00")
    assert december["places"][0] == "rules/bijstand.toml:17"
    assert december["places"][1].startswith("ledgers/coop.beancount:8")
    assert december["rule"] == "Participatiewet artikel 19"


# The cooperative pays on 10 December what the months to October gave, less what was taken or is in hand; the
# town pays December's benefit on the 23rd, lowered by what November brought (yet only by invoice), less 5%.
SINGLE = "1348.49"  # 1419.46 - 70.97
COUPLE = "1926.40"  # 2027.79 - 101.39
BY_HAND = {
    # 2305.96 - 2215.12 taken - 105.81 in hand is nothing; rent 612.35, insurance 158.25, allowances 401.00
    "amina": ["-612.35", "401.00", SINGLE, "-158.25"],
    "chantal": ["154.60", SINGLE],  # 5021.18 - 4075.58 - 791.00
    "dina": [],  # 5011.33 - 4537.13 - 534.11 is nothing, and her rules know no benefit
    "bram": ["235.28", COUPLE],  # 5699.74 - 5294.28 - 170.18
    "fatma": [],  # 1942.39 - 1685.85 - 329.10 is nothing
    "henk": ["607.51"],  # 3894.90 - 3491.06, and of November 279.00 - 41.85 - 33.48
    "joao": [],  # left in March, and was paid all
    "linh": ["537.72", SINGLE],  # 6342.21 - 5804.49
    "mila": ["33.06", SINGLE],  # 1532.97 - 1499.91
    "naima": ["292.38"],  # 1635.37 - 1369.29 + 26.30 that she laid out
    "rabia": [],  # 2100.00 - 1800.00 - 1172.70 is nothing
    "samira": ["95.94"],  # 900.00 - 804.06
    "sevda": ["146.02"],  # 1258.55 - 1036.53 - 76.00
    "winkel": [],  # a shop that keeps nothing
    "youssef": ["991.93", "850.69"],  # 10991.60 - 10523.67 + 524.00, and 524.00 less 5% off the benefit
}
# October's offset, less 5%, comes off November's benefit, and October's money comes only on 10 December.
SHORT = {
    "amina": "0.00",  # 68.13 - 3.41 is less than the 90.84 that she has in hand already
    "bram": "215.01",  # 405.46 - 20.27 (1541.21 is 95% of 1622.33), less 170.18 that he has in hand
    "linh": "434.21",  # 457.06 - 22.85
    "youssef": "444.54",  # 467.93 - 23.39
}


@pytest.mark.parametrize("member", BY_HAND)
def test_december_of_the_example_worked_by_hand(member: str) -> None:
    found = ahead(REPOSITORY, "--months", "1", member=member)
    assert [row["amount"] for row in found["days"]] == BY_HAND[member]
    assert Decimal(found["end"]) == sum(map(Decimal, BY_HAND[member]), Decimal(0))
    if member in SHORT:
        assert [month["missing"] for month in found["months"]] == [SHORT[member], "0.00"]
        # October's money could be paid before the month is over, also where November's comes on the same day.
        if missing := SHORT[member].replace(".", ",").replace("0,00", ""):
            (below,) = found["below"]
            assert f"Vraag de penningmeester om €\xa0{missing} te betalen" in below["do"][0]


def test_the_days_add_up_to_the_end_and_the_lowest_is_one_of_them(coop: Path) -> None:
    for balance in ("0", "-12.34", "1000"):
        found = ahead(coop, "--months", "7", "--balance", balance)
        left, lowest = Decimal(balance), Decimal(balance)
        for day in sorted({row["day"] for row in found["days"]}):
            left += sum(Decimal(row["amount"]) for row in found["days"] if row["day"] == day)
            lowest = min(lowest, left)
        assert (Decimal(found["end"]), Decimal(found["lowest"]["balance"])) == (left, lowest)


def test_a_month_below_the_norm_is_told_with_what_to_do(
    coop: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What was earned and taken long ago changes nothing. Seen from 5 November, October's money comes on the
    # 10th, and December's benefit is 285.00 lower.
    with open(coop / "ledgers/members/ada.beancount", "a") as ledger:
        ledger.write(
            '2026-02-03 * "klant" "grote klus"\n  Income:Omzet  -900.00 EUR\n  Assets:Bank\n'
            '2026-03-05 * "Ada" "opname"\n  Liabilities:Lid  900.00 EUR\n  Assets:Bank\n'
        )
    on(monkeypatch, 2026, 11, 5)
    found = ahead(coop, "--months", "2")
    short = {month["month"]: month["missing"] for month in found["months"]}
    assert short == {"2026-11": "0.00", "2026-12": "285.00", "2027-01": "0.00"}  # 950.00 - 665.00
    (below,) = found["below"]
    told = " ".join(below["do"])
    assert "krijg je eerder: op 10 november 2026, van oktober 2026. Houd daarvan €\xa0285,00 apart." in told
    assert "bestaat vanaf 2027" in told
    done = quick("outlook", "ada", "--notice", "--coop", str(coop))
    assert done.status == 0
    assert "hij bestaat vanaf 2027" in " ".join(done.out.split())


def test_the_notice_of_a_buffer_has_the_figures_and_the_bookings(
    coop: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(coop, "2026-10-12", "2026-12-12", "ledgers/members/ada.beancount")
    with open(coop / "ledgers/members/ada.beancount", "a") as ledger:
        ledger.write('2027-01-02 * "gemeente" "buffer"\n  Income:Buffer  -900.00 EUR\n  Assets:Bank\n')
    on(monkeypatch, 2027, 1, 5)
    # December's money comes on 10 January, February's benefit is 285.00 lower, and 100.00 of the buffer is
    # left.
    assert "buffer van €\xa0100,00" in " ".join(ahead(coop, "--months", "2")["below"][0]["do"])
    letter = " ".join(quick("outlook", "ada", "--notice", "--coop", str(coop)).out.split())
    for told in (
        "Over: te weinig inkomen in februari 2027",
        "De norm voor mij, zonder vakantiegeld: € 950,00",
        "Mijn uitkering in februari 2027: € 665,00",
        "Ik kom tekort: € 285,00",
        "- 12 december 2026: € 400,00, klant · een klus (ledgers/members/ada.beancount:3)",
        "voor februari 2027 € 100,00 uit de buffer kan krijgen",
        "Participatiewet artikel 34b",
        "in 2027 nog € 100,00 over",
    ):
        assert told in letter


@pytest.mark.parametrize(
    ("gone", "code", "kinds"),
    [
        ("  pays_on: 10\n", "pays-on", {"payout"}),
        ("  paid_on: 31\n", "benefit-days", {"benefit"}),
        ("  reduced_after: 2\n", "benefit-days", {"benefit"}),
        ('  holiday_part: "5%"\n', "benefit-days", {"benefit"}),
        ("  holiday_last: 5\n", "holiday-days", {"holiday"}),
    ],
)
def test_without_a_parameter_nothing_is_claimed(coop: Path, gone: str, code: str, kinds: set[str]) -> None:
    change(coop, gone, "")
    found = ahead(coop, "--months", "7")
    assert code in codes(found)
    assert not kinds & {row["kind"] for row in found["days"]}
    if code != "holiday-days":
        assert found["months"] == []
        assert found["below"] == []


def test_without_any_parameter_it_says_what_is_missing(coop: Path, quick: Run) -> None:
    register = (coop / "ledgers/coop.beancount").read_text()
    start, member = register.index("2026-01-01 custom"), register.index('2026-01-01 custom "member"')
    (coop / "ledgers/coop.beancount").write_text(register[:start] + register[member:])
    done = quick("outlook", "ada", "--coop", str(coop))
    said = " ".join(done.out.split())
    assert done.status == 0
    assert "Er is niets om op een dag te zetten." in said
    assert "De coöperatie moet je nog € 400,00 betalen." in said
    assert "ontbreekt in het ledenregister: paid_on, paid_after, reduced_after, holiday_part" in said


def test_holiday_allowance_comes_where_all_its_months_are_known(
    coop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, 2026, 5, 15)
    assert "holiday-unknown" in codes(ahead(coop, "--months", "2"))  # a member since January
    on(monkeypatch, 2027, 5, 15)
    found = ahead(coop, "--months", "2")
    # June 2026 to May 2027: twelve times 5% of 1000.00, of December 5% of 700.00.
    assert ("2027-06-30", "holiday", "585.00") in rows(found)


def test_what_is_taken_or_in_hand_is_not_paid_again(coop: Path) -> None:
    with open(coop / "ledgers/members/ada.beancount", "a") as ledger:
        ledger.write(
            '2026-11-02 * "Ada" "opname"\n  Liabilities:Lid  100.00 EUR\n  Assets:Bank\n'
            '2026-11-03 * "klant" "contant"\n  Income:Omzet  -40.00 EUR\n  Assets:Kas\n'
        )
    found = ahead(coop, "--months", "1")
    # October 400.00 and November 40.00, less 100.00 that was taken and 40.00 in hand.
    assert ("2026-12-10", "payout", "300.00") in rows(found)
    assert found["in_hand"] == "40.00"


def test_a_month_is_paid_when_it_is_over(coop: Path) -> None:
    change(coop, "pays_on: 10", "pays_on: 31")
    with open(coop / "ledgers/members/ada.beancount", "a") as ledger:
        ledger.write('2026-11-03 * "klant" "nog een klus"\n  Income:Omzet  -60.00 EUR\n  Assets:Bank\n')
    paid = [row for row in rows(ahead(coop, "--months", "1")) if row[1] == "payout"]
    assert paid == [("2026-11-30", "payout", "400.00"), ("2026-12-31", "payout", "60.00")]


def test_closed_months_and_orders_at_the_bank_count_once(once: Once, tmp_path: Path) -> None:
    coop = once(paying, tmp_path / "coop")
    with open(coop / "ledgers/coop.beancount", "a") as register:
        register.write('2026-01-01 custom "cooperative" "hoek"\n  name: "De Hoek"\n  pays_on: 15\n')
    due = {p["holder"]: p["amount"] for p in json.loads(pay(coop, "--dry-run"))["payments"]}
    found = ahead(coop, "--months", "1", member="amina")
    assert rows(found) == [("2026-12-15", "payout", due["amina"])]
    pay(coop, "--on", "2026-12-03")
    assert rows(ahead(coop, "--months", "1", member="amina")) == [("2026-12-03", "ordered", due["amina"])]


def test_what_puts_a_closed_month_right_comes_with_the_open_one(
    coop: Path,
) -> None:
    before = ahead(coop, "--months", "2")
    for command in ("allocate", "close"):
        done = in_process(command, "2026-10", "--coop", str(coop))
        assert done.status == 0, done.err
    closed = ahead(coop, "--months", "2")
    assert (closed["days"], closed["months"]) == (before["days"], before["months"])
    assert "unclosed" in codes(before) - codes(closed)
    with open(coop / "ledgers/members/ada.beancount", "a") as ledger:
        ledger.write(
            '\n2026-11-05 * "klant" "nabetaling"\n  earned: 2026-10-20\n'
            "  Income:Omzet  -100.00 EUR\n  Assets:Bank\n"
        )
    found = ahead(coop, "--months", "2")
    # October becomes 500.00: 75.00 more is offset, and November's report takes that off January's benefit.
    assert ("2026-12-10", "payout", "500.00") in rows(found)
    assert ("2026-12-31", "benefit", "665.00") in rows(found)
    assert ("2027-01-31", "benefit", "878.75") in rows(found)  # 925.00, less 5%
    (below,) = found["below"]
    assert "In januari 2027 heb je €\xa071,25 minder" in below["message"]
    assert (
        "€\xa075,00 gaat van je uitkering van januari 2027 af om een oudere maand recht te zetten"
        in " ".join(below["do"])
    )


def pay(coop: Path, *asked: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scharrel.cli.pay.today", lambda: TODAY)
        done = in_process("pay", "--to", "member", *asked, "--json", "--coop", str(coop))
    assert done.status == 0, done.err
    return done.out


def test_who_left_who_is_new_and_who_practises(coop: Path, quick: Run) -> None:
    with open(coop / "ledgers/coop.beancount", "a") as register:
        register.write(
            '2026-11-01 custom "member" "ada"\n  left: TRUE\n'
            '2026-12-01 custom "member" "nieuw"\n  name: "Nieuw"\n  rules: "bijstand"\n'
            '2026-10-01 custom "member" "oefen"\n  name: "Oefen"\n  rules: "bijstand"\n  practice: TRUE\n'
        )
    for name, text in (("nieuw", LEDGER.partition("\n")[0] + "\n"), ("oefen", LEDGER)):
        (coop / f"ledgers/members/{name}.beancount").write_text(text)
    left = ahead(coop, "--months", "1")
    assert "left" in codes(left)
    assert [row for row in rows(left) if row[1] in ("benefit", "payout")] == [
        ("2026-11-30", "benefit", "950.00"),
        ("2026-12-10", "payout", "400.00"),
    ]
    new = ahead(coop, "--months", "1", member="nieuw")
    assert rows(new) == [("2026-12-31", "benefit", "950.00")]
    assert "before-member" in codes(new)
    assert ("2026-12-10", "payout", "400.00") in rows(ahead(coop, "--months", "1", member="oefen"))
    assert Words()("notice.practice", name="Oefen") in " ".join(
        quick("outlook", "oefen", "--coop", str(coop)).out.split()
    )


def test_a_quarter_that_is_provisional_is_told(coop: Path) -> None:
    change(coop, 'rounding = "half-up"', 'rounding = "half-up"\nsettled = "quarter"', "rules/bijstand.toml")
    found = ahead(coop, "--months", "1")
    told = next(one["message"] for one in found["not_counted"] if one["code"] == "provisional")
    assert "oktober 2026 tot en met december 2026" in told


def test_customers_count_when_they_usually_pay_where_the_rules_wait_for_them(
    once: Once, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coop = once(hoek, tmp_path / "hoek")
    change(coop, 'rounding = "half-up"', 'rounding = "half-up"\ncounts = "received"', "rules/bijstand.toml")
    with open(coop / "ledgers/accounts.beancount", "a") as chart:
        chart.write('2020-01-01 open Assets:Debiteuren EUR\n  role: "receivable"\n')
    change(coop, '  name: "De Hoek"\n', SELLER)
    (coop / "ledgers/customers.beancount").write_text(CUSTOMER)
    (coop / "ledgers/members/ada.beancount").write_text(SOLD)
    monkeypatch.setattr("scharrel.cli.invoice.issue.today", lambda: TODAY)
    issued = in_process("invoice", "issue", "--coop", str(coop))
    assert issued.status == 0, issued.err
    with open(coop / "ledgers/members/ada.beancount", "a") as ledger:
        ledger.write(
            '2026-10-25 * "Klant" "betaald" ^2026-0001\n  Assets:Bank  200.00 EUR\n  Assets:Debiteuren\n'
        )
    found = ahead(coop, "--months", "3")
    # The first was due on 15 October and paid ten days late; the second, due on 10 December, so comes on the
    # 20th, counts in December, and is paid on 10 January: 25% of 80.00 is exempt and 60.00 is offset.
    assert [(row["day"], row["kind"], row["amount"]) for row in found["days"] if row["expected"]] == [
        ("2027-01-10", "payout", "80.00"),
        ("2027-02-28", "benefit", "893.00"),  # 1000.00 - 60.00, less 5%
    ]
    assert ("2026-12-10", "payout", "200.00") in rows(found)


SELLER = """\
  name: "De Hoek"
  kvk: "12345678"
  street: "Heuvelstraat 12"
  postcode: "4812 AB"
  city: "Breda"
  vat: "exempt"
"""
CUSTOMER = """\
2026-01-01 custom "customer" "klant"
  name: "Klant"
  street: "Hoekstraat 1"
  postcode: "4811 AB"
  city: "Breda"
"""
SOLD = """\
include "../accounts.beancount"

2026-10-01 * "Klant" "een klus"
  invoice: "klant"
  Income:Omzet  -200.00 EUR
    vat: "exempt"
  Assets:Debiteuren

2026-11-26 * "Klant" "nog een klus"
  invoice: "klant"
  Income:Omzet  -80.00 EUR
    vat: "exempt"
  Assets:Debiteuren
"""


@pytest.mark.parametrize("page", ["nl/vooruit.md", "outlook.md"])
def test_a_page_shows_what_comes_out(page: str, coop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    of_example, letter = blocks((REPOSITORY / "docs" / page).read_text("utf-8"), "text")
    assert shown(of_example, REPOSITORY) == of_example
    change(coop, "2026-10-12", "2026-12-12", "ledgers/members/ada.beancount")
    on(monkeypatch, 2027, 1, 5)
    assert shown(letter, coop) == letter


def shown(block: str, coop: Path) -> str:
    """The command of a block with what it says, in plain spaces."""
    line = block.partition("\n")[0]
    said = in_process(*line.removeprefix("$ scharrel ").split(), "--coop", str(coop)).out
    return line + "\n" + said.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["groen"], "Groenploeg is geen lid. Vooruitkijken kan voor één lid."),
        (["coop"], "De Scharrelhoek is geen lid."),
        (["amnia"], 'Er is geen lid "amnia"'),
        (["amina", "--months", "0"], "Kies 1 tot en met 12"),
        (["amina", "--balance", "veel"], "veel"),
    ],
)
def test_what_cannot_be_looked_into_is_told(arguments: list[str], told: str, quick: Run) -> None:
    done = quick("outlook", *arguments, "--coop", str(REPOSITORY))
    assert (done.status, done.out) == (2, "")
    assert told in " ".join(done.err.split())


def problems_of(coop: Path) -> Iterable[tuple[int, str]]:
    done = in_process("check", "--json", "--coop", str(coop))
    return [(p["line"], p["code"]) for p in json.loads(done.out)["problems"]]


@pytest.mark.parametrize(
    ("was", "becomes", "line", "code"),
    [
        ("pays_on: 10", "pays_on: 32", 6, "day-of-month"),
        ("paid_on: 31", "paid_on: 0.5", 8, "day-of-month"),
        ("paid_after: 0", "paid_after: 13", 9, "months-after"),
        ("holiday_month: 6", "holiday_month: 13", 12, "month-of-year"),
        ('"5%"', '"vijf"', 11, "form-holiday-part"),
        ('"benefit" "municipality"', '"benefit" "breda"', 7, "benefit-name"),
        ("600.00 EUR", "-600.00 EUR", 14, "fixed"),
        ('"fixed-cost" "ada" "huur" 600.00 EUR', '"fixed-cost" "ada" 600.00 EUR', 14, "fixed"),
        ('"fixed-income" "ada"', '"fixed-income" "eda"', 18, "fixed-member"),
        ("  day: 20", "  day: 32", 19, "day-of-month"),
        ("  day: 20\n", "", 18, "day-of-month"),
        ('2026-12-01 custom "fixed-cost"', '2026-01-01 custom "fixed-cost"', 16, "fixed-again"),
        ("600.00 EUR", "99999999999999.00 EUR", 14, "too-large"),
    ],
)
def test_a_mistake_in_what_an_outlook_needs_is_told_where_it_stands(
    coop: Path, was: str, becomes: str, line: int, code: str
) -> None:
    change(coop, was, becomes)
    assert (line, code) in problems_of(coop)


def test_the_statement_says_the_lowest_day_only_where_the_register_has_what_it_needs(
    coop: Path, quick: Run, tmp_path: Path
) -> None:
    def stated() -> str:
        for command in (["allocate", "2026-10"], ["statements", "2026-10", "--format", "txt"]):
            done = quick(
                *command, *(["--out", str(tmp_path / "uit")] if len(command) > 2 else []), "--coop", str(coop)
            )
            assert done.status == 0, done.err
        return " ".join((tmp_path / "uit/member/ada.txt").read_text().split())

    said = stated()
    # On 31 October; 600.00 of rent on 1 November, before October's 400.00 comes on the 10th.
    assert "Je laagste dag in de twee maanden hierna is 1 november 2026: dan heb je € 600,00 minder" in said
    assert "Bel wie je moet betalen (huur, € 600,00, op 1 november 2026)" in said
    register = (coop / "ledgers/coop.beancount").read_text()
    start, end = register.index("  pays_on: 10\n"), register.index('2026-01-01 custom "fixed-cost"')
    (coop / "ledgers/coop.beancount").write_text(register[:start] + register[end:])
    assert "laagste dag" not in stated()
