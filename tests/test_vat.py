"""The VAT return: boxes with what is behind them, questions, and what a return that was filed leaves."""

import json
import os
import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import invoice_coop
import pytest
from beancount import loader
from beancount.core import data
from beancount.ops import validation
from conftest import REPOSITORY, Run, calls_apart, examples, in_process
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from invoice_coop import append, replace, with_invoices
from test_docs import follow
from test_faults import die, failing_at, no_space
from vat_coop import TREASURY, book, cost, filing, sale

from scharrel.cli.arguments import today
from scharrel.core.month import Month
from scharrel.store.locking import only_writer
from scharrel.store.paths import find_coop

RETURN = "ledgers/vat/2026-Q3.beancount"
AMINA = "ledgers/members/amina.beancount"
TAX = "Liabilities:Belastingdienst"
Make = Callable[[Callable[[Path], object], Path], Path]


@pytest.fixture
def coop(tmp_path: Path, once: Make) -> Path:
    return once(filing, tmp_path / "coop")


def _received(folder: Path) -> None:
    filing(folder, "received")


@pytest.fixture
def received(tmp_path: Path, once: Make) -> Path:
    return once(_received, tmp_path / "received")


def vat(coop: Path, period: str = "2026-Q3", *options: str) -> Any:
    done = in_process("vat", period, "--json", *options, "--coop", str(coop))
    assert done.status == 0, done.err
    return json.loads(done.out)


def said(coop: Path, period: str = "2026-Q3", *options: str) -> str:
    done = in_process("vat", period, *options, "--coop", str(coop))
    assert done.status == 0, done.err
    return " ".join(done.out.replace("\xa0", " ").split())


def filed(found: Any) -> dict[str, tuple[int, int]]:
    """The boxes that have anything, as they are filed: base and VAT."""
    amounts = {
        box: (int(Decimal(each.get("filed_base", "0"))), int(Decimal(each["filed_vat"])))
        for box, each in found["boxes"].items()
    }
    return {box: both for box, both in amounts.items() if any(both)}


def exact(found: Any, box: str) -> tuple[str, str]:
    return found["boxes"][box]["base"], found["boxes"][box]["vat"]


def whole(coop: Path, quick: Run) -> dict[str, Decimal]:
    """What is on each account of the chart in the cooperative's whole, as beancount reads it, in euros."""
    assert quick("allocate", "2026-11", "--coop", str(coop)).status == 0
    path = str(coop / "ledgers/consolidated.beancount")
    entries, errors, _ = loader.load_file(path, extra_validations=validation.HARDCORE_VALIDATIONS)
    assert errors == []
    found: dict[str, Decimal] = {}
    for entry in entries:
        for posting in entry.postings if isinstance(entry, data.Transaction) else ():
            account = posting.account.rpartition(":")[0]
            assert posting.units is not None
            assert posting.units.number is not None
            found[account] = found.get(account, Decimal(0)) + posting.units.number
    return {account: amount for account, amount in found.items() if amount}


def vat_accounts(sums: dict[str, Decimal]) -> dict[str, Decimal]:
    return {account: amount for account, amount in sums.items() if account.startswith("Liabilities:Btw")}


def codes(coop: Path, quick: Run) -> list[str]:
    return [p["code"] for p in json.loads(quick("check", "--json", "--coop", str(coop)).out)["problems"]]


def purchase(day: str, base: str, word: str, tax: str, back: bool = True) -> str:
    """A purchase of which the VAT is left to the buyer; where it does not come `back` it is in the costs."""
    costs = base if back else str(Decimal(base) + Decimal(tax))
    deducted = f"  Liabilities:Btw:Voor  {tax} EUR\n" if back else ""
    return (
        f'{day} * "onderaannemer"\n  Expenses:Onkosten  {costs} EUR\n'
        f"  Liabilities:Btw:{word}  -{tax} EUR\n{deducted}  Assets:Bank\n"
    )


def owing(day: str, base: str, tax: str, number: str = "", more: str = "") -> str:
    """A sale that is to be paid."""
    link = f" ^{number}" if number else ""
    return (
        f'{day} * "klant" "op rekening"{link}\n{more}  Income:Omzet  -{base} EUR\n'
        f"  Liabilities:Btw:Hoog  -{tax} EUR\n  Assets:Debiteuren\n"
    )


def paid(day: str, amount: str, number: str) -> str:
    return f'{day} * "klant" "betaald" ^{number}\n  Assets:Bank  {amount} EUR\n  Assets:Debiteuren\n'


