"""Bookings that are sound and look like slips are told with their line; honest ones like them are not."""

import json
from pathlib import Path

import pytest
from conftest import REPOSITORY, Run

LEDGER = "ledgers/members/amina.beancount"
EQUITY = "\n2020-01-01 open Equity:Prive EUR\n2020-01-01 open Equity:Opening-Balances EUR\n"

# What is told, if anything, of a booking beside the example's: sales of P6 for 1480.00 on 2 April, of others
# for 325.00 in January, 612.40 in March and 639.99 later, all with 21% of VAT; costs of P1 for 60.00.
CASES = [
    (
        "lost-sign",
        """
2026-04-20 * "nieuw" "v"
  Income:Omzet 100 EUR
  Liabilities:Btw 21 EUR
  Assets:Bank
""",
    ),
    (
        "lost-sign",
        """
2026-04-20 * "nieuw" "v"
  Income:Omzet 100 EUR
  Liabilities:Btw -21 EUR
  Assets:Bank
""",
    ),
    (
        "lost-sign",
        """
2026-04-20 * "v"
  Income:Giften 30 EUR
  Assets:Bank
""",
    ),
    (
        "lost-sign",
        """
2026-04-01 * "P6" "voor de verkoop"
  Income:Omzet 30 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "p6 " "minder"
  Income:Omzet 10 EUR
  Liabilities:Btw 2.10 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "P6" "alles"
  Income:Omzet 1480.00 EUR
  Liabilities:Btw 310.80 EUR
  Assets:Bank
""",
    ),
    (
        "lost-sign",
        """
2026-04-20 * "P6" "te veel"
  Income:Omzet 1481.00 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "onbekend" "borg terug"
  Income:Omzet 10 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "P6" "uit eigen zak"
  Income:Omzet 10 EUR
  Equity:Prive
""",
    ),
    (
        "",
        """
2026-04-20 * "P6" "credit note"
  Income:Omzet 10 EUR
  Liabilities:Btw 2.10 EUR
  Assets:Bank
""",
    ),
    (
        "vat-sign",
        """
2026-04-20 * "P6" "minder"
  Income:Omzet 10 EUR
  Liabilities:Btw -2.10 EUR
  Assets:Bank
""",
    ),
    (
        "costs-minus",
        """
2026-04-20 * "winkel" "verf"
  Expenses:Onkosten -45 EUR
  Assets:Bank
""",
    ),
    (
        "costs-minus",
        """
2026-04-20 * "verf"
  Expenses:Studie -45 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "P1" "band omgeruild"
  Expenses:Onkosten -45 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "winkel" "teruggaaf"
  Expenses:Onkosten -45 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "prive deel telefoon"
  Expenses:Onkosten -5 EUR
  Equity:Prive
""",
    ),
    (
        "closing-entry",
        """
2026-04-30 * "Afsluiting"
  Income:Omzet 1480 EUR
  Equity:Prive
""",
    ),
    (
        "closing-entry",
        """
2026-04-30 * "naar eigen vermogen"
  Expenses:Onkosten -210.10 EUR
  Equity:Prive
""",
    ),
    (
        "closing-entry",
        """
2026-06-30 * "kwartaal"
  Income:Omzet 2119.99 EUR
  Income:Giften
""",
    ),
    (
        "closing-entry",
        """
2026-06-30 * "halfjaar"
  Income:Omzet 3057.39 EUR
  Assets:Bank
""",
    ),
    (
        "closing-entry",
        """
2026-04-30 * "Afsluiting"
  Income:Omzet 1480 EUR
  Liabilities:Lid
""",
    ),
    (
        "opening-entry",
        """
2026-01-01 * "Beginsaldo"
  Income:Omzet -500 EUR
  Assets:Bank
""",
    ),
    (
        "opening-entry",
        """
2026-01-01 * "overgenomen"
  Income:Omzet -500 EUR
  Equity:Opening-Balances
""",
    ),
    (
        "",
        """
2026-01-01 * "Beginsaldo"
  Assets:Bank 500 EUR
  Equity:Prive
""",
    ),
    (
        "",
        """
2026-04-20 * "a" "in eigen zak"
  Income:Omzet -100 EUR
  Liabilities:Btw -21 EUR
  Equity:Prive
""",
    ),
    (
        "",
        """
2026-04-20 * "a" "gemengd"
  Income:Omzet -100 EUR
  Income:Omzet -50 EUR
  Liabilities:Btw -25.50 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "a" "gesplitst"
  Income:Omzet -300 EUR
  Liabilities:Btw -21 EUR
  Liabilities:Btw -18 EUR
  Assets:Bank
""",
    ),
    (
        "vat-rate",
        """
2026-04-20 * "a" "gemengd op een regel"
  Income:Omzet -150 EUR
  Liabilities:Btw -25.50 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "a" "afronding"
  Income:Omzet -82.65 EUR
  Liabilities:Btw -17.35 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "a" "per regel"
  Income:Omzet -19.90 EUR
  Liabilities:Btw -4.20 EUR
  Assets:Bank
""",
    ),
    (
        "vat-rate",
        """
2026-04-20 * "a" "bruto"
  Income:Omzet -100 EUR
  Liabilities:Btw -17.36 EUR
  Assets:Bank
""",
    ),
    (
        "vat-rate",
        """
2026-04-20 * "a" "19"
  Income:Omzet -100 EUR
  Liabilities:Btw -19 EUR
  Assets:Bank
""",
    ),
    (
        "vat-rate",
        """
2026-04-20 * "a" "kosten te veel"
  Expenses:Onkosten 100 EUR
  Liabilities:Btw 25 EUR
  Assets:Bank
""",
    ),
    (
        "vat-sign",
        """
2026-04-20 * "a" "kosten verkeerde kant"
  Expenses:Onkosten 100 EUR
  Liabilities:Btw -21 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "a" "bon"
  Expenses:Onkosten 100 EUR
  Liabilities:Btw 12 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "a" "verlegd"
  Expenses:Onkosten 100 EUR
  Liabilities:Btw 21 EUR
  Liabilities:Btw -21 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "aangifte"
  Liabilities:Btw 599.65 EUR
  Expenses:Onkosten 0.35 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-04-20 * "P6" "btw bleek kosten"
  Expenses:Onkosten 21 EUR
  Liabilities:Btw -21 EUR
""",
    ),
    (
        "no-vat",
        """
2026-06-22 * "n" "fiets"
  Income:Omzet -121.00 EUR
  Assets:Bank
""",
    ),
    (
        "no-vat",
        """
2026-02-22 * "n" "fiets"
  Income:Omzet -121.00 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-06-22 * "n" "fiets"
  Income:Omzet -121.00 EUR
    vat: "exempt"
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-06-22 * "n" "ruil"
  Income:Omzet -50.00 EUR
  Expenses:Onkosten
""",
    ),
    (
        "",
        """
2026-06-22 * "n" "gift"
  Income:Giften -50.00 EUR
  Assets:Bank
""",
    ),
    (
        "",
        """
2026-06-23 * "n3" "kor"
  Income:Omzet -121.00 EUR
  Assets:Bank

2026-06-24 * "n4" "kor"
  Income:Omzet -121.00 EUR
  Assets:Bank

2026-06-25 * "n5" "kor"
  Income:Omzet -121.00 EUR
  Assets:Bank
""",
    ),
]


