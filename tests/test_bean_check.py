"""What bean-check refuses in a ledger or a book, check refuses; what it accepts passes."""

import json
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data
from beancount.ops import validation
from conftest import Run, examples
from hypothesis import given, settings
from hypothesis import strategies as st
from test_consolidated import adds_up

LEDGER = "ledgers/members/amina.beancount"
BOOK = "ledgers/books/amina.beancount"
CHART = "ledgers/accounts.beancount"

OWN = """
2026-01-01 open Assets:Fietsen FIETS
2026-01-01 open Assets:Doos
2026-01-01 open Assets:Dollars USD
2026-01-01 open Assets:Kas EUR
"""
BOUGHT = '\n2026-06-01 * "Inkoop" "fiets"\n  Assets:Fietsen  1 FIETS {10.00 EUR}\n  Assets:Bank\n'
OTHER = BOUGHT.replace("06-01", "06-02").replace("10.00", "12.00")


def booked(*postings: str, day: str = "2026-06-21") -> str:
    return "\n".join([f'\n{day} * "Klant" "boeking"', *(f"  {posting}" for posting in postings)]) + "\n"


def sold(lot: str) -> str:
    return booked(f"Assets:Fietsen  {lot}", "Assets:Bank")


REFUSED = {
    "an account that is unknown": booked("Assets:Kluis  1.00 EUR", "Assets:Bank"),
    "an account before it is open": booked("Assets:Kas  1.00 EUR", "Assets:Bank", day="2025-12-31"),
    "a booking after its account was closed": "2026-06-01 close Assets:Kas\n"
    + booked("Assets:Kas  1.00 EUR", "Assets:Bank"),
    "another currency": booked("Assets:Kas  1 UUR", "Equity:Uren"),
    "what is not nothing": booked("Assets:Kas  1.00 EUR", "Assets:Bank  -2.00 EUR"),
    "what is not nothing at cost": booked("Assets:Fietsen  1 FIETS {10.00 EUR}", "Assets:Bank  -2.00 EUR"),
    "what is not nothing at a price": booked("Assets:Dollars  1 USD @ 0.90 EUR", "Assets:Bank  -2.00 EUR"),
    "two open amounts": booked("Assets:Kas", "Assets:Bank"),
    "two open amounts and one that is not": booked("Assets:Kas", "Assets:Bank", "Income:Omzet -1.00 EUR"),
    "a lot that is not there": BOUGHT + sold("-1 FIETS {20.00 EUR}"),
    "a lot of another day": BOUGHT + sold("-1 FIETS {2026-01-01}"),
    "a lot of another name": BOUGHT + sold('-1 FIETS {"rood"}'),
    "more than there is": BOUGHT + sold("-2 FIETS {10.00 EUR}"),
    "one of two lots": BOUGHT + OTHER + sold("-1 FIETS {}"),
    "a lot before it was bought": sold("-1 FIETS {}") + BOUGHT.replace("06-01", "06-30"),
    "an average that beancount has not": BOUGHT.replace("Fietsen", "Boot")
    + '2026-01-01 open Assets:Boot FIETS "AVERAGE"\n'
    + sold("-1 FIETS {}").replace("Fietsen", "Boot"),
    "a cost below nothing": booked("Assets:Fietsen  1 FIETS {-10.00 EUR}", "Assets:Bank"),
    "nothing at a cost": booked("Assets:Fietsen  0 FIETS {10.00 EUR}", "Assets:Bank"),
    "a total cost for nothing": booked("Assets:Fietsen  0 FIETS {{10.00 EUR}}", "Assets:Bank"),
    "a price without a number at a cost": booked("Assets:Doos  1 HOUT {10 EUR} @ EUR", "Assets:Bank -10 EUR"),
    "a bare price at a cost": booked("Assets:Doos  1 HOUT {10.00 EUR} @", "Assets:Bank -10.00 EUR"),
    "a compound cost and no price": booked("Assets:Doos  10 HOUT {100.00 # 9.95 USD} @ USD", "Assets:Doos"),
    "a price of nothing for nothing": booked("Assets:Dollars  0 USD @ EUR", "Assets:Bank  10.00 EUR"),
    "no number at no price": booked("Assets:Dollars  USD @ 0 EUR", "Assets:Bank  10.00 EUR"),
    "no number at no cost": booked("Assets:Fietsen  FIETS {0 EUR}", "Assets:Bank  10.00 EUR"),
    "a price alone": booked("Assets:Doos  @ 1.00 EUR", "Assets:Bank  -1.00 EUR"),
    "a third of an hour beside one": booked("Assets:Uren  20/60 UUR", "Assets:Uren  1 UUR", "Equity:Uren"),
    "more than all digits": booked(f"Assets:Uren  1{'0' * 28} UUR", "Assets:Uren  0.5 UUR", "Equity:Uren"),
    "a price below nothing": booked("Assets:Dollars  1 USD @ -1.00 EUR", "Assets:Bank  1.00 EUR"),
    "a cost and a price in two currencies": booked(
        "Assets:Fietsen  1 FIETS {10.00 EUR} @ 11.00 USD", "Assets:Bank"
    ),
    "lots run together": booked("Assets:Fietsen  1 FIETS {*}", "Assets:Bank -10.00 EUR"),
    "two balances of a day": (
        "2026-01-11 balance Assets:Kas 0 EUR\n2026-01-11 balance Assets:Kas 0.001 ~ 1 EUR"
    ),
    "a balance that fails": "2026-06-30 balance Assets:Kas 0.02 EUR",
    "a balance in another currency": "2026-06-30 balance Assets:Kas 0 UUR",
    "a balance before the account": "2025-06-30 balance Assets:Kas 0 EUR",
    "a balance of nothing known": "2026-06-30 balance Assets:Kluis 0 EUR",
    "a note on nothing known": '2026-06-30 note Assets:Kluis "x"',
    "a note before the account": '2025-06-30 note Assets:Kas "x"',
    "closed twice": "2026-06-01 close Assets:Kas\n2026-06-02 close Assets:Kas",
    "closed twice on one day": "2026-06-01 close Assets:Kas\n2026-06-01 close Assets:Kas",
    "closed before it is open": "2025-06-01 close Assets:Kas",
    "closed and never open": "2026-06-01 close Assets:Kluis",
    "opened twice": "2026-02-01 open Assets:Kas EUR",
    "a way of booking that is none": '2026-02-01 open Assets:Boot FIETS "OUDSTE"',
    "a commodity twice": "2026-01-01 commodity FIETS\n2026-02-01 commodity FIETS",
    "the chart's include again": 'include "../accounts.beancount"',
    "the chart's include by another way": 'include "../../ledgers/accounts.beancount"',
    "a pad without use": "2026-01-02 pad Assets:Kas Equity:Verdeling",
    "a document that is not there": '2026-01-02 document Assets:Kas "bon.pdf"',
    "a tag that is not taken off": "pushtag #markt",
    "a tag that was never put on": "poptag #markt",
    "a key twice": booked("bon: 1", "bon: 2", "Assets:Kas  1.00 EUR", "Assets:Bank"),
    "a key twice, one further in": booked("bon: 1", "  bon: 2", "Assets:Kas  1.00 EUR", "Assets:Bank"),
    "a key twice, without a blank": booked("bon:1", "bon:2", "Assets:Kas  1.00 EUR", "Assets:Bank"),
    "a key twice around a tag": booked("bon: 1", "#markt", "bon: 2", "Assets:Kas  1.00 EUR", "Assets:Bank"),
    "a key twice below a posting": booked("Assets:Kas  1.00 EUR", "  bon: 1", "bon: 2", "Assets:Bank"),
    "a tag below a posting": booked("Assets:Kas  1.00 EUR", "#markt", "Assets:Bank"),
}  # fmt: skip