def test_each_box_has_what_belongs_in_it_with_the_bookings_behind_it(coop: Path, quick: Run) -> None:
    book(
        coop,
        "amina",
        sale("2026-07-01", "1000.50", "210.11"),
        sale("2026-09-30", "200.00", "18.00", "Laag"),
        sale("2026-06-30", "7.00", "1.47"),  # before, so told below
        sale("2026-10-01", "9.00", "1.89"),
        sale("2026-07-02", "50.00", "", more='    vat: "reverse"\n'),
        sale("2026-07-03", "60.00", "", more='    vat: "0%"\n'),
        sale("2026-07-04", "70.00", "", more='    vat: "exempt"\n'),
        sale("2026-07-05", "80.00", "", more='    vat: "reverse-eu"\n'),
    )
    abroad = sale("2026-07-06", "90.00", "", more='    vat: "reverse"\n')
    two = (
        '2026-07-08 * "twee tarieven, een rekening"\n  Income:Omzet  -100.00 EUR\n    vat: "21%"\n'
        '  Income:Omzet  -50.00 EUR\n    vat: "9%"\n  Liabilities:Btw  -25.50 EUR\n  Assets:Bank\n'
    )
    one = (
        '2026-07-09 * "tarief uit het bedrag"\n  Income:Omzet  -10.00 EUR\n'
        "  Liabilities:Btw  -0.90 EUR\n  Assets:Bank\n"
    )
    back = sale("2026-07-10", "10.00", "2.10").replace("-", "").replace("20260710", "2026-07-10")
    gift = '2026-07-11 * "gift"\n  Income:Giften  -25.00 EUR\n  Assets:Bank\n'
    asset = (
        '2026-07-12 * "fiets verkocht"\n  Assets:Inventaris  -40.00 EUR\n    vat: "21%"\n'
        "  Liabilities:Btw:Hoog  -8.40 EUR\n  Assets:Bank\n"
    )
    said_once = '2026-07-13 * "marge"\n  vat: "exempt"\n  Income:Omzet  -33.00 EUR\n  Assets:Bank\n'
    other = (
        '2026-07-14 * "ander tarief"\n  Income:Omzet  -100.00 EUR\n    vat: "5%"\n'
        "  Liabilities:Btw  -5.00 EUR\n  Assets:Bank\n"
    )
    book(coop, "bo", abroad.replace('"verkoop"', '"verkoop"\n  invoice: "nachbarn"'), two, one, back, gift)
    book(coop, "bo", asset, said_once, other, cost("2026-08-01", "100.00", "21.00"))
    book(coop, "coop", purchase("2026-08-02", "200.00", "Verlegd", "42.00"))
    book(coop, "coop", purchase("2026-08-03", "20.00", "Eu", "4.20", back=False))
    found = vat(coop)
    assert found["questions"] == []
    assert {box: exact(found, box) for box in ("1a", "1b", "1c", "1e", "2a", "3b", "4b")} == {
        "1a": ("1130.50", "237.41"),  # 1000.50 + 100 - 10 + 40
        "1b": ("260.00", "23.40"),  # 200 + 50 + 10
        "1c": ("100.00", "5.00"),
        "1e": ("110.00", "0.00"),
        "2a": ("200.00", "42.00"),
        "3b": ("170.00", "0.00"),
        "4b": ("20.00", "4.20"),
    }
    assert found["boxes"]["5a"] == {"vat": "312.01", "filed_vat": "311.00"}
    assert found["boxes"]["5b"]["vat"] == "63.00"
    assert found["boxes"]["5g"] == {"vat": "249.01", "filed_vat": "248.00"}
    for box in ("1a", "1b", "1c", "1e", "2a", "3b", "4b", "5b"):
        there = found["boxes"][box]
        for key in ("base", "vat"):
            assert sum(Decimal(b[key]) for b in there["bookings"]) == Decimal(there[key])
    first = found["boxes"]["1a"]["bookings"][0]
    assert first == {"file": AMINA, "line": 3, "holder": "amina", "base": "1000.50", "vat": "210.11"}
    shown = said(coop)
    assert f"1 jul 2026 Amina: klant · verkoop 1.000,50 210,11 {AMINA}:3" in shown
    before = abroad.replace("2026-07-06", "2025-12-06")  # of before the register says where the customer is
    book(coop, "amina", before.replace('"verkoop"', '"verkoop"\n  invoice: "nachbarn"'))
    assert exact(vat(coop, "2025-Q4"), "3b") == ("90.00", "0.00")
    assert "Van voor 1 juli 2026 staat er btw op rekeningen die in geen aangifte zit" in shown
    assert "uiterlijk 31 oktober 2026" in shown
    assert filed(vat(coop, "2026-06")) == {"1a": (7, 1), "5a": (0, 1), "5g": (0, 1)}
    year = vat(coop, "2026")
    assert exact(year, "1a") == ("1146.50", "240.77")
    assert year["deadline"] is None


def test_the_rate_is_that_of_the_day_of_the_work_whenever_it_is_booked(coop: Path) -> None:
    """The low rate was 6% until 2019 (Belastingdienst: rates of VAT by year)."""
    old = sale("2026-07-01", "100.00", "6.00").replace(":Hoog", "")
    book(coop, "amina", old.replace('"verkoop"', '"verkoop"\n  delivered: 2018-12-30'))
    book(coop, "amina", old.replace('"verkoop"', '"verkoop"\n  earned: 2018-12-31'))
    book(coop, "amina", sale("2026-07-02", "100.00", "9.00", "Laag"))
    found = vat(coop)
    assert found["questions"] == []
    assert exact(found, "1b") == ("300.00", "21.00")
    book(coop, "bo", old.replace("Omzet  -100.00 EUR", 'Omzet  -100.00 EUR\n    vat: "6%"'))
    late = sale("2026-07-03", "50.00", "4.50", "Laag")
    book(coop, "bo", late.replace('"verkoop"', '"verkoop"\n  delivered: 2018-12-30'))
    first, second = vat(coop)["questions"]
    assert "Op 1 juli 2026 was er geen tarief van 6%. Over 100.00 was het 21%: 21.00" in first["message"]
    assert "Op 30 december 2018 was er geen tarief van 9%. Over 50.00 was het 21%: 10.50" in second["message"]
    assert exact(vat(coop), "1b") == ("300.00", "21.00")


RARE = ("1d", "3a", "3c", "4a")


def private(day: str, base: str, tax: str, below: str = '    vat: "private"\n') -> str:
    """Costs that a member bears for what is used at home."""
    return (
        f'{day} * "busje privé"\n  Expenses:Onkosten  -{base} EUR\n{below}'
        f"  Liabilities:Btw:Prive  -{tax} EUR\n  Assets:Bank\n"
    )