@pytest.mark.parametrize(("code", "booking"), CASES)
def test_slips_are_told_and_honest_bookings_are_not(code: str, booking: str, coop: Path, quick: Run) -> None:
    with open(coop / "ledgers/accounts.beancount", "a", encoding="utf-8") as chart:
        chart.write(EQUITY)
    ledger = coop / LEDGER
    line = ledger.read_text().count("\n") + 2
    ledger.write_text(ledger.read_text() + "\n" + booking.strip() + "\n")
    done = quick("check", "--json", "--coop", str(coop))
    found = [
        (p["file"], p["line"], p["code"])
        for p in json.loads(done.out)["problems"]
        if p["code"] != "unused-role"
    ]
    assert found == ([(LEDGER, line, code)] if code else [])
    assert done.status == 0


@pytest.mark.parametrize(
    ("rate", "vat", "told"),
    [("21%", "-21.00", False), ("21%", "-9.00", True), ("9%", "-9.00", False), ("reverse", "-12.00", False)],
)
def test_the_chart_may_say_the_rate(rate: str, vat: str, told: bool, coop: Path, quick: Run) -> None:
    with open(coop / "ledgers/accounts.beancount", "a", encoding="utf-8") as chart:
        chart.write(f'2020-01-01 open Liabilities:Btw:Een EUR\n  vat: "{rate}"\n')
    with open(coop / LEDGER, "a", encoding="utf-8") as ledger:
        ledger.write('\n2026-06-25 * "k"\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n')
        ledger.write(f"  Liabilities:Btw:Een  {vat} EUR\n")
    found = json.loads(quick("check", "--json", "--coop", str(coop)).out)["problems"]
    assert [p["code"] for p in found] == ["vat-rate"] * told