ACCEPTED = {
    "stock of an earlier day": BOUGHT + sold("-1 FIETS {}"),
    "stock of an earlier line of that day": BOUGHT.replace("06-01", "06-21") + sold("-1 FIETS {}"),
    "stock that is bought further down": sold("-1 FIETS {}") + BOUGHT,
    "stock sold for more": BOUGHT
    + booked("Assets:Fietsen  -1 FIETS {10.00 EUR} @ 15.00 EUR", "Assets:Bank  15.00 EUR", "Income:Omzet"),
    "all of two lots": BOUGHT + OTHER + sold("-2 FIETS {}"),
    "the oldest of two lots": '2026-01-01 open Assets:Boot FIETS "FIFO"\n'
    + (BOUGHT + OTHER + sold("-1 FIETS {}")).replace("Fietsen", "Boot")
    + "2026-06-30 balance Assets:Boot 1 FIETS\n",
    "a gift at no cost": booked("Assets:Fietsen  1 FIETS {0.00 EUR}", "Assets:Bank  0.00 EUR"),
    "a total cost that is no whole cents each": booked(
        "Assets:Fietsen  3 FIETS {{100.00 EUR}}", "Assets:Bank  -100.00 EUR"
    ),
    "a total price": booked("Assets:Dollars  204.17 USD @@ 187.50 EUR", "Assets:Bank  -187.50 EUR"),
    "a total price beside an open amount": booked("Assets:Dollars  3.33 USD @@ 10.00 EUR", "Assets:Bank"),
    "an open amount in two currencies": booked("Assets:Kas  1.00 EUR", "Assets:Uren  3 UUR", "Assets:Doos"),
    "a booking on the day of closing": "2026-06-21 close Assets:Kas\n"
    + booked("Assets:Kas  1.00 EUR", "Assets:Bank"),
    "a balance and a note after closing": (
        '2026-06-01 close Assets:Kas\n2026-06-02 balance Assets:Kas 0 EUR\n2026-06-02 note Assets:Kas "x"'
    ),
    "the same balance twice": "2026-01-11 balance Assets:Kas 0 EUR\n2026-01-11 balance Assets:Kas 0.00 EUR",
    "a balance within a cent": booked("Assets:Kas  1.00 EUR", "Assets:Bank")
    + "2026-06-30 balance Assets:Kas 1.01 EUR\n2026-06-30 balance Assets:Bank 0 ~ 99999 EUR\n",
    "closed on the day of opening": "2026-01-01 close Assets:Kas",
    "one price twice": "2026-01-01 price USD 0.90 EUR\n2026-01-01 price USD 0.91 EUR",
    "whole euros among others": booked("Income:Omzet  -10 EUR", "Income:Omzet  -3.75 EUR", "Assets:Bank"),
    "tens of cents": booked("Income:Omzet  -10.5 EUR", "Income:Omzet  -3.5 EUR", "Assets:Bank"),
    "tens of cents that add up": booked("Income:Omzet  -10.5 EUR", "Income:Omzet  -3.50 EUR", "Assets:Bank"),
    "halves of hours": booked("Assets:Uren  12.5 UUR", "Assets:Uren  1.5 UUR", "Equity:Uren"),
    "a third of an hour": booked("Assets:Uren  20/60 UUR", "Equity:Uren"),
    "thirds of an hour": booked("Assets:Uren  20/60 UUR", "Assets:Uren  1 UUR", "Equity:Uren  -4/3 UUR"),
    "the same key of two postings": booked("Assets:Kas  1.00 EUR", "  bon: 1", "Assets:Bank", "  bon: 2"),
    "a tag put on and taken off": "pushtag #markt\n" + BOUGHT + "\npoptag #markt",
}  # fmt: skip