def test_what_few_have_is_in_a_box_of_its_own_and_shown_where_there_is_any(coop: Path, quick: Run) -> None:
    """Exports at 0% (table II, a.2, of the VAT act), goods installed elsewhere in the EU, what was left to
    the cooperative by who is outside it (articles 12 and 23), and private use (article 4)."""
    assert not set(RARE) & vat(coop)["boxes"].keys()
    exported = sale("2026-07-01", "500.00", "", more='    vat: "export"\n')
    book(coop, "amina", exported.replace('"verkoop"', '"verkoop"\n  invoice: "zuerich"'))
    book(coop, "amina", sale("2026-07-02", "60.00", "", more='    vat: "export"\n'))
    book(coop, "bo", sale("2026-07-03", "70.00", "", more='    vat: "installed-eu"\n'))
    book(coop, "coop", purchase("2026-08-02", "200.00", "Buiten", "42.00"))
    book(coop, "coop", purchase("2026-08-03", "100.00", "Buiten", "9.00", back=False))
    book(coop, "coop", private("2026-09-30", "300.00", "63.00"))
    found = vat(coop)
    assert found["questions"] == []
    assert {box: exact(found, box) for box in RARE} == {
        "1d": ("300.00", "63.00"),
        "3a": ("560.00", "0.00"),
        "3c": ("70.00", "0.00"),
        "4a": ("300.00", "51.00"),
    }
    assert filed(found)["5a"] == (0, 114)
    assert filed(found)["5b"] == (0, 42)
    assert list(found["boxes"])[:11] == ["1a", "1b", "1c", "1d", "1e", "2a", "3a", "3b", "3c", "4a", "4b"]
    assert "3c Installatie en afstandsverkopen binnen de EU 70 0" in said(coop)
    assert vat(coop, "2026-Q3", "--book") == found
    assert vat_accounts(whole(coop, quick)) == {}
    assert vat(coop)["changed"] == []
    assert quick("vat", "2026-Q3", "--format", "txt", "--coop", str(coop)).status == 0
    paper = (coop / "statements/2026-Q3/vat.txt").read_text()
    assert next(row.split() for row in paper.split("\n") if row.startswith("4a Uit"))[-2:] == ["300", "51"]


def test_a_return_of_before_a_box_was_known_takes_a_supplementary_one_with_it(coop: Path, quick: Run) -> None:
    book(coop, "amina", sale("2026-07-01", "100.00", "21.00"))
    vat(coop, "2026-Q3", "--book")
    assert '"4a"' not in (coop / RETURN).read_text()
    book(coop, "coop", purchase("2026-08-02", "10000.00", "Buiten", "2100.00", back=False))
    assert exact(vat(coop), "4a") == ("10000.00", "2100.00")
    vat(coop, "2026-Q3", "--book")
    assert filed(vat(coop))["4a"] == (10000, 2100)
    assert vat_accounts(whole(coop, quick)) == {}


def test_what_is_filed_is_rounded_in_ones_own_favour(coop: Path) -> None:
    """To pay 0.99 is nothing, to get back 0.01 is 1 (Moneybird, help centre: rounding in the VAT return)."""
    book(coop, "amina", sale("2026-07-01", "4.71", "0.99"), cost("2026-07-02", "0.05", "0.01"))
    assert filed(vat(coop)) == {"1a": (4, 0), "5b": (0, 1), "5g": (0, -1)}
    assert "Terug te krijgen 1" in said(coop)
    # What was given back is more of it, then; a base is cut.
    given = (
        '2026-07-03 * "terug"\n  Income:Omzet  9.42 EUR\n  Liabilities:Btw:Hoog  1.98 EUR\n  Assets:Bank\n'
    )
    book(coop, "amina", given)
    assert filed(vat(coop)) == {"1a": (-4, -1), "5a": (0, -1), "5b": (0, 1), "5g": (0, -2)}


QUESTIONS = {
    "vat-none": (sale("2026-07-01", "10.00", ""), "en er staat niet bij waarom"),
    "vat-fits-none": (sale("2026-07-01", "10.00", "1.50"), "Dat zou zijn 21%: 2.10"),
    "vat-fits-none-loose": (
        sale("2026-07-01", "10.00", "1.50").replace(":Hoog", ""),
        "Dat zou zijn 21%: 2.10, 9%: 0.90",
    ),
    "vat-fits-both": (sale("2026-07-01", "0.05", "0.01").replace(":Hoog", ""), "past bij geen tarief"),
    "vat-without-sale": (
        '2026-07-01 * "aangifte betaald"\n  Liabilities:Btw  300.00 EUR\n  Assets:Bank\n',
        "betaling van de aangifte",
    ),
    "vat-fits-none-bought": (purchase("2026-07-01", "10.00", "Verlegd", "1.50"), "past bij geen tarief"),
    "vat-which": (
        sale("2026-07-01", "10.00", "2.10").replace("Assets", "Liabilities:Btw:Laag -0.90 EUR\n  Assets"),
        "welke omzet bij welk tarief",
    ),
    "vat-said": (sale("2026-07-01", "10.00", "", more='    vat: "laag"\n'), 'staat "laag"'),
    "vat-abroad": (
        sale("2026-07-01", "10.00", "", more='    vat: "0%"\n').replace(
            '"verkoop"', '"verkoop"\n  invoice: "zuerich"'
        ),
        "rubriek 3a",
    ),
    "vat-private": (private("2026-07-01", "300.00", "63.00", ""), "niet over welk bedrag"),
    "vat-fits-none-private": (private("2026-07-01", "300.00", "7.00"), "Dat zou zijn 21%: 63.00"),
}