def test_the_example_has_none(quick: Run) -> None:
    """About 1,500 sales, with refunds, a deposit that went back, second-hand goods and sales at two rates."""
    found = json.loads(quick("check", "--json", "--coop", str(REPOSITORY)).out)["problems"]
    assert {problem["code"] for problem in found} == {"bank-line-open"}


@pytest.mark.parametrize(
    ("day", "more", "what", "vat", "told"),
    [
        ("2026-01-03", "", "overnachting", "-9.00", True),
        ("2026-01-03", "", "Bed and breakfast", "-9.00", True),
        ("2026-01-03", "", "overnachting", "-21.00", False),
        ("2026-01-03", "earned: 2025-12-31", "overnachting", "-9.00", False),
        ("2026-01-03", 'invoice: "b"\n  delivered: 2025-12-31', "overnachting", "-9.00", False),
        ("2026-01-03", 'invoice: "b"\n  delivered: 2026-01-01', "overnachting", "-9.00", True),
        ("2026-01-03", "delivered: 2025-12-31", "overnachting", "-9.00", False),
        ("2026-01-03", "delivered: 2025-12-31", "overnachting", "-21.00", "lodging-before"),
        ("2025-12-31", "", "overnachting", "-9.00", False),
        ("2025-12-31", "", "overnachting, vooruit betaald", "-21.00", False),
        ("2025-12-31", "earned: 2026-01-01", "overnachting", "-9.00", True),
        ("2026-01-03", "", "overnachting op de camping", "-9.00", False),
        ("2026-01-03", "", "fiets gemaakt", "-9.00", False),
    ],
)
def test_a_stay_has_the_rate_of_its_day(
    day: str, more: str, what: str, vat: str, told: bool | str, coop: Path, quick: Run
) -> None:
    register = coop / "ledgers/coop.beancount"
    register.write_text(register.read_text().replace("2026-01-01", "2025-01-01"))
    pack = coop / "rules/vrije-uitloop.toml"
    pack.write_text(pack.read_text().replace("2026-01-01", "2025-01-01"))
    with open(register, "a", encoding="utf-8") as text:
        text.write('2025-01-01 custom "customer" "b"\n  name: "B"\n')
    booking = f'\n{day} * "gast" "{what}"\n' + (f"  {more}\n" if more else "")
    with open(coop / LEDGER, "a", encoding="utf-8") as ledger:
        ledger.write(f"{booking}  Income:Omzet  -100.00 EUR\n  Liabilities:Btw  {vat} EUR\n  Assets:Bank\n")
    found = json.loads(quick("check", "--json", "--coop", str(coop)).out)["problems"]
    code = told if isinstance(told, str) else "lodging-rate"
    assert [p["code"] for p in found if p["code"].startswith("lodging")] == [code] * bool(told)