ROUNDED = {
    "decimals of two kinds": (
        booked("Income:Omzet  -12.5 EUR", "Income:Omzet  -2.63 EUR", "Assets:Bank"), "-12.50 EUR"
    ),
    "hours and a quarter": (
        booked("Assets:Uren  12.5 UUR", "Assets:Uren  0.25 UUR", "Equity:Uren"), "12.50 UUR"
    ),
    "a third of an hour and a quarter": (
        booked("Assets:Uren  20/60 UUR", "Assets:Uren  0.25 UUR", "Equity:Uren"), "-7/12 UUR"
    ),
    "three of them, one whole": (
        booked("Income:Omzet  -12.5 EUR", "Income:Omzet  -2 EUR", "Income:Omzet  -0.05 EUR", "Assets:Bank"),
        "-12.50 EUR",
    ),
    "one currency of two": (
        booked("Income:Omzet  -12.5 EUR", "Income:Omzet  -2.63 EUR", "Assets:Uren  3 UUR", "Assets:Doos"),
        "-12.50 EUR",
    ),
    "the open amount above": (
        booked("Assets:Bank", "Income:Omzet  -2.63 EUR", "Income:Omzet  -12.5 EUR"), "-12.50 EUR"
    ),
    "beside a cost": (
        booked("Assets:Fietsen  1 FIETS {12.25 EUR}", "Expenses:Onkosten  2.5 EUR", "Assets:Bank"),
        "-14.75 EUR",
    ),
    "at a price": (
        booked("Assets:Dollars  3 USD @ 0.333 EUR", "Expenses:Onkosten  0.05 EUR", "Assets:Bank"), "-1.05 EUR"
    ),
    "half cents of a price": (booked("Assets:Dollars  3 USD @ 0.335 EUR", "Assets:Bank"), "-1.01 EUR"),
    "a total that no price each comes to": (
        booked("Assets:Dollars  204.17 USD @@ 775.00 EUR", "Assets:Bank"), "-775.00 EUR"
    ),
}  # fmt: skip


def add(coop: Path, text: str) -> None:
    with open(coop / LEDGER, "a", encoding="utf-8") as ledger:
        ledger.write(OWN + text)


def bean_check(path: Path) -> list[str]:
    """What beancount has against a file, as bean-check has it; it may even fall over."""
    try:
        _, errors, _ = loader.load_file(str(path), extra_validations=validation.HARDCORE_VALIDATIONS)
    except (ArithmeticError, AssertionError, AttributeError, TypeError) as error:
        return [repr(error)]
    return [error.message for error in errors]


def told(coop: Path, run: Run) -> list[dict[str, object]]:
    rows = json.loads(run("check", "--json", "--coop", str(coop)).out)["problems"]
    return [row for row in rows if row["severity"] == "error"]