def test_what_is_not_clear_is_asked_and_keeps_a_return_from_being_booked(coop: Path, quick: Run) -> None:
    book(coop, "bo", cost("2026-07-01", "10.00", "7.77"))  # of input VAT nothing is asked
    book(coop, "amina", *(booking for booking, _ in QUESTIONS.values()))
    found = vat(coop)
    heads = [n for n, line in enumerate((coop / AMINA).read_text().split("\n"), 1) if line[:2] == "20"]
    assert [asked["line"] for asked in found["questions"]] == heads
    for asked, (_, words) in zip(found["questions"], QUESTIONS.values(), strict=True):
        assert asked["file"] == AMINA
        assert words in asked["message"]
    assert filed(found) == {"5b": (0, 8 + 2), "5g": (0, -10)}  # 7.77 and what was left to the buyer: 1.50
    assert vat(coop, "2026-06")["questions"] == []
    done = quick("vat", "2026-Q3", "--book", "--coop", str(coop))
    assert done.status == 1
    assert done.err.count(f"{AMINA}:") == len(QUESTIONS)
    assert not (coop / "ledgers/vat").exists()


def test_a_return_that_is_booked_brings_the_accounts_to_nothing_once(coop: Path, quick: Run) -> None:
    book(coop, "amina", sale("2026-07-01", "1000.50", "210.11"), sale("2026-07-02", "0.02", "0.00", "Laag"))
    book(coop, "bo", cost("2026-08-01", "100.00", "20.60"))
    book(coop, "coop", purchase("2026-08-02", "200.00", "Verlegd", "42.00"))
    assert vat_accounts(whole(coop, quick)) != {}
    before = vat(coop)
    after = vat(coop, "2026-Q3", "--book")
    assert after == before
    sums = whole(coop, quick)
    assert vat_accounts(sums) == {}
    assert sums[TAX] == -Decimal(before["boxes"]["5g"]["filed_vat"]) == -189
    assert sums["Income:Afronding"] == Decimal("-0.51")
    assert codes(coop, quick) == []
    tree = {path: path.read_bytes() for path in (coop / "ledgers").rglob("*.beancount")}
    for path in (RETURN, "ledgers/books/coop.beancount"):
        assert loader.load_file(str(coop / path))[1] == []
    assert "was al geboekt" in said(coop, "2026-Q3", "--book")
    assert "Geboekt op 30 september 2026 in ledgers/vat/2026-Q3.beancount: € 189,00 te betalen" in said(coop)
    assert whole(coop, quick) == sums
    assert {path: path.read_bytes() for path in (coop / "ledgers").rglob("*.beancount")} == tree
    assert f'source: "{RETURN}:' in (coop / "ledgers/books/coop.beancount").read_text()


def test_small_changes_come_in_the_next_return_and_large_ones_in_one_of_their_own(
    coop: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(coop, "amina", sale("2026-05-01", "1000.00", "210.00"), sale("2026-07-01", "100.00", "21.00"))
    assert filed(vat(coop, "2026-Q2", "--book"))["5g"] == (0, 210)
    late = sale("2026-05-02", "4761.90", "1000.00")
    book(coop, "bo", late)
    assert "Samen is dat niet meer dan € 1.000,00, dus het komt in de volgende" in said(coop, "2026-Q2")
    found = vat(coop)
    assert exact(found, "1a") == ("4861.90", "1021.00")
    assert found["boxes"]["1a"]["bookings"][0]["file"] == "ledgers/vat/2026-Q2.beancount"
    assert found["changed"] == [{"period": "2026-Q2", "vat": "1000.00"}]
    assert "wat er veranderde over 2026-Q2" in said(coop)
    # A cent more and it is too much for that.
    book(
        coop,
        "bo",
        '2026-05-03 * "x"\n  Income:Omzet -0.05 EUR\n  Liabilities:Btw:Hoog -0.01 EUR\n  Assets:Bank',
    )
    assert exact(vat(coop), "1a") == ("100.00", "21.00")
    assert "binnen acht weken een suppletie" in said(coop)
    vat(coop, "2026-Q3", "--book")
    assert vat_accounts(whole(coop, quick)) == {"Liabilities:Btw:Hoog": Decimal("-1000.01")}
    assert "suppletie" in said(coop, "2026-Q2", "--book")
    sums = whole(coop, quick)
    assert vat_accounts(sums) == {}
    assert sums[TAX] == -(210 + 21 + 1000)
    assert vat(coop, "2026-Q2")["filed"][1:] == ["ledgers/vat/2026-Q2-suppletie-1.beancount"]
    assert filed(vat(coop, "2026-Q2"))["1a"] == (5761, 1210)
    assert vat(coop)["changed"] == []
    assert codes(coop, quick) == []
    # What was taken back is as small as what is new, and comes in a return after those.
    (coop / "ledgers/members/bo.beancount").write_text(
        (coop / "ledgers/members/bo.beancount").read_text().replace(late.strip(), "")
    )
    book(coop, "bo", late.replace("4761.90", "4700.00").replace("1000.00", "987.00"))
    monkeypatch.setattr("scharrel.cli.vat.today", lambda: date(2027, 1, 2))
    assert exact(vat(coop, "2026-Q4", "--book"), "1a") == ("-61.90", "-13.00")
    assert vat_accounts(whole(coop, quick)) == {}


def test_by_payment_a_sale_counts_as_far_as_it_is_paid(received: Path, quick: Run) -> None:
    credit = (
        '2026-09-20 * "klant" "credit" ^n3\n  Income:Omzet  100.00 EUR\n'
        "  Liabilities:Btw:Hoog  21.00 EUR\n  Assets:Debiteuren\n"
    )
    part = (
        '2026-08-01 * "klant" "deels contant" ^n4\n  Income:Omzet  -100.00 EUR\n'
        "  Liabilities:Btw:Hoog  -21.00 EUR\n  Assets:Bank  21.00 EUR\n  Assets:Debiteuren\n"
    )
    book(
        received, "amina",
        owing("2026-06-01", "100.00", "21.00", "n1"),
        owing("2026-07-01", "300.00", "63.00", "n2"),
        owing("2026-07-01", "100.00", "21.00", "n3"),
        owing("2026-07-02", "500.00", "105.00", more='  invoice: "buurthuis"\n'),
        part, credit,
        sale("2026-07-03", "10.00", "2.10"),
        owing("2026-07-04", "20.00", "4.20"),
    )  # fmt: skip
    book(received, "bo", cost("2026-07-01", "10.00", "2.10"))
    book(received, "coop", paid("2026-07-31", "121.00", "n1"), paid("2026-08-31", "100.00", "n2"))
    book(received, "coop", paid("2026-10-05", "200.00", "n2"), paid("2026-10-06", "500.00", "n2"))
    done = quick("vat", "2026-Q3", "--json", "--book", "--coop", str(received))
    assert "heeft geen factuurnummer" in done.err
    found = json.loads(done.out)
    # n1 whole, of n2 100/363, of n3 what was credited and that itself, of n4 21/121; the rest at once.
    bases = ("100.00", "82.64", "17.36", "10.00", "20.00")
    taxes = ("21.00", "17.36", "3.64", "2.10", "4.20")
    assert exact(found, "1a") == tuple(str(sum(map(Decimal, each))) for each in (bases, taxes))
    assert found["boxes"]["5b"]["vat"] == "2.10"
    assert exact(vat(received, "2026-Q4"), "1a") == ("217.36", "45.64")  # no more than all of it
    unpaid = (Decimal("63.00") - Decimal("17.36")) + 105 + (21 - Decimal("3.64"))
    assert vat_accounts(whole(received, quick)) == {"Liabilities:Btw:Hoog": -unpaid}


def test_by_payment_what_was_sent_is_paid_by_its_number(tmp_path: Path, quick: Run) -> None:
    coop = with_invoices(tmp_path / "coop")
    replace(coop, "ledgers/coop.beancount", 'vat: "invoiced"', 'vat: "received"')
    where = "--coop", str(coop)
    assert quick("invoice", "issue", *where).status == 0
    treasury, now = invoice_coop.TREASURY, f"{today():%Y-%m}"
    append(coop, treasury, TREASURY + paid("2026-10-20", "30.25", "2026-0001"))
    append(coop, treasury, paid("2026-10-21", "121.00", "2026-0002"))
    assert exact(vat(coop, "2026-10"), "1a") == ("125.00", "26.25")
    for number in ("2026-0001", "2026-0002"):
        assert quick("invoice", "credit", number, *where).status == 0
    assert quick("invoice", "issue", *where).status == 0
    # All of both is paid by that, and taken back; what came in goes back.
    append(coop, treasury, paid(f"{today()}", "-30.25", "2026-0003"))
    assert exact(vat(coop, now), "1a") == ("-125.00", "-26.25")
    append(coop, treasury, paid(f"{today()}", "-12.10", "2026-0003"))  # more than ever came in
    assert exact(vat(coop, now), "1a") == ("-135.00", "-28.35")


def test_under_the_small_business_scheme_turnover_is_watched(tmp_path: Path) -> None:
    coop = filing(tmp_path / "exempt", "exempt")
    book(coop, "amina", sale("2026-03-01", "14000.00", ""))
    book(coop, "coop", purchase("2026-08-02", "200.00", "Verlegd", "42.00", back=False))
    found = vat(coop)
    assert found["questions"] == []
    assert filed(found) == {"2a": (200, 42), "5a": (0, 42), "5g": (0, 42)}
    assert found["kor"] == {"turnover": "14000.00", "through": "2026-09", "passes": None}
    assert "tot en met september 2026: € 14.000,00. De grens is € 20.000,00" in said(coop)
    book(coop, "bo", sale("2026-08-01", "2500.00", ""))
    # 16,500 in nine months: 1,833.33 a month, so 20,166.67 after November.
    assert vat(coop)["kor"]["passes"] == "2026-11"
    assert "gaat de omzet in november 2026 over die grens" in said(coop)
    book(coop, "bo", sale("2026-08-01", "3500.01", ""), sale("2026-09-02", "10.00", "2.10"))
    assert vat(coop)["kor"] == {"turnover": "20010.01", "through": "2026-09", "passes": "2026-09"}
    assert "grens is voorbij" in said(coop)
    assert "is vrijgesteld van btw" in vat(coop)["questions"][0]["message"]


def no_account(coop: Path) -> None:
    chart = coop / "ledgers/accounts.beancount"
    chart.write_text(chart.read_text().replace('  role: "tax-due"\n', ""))


def closed_account(coop: Path) -> None:
    with open(coop / "ledgers/accounts.beancount", "a") as chart:
        chart.write(f"2026-08-01 close {TAX}\n")


def earlier(coop: Path) -> None:
    book(coop, "bo", sale("2026-06-01", "10.00", "2.10"))


def overlapping(coop: Path) -> None:
    assert in_process("vat", "2026-07", "--book", "--coop", str(coop)).status == 0


REFUSED: dict[str, tuple[Callable[[Path], object], str, int, str]] = {
    "problem.vat-account": (no_account, "2026-Q3", 1, 'met role: "tax-due"; er zijn er 0'),
    "problem.bank-not-open": (closed_account, "2026-Q3", 1, f"{TAX} is er op 30 september 2026 niet"),
    "problem.vat-unfiled": (earlier, "2026-Q3", 1, "in geen aangifte zit: Liabilities:Btw:Hoog 2.10."),
    "problem.vat-overlap": (overlapping, "2026-Q3", 1, "Van 2026-07 is al aangifte gedaan"),
    "error.vat-period": (str, "2026-Q5", 2, '"2026-Q5" is geen periode'),
    "error.vat-ahead": (str, "2099", 2, "nog niet begonnen"),
    "error.vat-not-over": (str, str(Month.of(today())), 2, "loopt nog tot en met"),
}


@pytest.mark.parametrize("key", REFUSED)
def test_what_cannot_be_booked_is_told_and_writes_nothing(key: str, coop: Path, quick: Run) -> None:
    change, period, status, words = REFUSED[key]
    book(coop, "amina", sale("2026-07-01", "100.00", "21.00"))
    change(coop)
    done = quick("vat", period, "--book", "--coop", str(coop))
    assert (done.status, words in done.err) == (status, True), done.err
    assert not (coop / RETURN).exists()


def test_what_was_filed_elsewhere_is_booked_by_hand(coop: Path, quick: Run) -> None:
    earlier(coop)
    by_hand = (
        f'2026-07-25 * "aangifte Q2"\n  Liabilities:Btw:Hoog  2.10 EUR\n  {TAX}  -2.00 EUR\n'
        "  Income:Afronding  -0.10 EUR\n"
    )
    book(coop, "coop", by_hand)
    book(coop, "amina", sale("2026-07-01", "100.00", "21.00"))
    assert filed(vat(coop, "2026-Q3", "--book")) == {"1a": (100, 21), "5a": (0, 21), "5g": (0, 21)}
    assert vat_accounts(whole(coop, quick)) == {}
    assert codes(coop, quick) == []


def test_a_return_of_a_closed_month_is_booked_in_the_first_that_is_open(coop: Path, quick: Run) -> None:
    book(coop, "amina", sale("2026-07-01", "100.00", "21.00"))
    assert quick("allocate", "2026-09", "--coop", str(coop)).status == 0
    assert quick("close", "2026-09", "--coop", str(coop)).status == 0
    vat(coop, "2026-Q3", "--book")
    assert '\n2026-10-01 * "Belastingdienst"' in (coop / RETURN).read_text()
    assert codes(coop, quick) == []
    assert quick("audit", "--coop", str(coop)).status == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace("-21.00 EUR", "-20.00 EUR"), "vat-return-changed"),
        (lambda text: text.replace("21.00 EUR", "20.00 EUR", 1), "vat-return-changed"),
        (lambda text: text + "; een opmerking\n", "vat-return-changed"),
        (lambda text: text.replace('"vat-return" "2026-Q3"', '"vat-return" "2026-Q4"'), "vat-return-changed"),
        (lambda _: "", "vat-return-changed"),
    ],
)
def test_a_return_that_was_changed_is_told(
    change: Callable[[str], str], code: str, coop: Path, quick: Run
) -> None:
    book(coop, "amina", sale("2026-07-01", "100.00", "21.00"))
    vat(coop, "2026-Q3", "--book")
    (coop / RETURN).write_text(change((coop / RETURN).read_text()))
    assert codes(coop, quick) == [code]
    done = quick("vat", "2026-Q4", "--coop", str(coop))
    assert done.status == 1
    assert f"{RETURN}:" in done.err
    shutil.copy(coop / RETURN, coop / "ledgers/vat/aangifte.beancount")
    assert "vat-return-name" in codes(coop, quick)