@pytest.mark.parametrize("case", REFUSED)
def test_what_bean_check_refuses_is_refused_at_its_line(case: str, coop: Path, quick: Run) -> None:
    add(coop, "")
    first = len((coop / LEDGER).read_text().split("\n"))
    with open(coop / LEDGER, "a", encoding="utf-8") as ledger:
        ledger.write("\n" + REFUSED[case] + "\n")
    assert bean_check(coop / LEDGER)
    found = told(coop, quick)
    assert found
    assert all(row["file"] == LEDGER for row in found)
    assert any(row["line"] >= first for row in found), found  # type: ignore[operator]


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_bean_check_accepts_is_accepted_and_adds_up(case: str, coop: Path, quick: Run) -> None:
    add(coop, ACCEPTED[case])
    assert bean_check(coop / LEDGER) == []
    assert told(coop, quick) == []
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
    assert bean_check(coop / BOOK) == []
    adds_up(coop)


@pytest.mark.parametrize("case", ROUNDED)
def test_an_open_amount_that_beancount_rounds_is_an_error_with_the_amount(
    case: str, coop: Path, quick: Run
) -> None:
    text, amount = ROUNDED[case]
    add(coop, text)
    assert bean_check(coop / LEDGER) == []
    found = told(coop, quick)
    assert len(found) == 1
    assert amount in str(found[0]["message"])
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 1


@pytest.mark.parametrize("account", ["Liabilities:Lid", "Liabilities:Cooperatie", "Equity:Verdeling"])
@pytest.mark.parametrize("change", ["close", "later", "hours"])
def test_an_account_on_which_the_program_cannot_book_is_told(
    account: str, change: str, coop: Path, quick: Run
) -> None:
    chart = (coop / CHART).read_text()
    opened = f"2020-01-01 open {account} EUR"
    assert opened in chart
    becomes = {
        "close": f"2026-02-01 close {account}\n{opened}",
        "later": opened.replace("2020", "2027"),
        "hours": opened.replace("EUR", "UUR"),
    }[change]
    (coop / CHART).write_text(chart.replace(opened, becomes))
    found = told(coop, quick)
    assert {row["file"] for row in found} <= {CHART, LEDGER}
    assert any(row["file"] == CHART for row in found)
    assert quick("allocate", "2026-03", "--coop", str(coop)).status == 1


def test_a_commodity_of_the_chart_is_not_described_again(coop: Path, quick: Run) -> None:
    with open(coop / CHART, "a") as chart:
        chart.write("\n2020-01-01 commodity UUR\n")
    add(coop, "2026-01-01 commodity UUR")
    assert bean_check(coop / LEDGER)
    assert [row["code"] for row in told(coop, quick)] == ["commodity-twice"]


@pytest.mark.parametrize("remark", ["; ", "* "])
def test_an_include_that_is_a_remark_opens_nothing(remark: str, coop: Path, quick: Run) -> None:
    text = (coop / LEDGER).read_text()
    (coop / LEDGER).write_text(text.replace("include", f"{remark}include", 1))
    assert bean_check(coop / LEDGER)
    assert [row["code"] for row in told(coop, quick)] == ["no-include"]


def test_a_ledger_that_stands_twice_in_its_file_is_told_where_it_begins_again(coop: Path, quick: Run) -> None:
    text = (coop / LEDGER).read_text()
    (coop / LEDGER).write_text(text + "\n" + text)
    found = told(coop, quick)
    assert [(row["code"], row["line"]) for row in found] == [("include-twice", text.count("\n") + 2)]


NUMBERS = st.tuples(st.integers(-99999, 99999), st.sampled_from([0, 1, 2])).map(
    lambda pair: Decimal(pair[0]).scaleb(-pair[1])
)


@settings(max_examples=examples(60))
@given(numbers=st.lists(NUMBERS, min_size=1, max_size=4), unit=st.sampled_from(["EUR", "UUR"]))
def test_an_open_amount_is_the_exact_sum_or_an_error(
    numbers: list[Decimal], unit: str, coop: Path, quick: Run
) -> None:
    copy = Path(shutil.copytree(coop, coop.parent / "copy", dirs_exist_ok=True))
    postings = [f"Assets:Doos  {number:f} {unit}" for number in numbers]
    add(copy, booked(*postings, "Assets:Doos") + "2026-01-01 open Assets:Twee\n")
    (copy / LEDGER).write_text((copy / LEDGER).read_text().replace("  Assets:Doos\n", "  Assets:Twee\n"))
    entries, errors, _ = loader.load_file(str(copy / LEDGER))
    assert errors == []
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        for posting in entry.postings if isinstance(entry, data.Transaction) else ():
            sums[posting.account] += posting.units.number
    exact = sums["Assets:Doos"] + sums["Assets:Twee"] == 0
    assert [row["code"] for row in told(copy, quick)] == ([] if exact else ["mixed-decimals"])