def test_a_return_that_is_lost_is_not_filed_again(coop: Path, quick: Run) -> None:
    book(coop, "amina", sale("2026-04-01", "100.00", "21.00"), sale("2026-07-01", "100.00", "21.00"))
    for period in ("2026-Q2", "2026-Q3"):
        vat(coop, period, "--book")
    for lost in ("2026-Q2", "2026-Q3"):
        file = coop / f"ledgers/vat/{lost}.beancount"
        kept = file.read_text()
        file.unlink()
        assert codes(coop, quick) == ["issued-gone"]
        for command in (("vat", lost, "--book"), ("allocate", "2026-10")):
            done = quick(*command, "--coop", str(coop))
            assert (done.status, f"ledgers/vat/{lost}.beancount:1: " in done.err) == (1, True)
        assert not file.exists()
        file.write_text(kept)
    assert codes(coop, quick) == []


def test_a_screen_has_the_boxes_in_the_order_of_the_form(coop: Path, quick: Run) -> None:
    for nth in range(22):
        book(coop, "amina", sale("2026-07-01", f"{nth}00.00", f"{21 * nth}.00"))
    book(coop, "amina", sale("2026-07-02", "1.00", "").replace("verkoop", "x" * 90))
    for lang, more in (("nl", "en nog 1 boeking"), ("en", "and 1 more booking")):
        lines = quick("vat", "2026-Q3", "--lang", lang, "--coop", str(coop)).out.split("\n")
        assert max(map(len, lines)) <= 80
        boxes = ["1a", "1b", "1c", "1e", "2a", "3b", "4b", "5a", "5b", "5g"]
        assert [line[:2] for line in lines if line[:2] in boxes][:10] == boxes
        assert any(more in line for line in lines)


CENTS = st.integers(1, 90_000)
CENT = Decimal("0.01")
RATES = {"Hoog": 21, "Laag": 9}


@settings(max_examples=examples(12), phases=set(Phase) - {Phase.shrink, Phase.explain})
@given(
    st.sampled_from(["invoiced", "received"]),
    st.lists(
        st.tuples(
            st.sampled_from(["amina", "bo", "coop"]), st.sampled_from(["Hoog", "Laag", "cost"]), CENTS,
            st.integers(1, 28), st.sampled_from([4, 5, 6, 7, 8, 9]), st.none() | st.integers(0, 130),
        ),
        min_size=1,
        max_size=12,
    ),
)  # fmt: skip
def test_boxes_are_what_beancount_reads_in_the_whole(
    tmp_path_factory: pytest.TempPathFactory,
    scheme: str,
    rows: list[tuple[str, str, int, int, int, int | None]],
) -> None:
    coop = filing(tmp_path_factory.mktemp("any"), scheme)
    unpaid = dict.fromkeys(["base", "Hoog", "Laag"], Decimal(0))
    for nth, (holder, kind, cents, day, month, percent) in enumerate(rows):
        base, rate = Decimal(cents) / 100, RATES.get(kind, 21)
        tax = (base * rate / 100).quantize(CENT)
        when, amounts = f"2026-{month:02}-{day:02}", (f"{base:.2f}", f"{tax:.2f}")
        if kind == "cost":
            book(coop, holder, cost(when, *amounts))
        elif percent is None:
            book(coop, holder, sale(when, *amounts, kind))
        else:  # is owed, and paid for so much by the end
            book(coop, holder, owing(when, *amounts, f"n{nth}").replace(":Hoog", f":{kind}"))
            came_in = ((base + tax) * percent / 100).quantize(CENT)
            if came_in:
                book(coop, "coop", paid("2026-09-30", f"{came_in:.2f}", f"n{nth}"))
            if scheme == "received":
                share = min(came_in / (base + tax), Decimal(1))
                unpaid["base"] += base - (base * share).quantize(CENT, ROUND_HALF_UP)
                unpaid[kind] += tax - (tax * share).quantize(CENT, ROUND_HALF_UP)
    sums = whole(coop, in_process)
    year = vat(coop, "2026-Q2"), vat(coop, "2026-Q3")

    def both(box: str, key: str) -> Decimal:
        return sum((Decimal(found["boxes"][box][key]) for found in year), Decimal(0))

    none = Decimal(0)
    assert both("1a", "vat") == -sums.get("Liabilities:Btw:Hoog", none) - unpaid["Hoog"]
    assert both("1b", "vat") == -sums.get("Liabilities:Btw:Laag", none) - unpaid["Laag"]
    assert both("5b", "vat") == sums.get("Liabilities:Btw:Voor", none)
    assert both("1a", "base") + both("1b", "base") == -sums.get("Income:Omzet", none) - unpaid["base"]
    for found in year:
        vat(coop, found["period"], "--book")
    after = whole(coop, in_process)
    left = {f"Liabilities:Btw:{rate}": -unpaid[rate] for rate in RATES if unpaid[rate]}
    assert vat_accounts(after) == left
    assert after.get(TAX, none) == -both("5g", "filed_vat")
    gained = -after.get("Income:Afronding", none)
    assert gained == both("5g", "vat") - both("5g", "filed_vat")
    assert 0 <= gained < 6


def test_a_stop_at_any_call_leaves_the_return_whole_or_not_there(coop: Path, tmp_path: Path) -> None:
    book(coop, "amina", sale("2026-07-01", "100.00", "21.00"))
    after = Path(shutil.copytree(coop, tmp_path / "after"))
    vat(after, "2026-Q3", "--book")
    text = (after / RETURN).read_bytes()
    number = killed = 0
    while True:
        number += calls_apart(1)
        for fault, fork in ((no_space, False), (die, True)):
            tried = Path(shutil.copytree(coop, tmp_path / f"{number}-{fork}"))
            if fork and not (child := os.fork()):
                with failing_at(number, fault):
                    in_process("vat", "2026-Q3", "--book", "--coop", str(tried))
                os._exit(0)
            if fork:
                killed += bool(os.waitpid(child, 0)[1])
            else:
                with failing_at(number, fault) as calls:
                    done = in_process("vat", "2026-Q3", "--book", "--coop", str(tried))
                assert "Traceback" not in done.err
                assert done.status == 0 or "de schijf is vol" in done.err
            assert not (tried / RETURN).exists() or (tried / RETURN).read_bytes() == text
            vat(tried, "2026-Q3", "--book")
            assert (tried / RETURN).read_bytes() == text
            assert [path.name for path in (tried / "ledgers/vat").iterdir()] == [Path(RETURN).name]
        if len(calls) < number:
            break
    assert killed > 3 // calls_apart(1)


def test_who_only_practises_is_left_out(coop: Path) -> None:
    register = coop / "ledgers/coop.beancount"
    register.write_text(register.read_text().replace('name: "Bo"\n', 'name: "Bo"\n  practice: TRUE\n'))
    book(coop, "bo", sale("2026-07-01", "100.00", "21.00"))
    assert filed(vat(coop)) == {}


def test_what_a_member_opens_below_an_account_is_cleared_on_the_one_above(coop: Path, quick: Run) -> None:
    book(coop, "amina", "2026-01-01 open Liabilities:Btw:Hoog:Markt EUR")
    book(coop, "amina", sale("2026-07-01", "100.00", "21.00", "Hoog:Markt"))
    vat(coop, "2026-Q3", "--book")
    sums = vat_accounts(whole(coop, quick))
    assert sums == {"Liabilities:Btw:Hoog:Markt": -21, "Liabilities:Btw:Hoog": 21}
    assert codes(coop, quick) == []


def test_a_return_alone_is_a_book_of_the_cooperative(coop: Path, quick: Run) -> None:
    (coop / "ledgers/treasury.beancount").unlink()
    book(coop, "amina", sale("2026-07-01", "100.00", "21.00"))
    vat(coop, "2026-Q3", "--book")
    assert vat_accounts(whole(coop, quick)) == {}
    assert codes(coop, quick) == []


def test_a_bank_line_that_is_not_understood_is_told(coop: Path) -> None:
    book(coop, "coop", '2026-07-01 ! "?"\n  Assets:Bank  121.00 EUR\n  Assets:UitTeZoeken')
    assert "Van 1 bankregel in deze periode is nog niet bekend wat het is" in said(coop)
    assert "bankregel" not in said(coop, "2026-08")


def test_of_two_at_once_one_waits(coop: Path, quick: Run) -> None:
    with only_writer(find_coop(coop), "pay", datetime(2026, 1, 1)):  # noqa: DTZ001
        done = quick("vat", "2026-Q3", "--book", "--coop", str(coop))
    assert done.status == 1
    assert "pay" in done.err
    assert not (coop / RETURN).exists()


def test_the_dutch_page_can_be_followed(tmp_path: Path, quick: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert quick("init", ".").status == 0
    assert quick("member", "add", "fatma", "Fatma Yıldız", "--from", "2026-07").status == 0
    follow(REPOSITORY / "docs/nl/btw.md", "members/fatma", quick, monkeypatch)


@pytest.mark.parametrize(("form", "lang"), [("txt", "nl"), ("html", "en"), ("pdf", "nl")])
def test_on_paper_it_is_the_form_with_every_booking_behind_it(
    form: str, lang: str, coop: Path, quick: Run
) -> None:
    sales = [sale(f"2026-07-{day:02}", "10.00", "2.10") for day in range(1, 26)]  # more than a screen shows
    book(coop, "amina", *sales, sale("2026-09-30", "200.00", "18.00", "Laag"))
    asked = ("vat", "2026-Q3", "--book", "--format", form, "--lang", lang, "--coop", str(coop))
    done = quick(*asked)
    assert done.status == 0, done.err
    paper = coop / f"statements/2026-Q3/vat.{form}"
    assert str(paper) in done.err
    assert paper.stat().st_mode & 0o777 == 0o600
    done = quick("verify", str(paper), "--coop", str(coop))
    assert done.status == 0, done.out
    if form == "txt":
        lines = paper.read_text().split("\n")
        table = lines[: lines.index(next(line for line in lines if line.startswith("In hele euro")))]
        boxes = [line[:2] for line in table if re.match(r"\d[a-g] ", line)]
        assert boxes == ["1a", "1b", "1c", "1d", "1e", "2a", "3a", "3b", "3c", "4a", "4b", "5a", "5b", "5g"]
        assert [line.split()[-2:] for line in table if line.startswith("1a ")] == [["250", "52"]]
        assert sum("(amina, regel " in line for line in lines) == 26
        assert "Geboekt op 30 september 2026" in " ".join(lines)
    with open(coop / AMINA, "a") as ledger:
        ledger.write("\n" + sale("2026-09-29", "300.00", "63.00"))
    done = quick("verify", str(paper), "--coop", str(coop))
    assert done.status == 1


def test_a_return_with_questions_says_so_on_paper(coop: Path, quick: Run) -> None:
    book(coop, "amina", sale("2026-07-01", "10.00", ""))
    assert quick("vat", "2026-Q3", "--format", "txt", "--coop", str(coop)).status == 0
    assert "voorlopige berekening" in (coop / "statements/2026-Q3/vat.txt").read_text()
    assert quick("vat", "2026-Q3", "--format", "doc", "--coop", str(coop)).status == 2


def test_a_word_that_fits_in_no_column_is_broken_on_paper(coop: Path, quick: Run) -> None:
    long = sale("2026-07-01", "10.00", "2.10").replace("klant", "k" * 300).replace("verkoop", "v" * 300)
    book(coop, "amina", long)
    assert quick("allocate", "2026-11", "--coop", str(coop)).status == 0
    assert quick("vat", "2026-Q3", "--format", "txt", "--coop", str(coop)).status == 0
    told = quick("report", "annual", "2026", "--coop", str(coop)).out
    for text in (told, (coop / "statements/2026-Q3/vat.txt").read_text()):
        assert "v" * 40 in text
        assert max(map(len, text.split("\n"))) <= 80


def test_what_was_filed_in_parts_is_an_overview_and_no_return(coop: Path, quick: Run) -> None:
    book(coop, "amina", sale("2026-07-01", "100.00", "21.00"))
    overlapping(coop)
    done = quick("vat", "2026-Q3", "--format", "txt", "--coop", str(coop))
    paper = " ".join((coop / "statements/2026-Q3/vat.txt").read_text().split())
    for said in (" ".join(done.out.split()), paper):
        assert "Dit is een overzicht, geen aangifte" in said
    assert "betalingskenmerk" not in paper
    done = quick("verify", str(coop / "statements/2026-Q3/vat.txt"), "--coop", str(coop))
    assert done.status == 0, done.out


def test_what_is_got_back_has_no_minus_on_paper(coop: Path, quick: Run) -> None:
    book(coop, "amina", cost("2026-07-02", "100.00", "21.00"))
    assert quick("vat", "2026-Q3", "--format", "txt", "--coop", str(coop)).status == 0
    paper = coop / "statements/2026-Q3/vat.txt"
    (line,) = (line for line in paper.read_text().split("\n") if line.startswith("5g"))
    assert line.split() == ["5g", "Terug", "te", "krijgen", "21"]
    assert quick("verify", str(paper), "--coop", str(coop)).status == 0
