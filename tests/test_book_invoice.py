"""Booking on account in plain words: the draft of an invoice that the treasurer only has to send."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import Once, Run, in_process
from terminal import at_a_terminal

from scharrel.core.money import to_cents
from scharrel.treasury.cash_book import invoice_totals

LEDGER = "ledgers/members/mila.beancount"
CUSTOMERS = """
2026-01-01 custom "customer" "buurthuis"
  name: "Stichting Buurthuis De Hoek"
  street: "Hoekstraat 1"
  postcode: "4811 AB"
  city: "Breda"
  country: "NL"
2026-01-01 custom "customer" "atelier"
  name: "Atelier Noord"
  street: "Rue du Nord 12"
  postcode: "1000"
  city: "Brussel"
  country: "BE"
  vat_id: "BE0428759497"
"""
SOLD = """2026-10-16 * "Stichting Buurthuis De Hoek" "fietsen"
  invoice: "buurthuis"
  Income:Omzet:Diensten             -100.00 EUR
  Liabilities:Btw:Verschuldigd:Hoog  -21.00 EUR
  Assets:Debiteuren"""


def begun(folder: Path) -> None:
    assert in_process("init", str(folder)).status == 0
    for member, rules in (("mila", "parttime-ondernemen"), ("noor", "kasstelsel")):
        add = ("member", "add", member, member.title(), "--rules", rules, "--from", "2026-09")
        assert in_process(*add, "--household", "single", "--coop", str(folder)).status == 0
    (folder / "ledgers/customers.beancount").write_text(CUSTOMERS)


@pytest.fixture
def start(tmp_path: Path, once: Once) -> Path:
    return once(begun, tmp_path / "start")


def on_account(amount: str, customer: str, *more: str, member: str = "mila") -> tuple[str, ...]:
    said = ("--in", amount, "--invoice", customer, "--for", "fietsen", "--date", "2026-10-16")
    return ("book", member, *said, *more)


def test_a_draft_is_booked_and_listed_and_taken_back(start: Path, quick: Run) -> None:
    at = ("--coop", str(start))
    before = (start / LEDGER).read_text()
    done = quick(*on_account("121", "buurthuis", "--vat", "21"), *at)
    assert (done.status, done.err) == (0, "")
    said = " ".join(done.out.split())
    assert "met 21% btw, op rekening" in said
    assert "De penningmeester stuurt Stichting Buurthuis De Hoek de factuur" in said
    assert "als de klant betaalt" not in said
    assert SOLD in (start / LEDGER).read_text()
    checked = quick("check", *at)
    assert (checked.status, LEDGER in checked.err) == (0, False)
    (draft,) = json.loads(quick("invoice", "list", "--json", *at).out)["invoices"]
    assert {key: draft[key] for key in ("state", "customer", "net", "vat", "total", "open")} == {
        "state": "draft", "customer": "buurthuis", "net": "100.00", "vat": "21.00", "total": "121.00",
        "open": "121.00",
    }  # fmt: skip
    again = json.loads(quick("book", "mila", "--again", "--dry-run", "--json", *at).out)
    assert again["bookings"][0]["text"].split("\n")[1:] == SOLD.split("\n")[1:]
    assert quick("book", "mila", "--undo", *at).status == 0
    assert (start / LEDGER).read_text() == before


@pytest.mark.parametrize(
    ("said", "legs"),
    [
        (on_account("50", "atelier", "--vat", "verlegd"), ["Income:Omzet:Diensten -50.00 EUR",
            'vat: "reverse"', "Assets:Debiteuren"]),
        (on_account("50", "buurt", "--vat", "exempt"), ["Income:Omzet:Diensten -50.00 EUR",
            'vat: "exempt"', "Assets:Debiteuren"]),
        (on_account("10,90", "Atelier Noord", "--vat", "9"), ["Income:Omzet:Diensten -10.00 EUR",
            "Liabilities:Btw:Verschuldigd:Laag -0.90 EUR", "Assets:Debiteuren"]),
        (on_account("121", "buurthuis", "--vat", "21", "--earned", "2026-09-30"), ["delivered: 2026-09-30",
            "earned: 2026-09-30", "Income:Omzet:Diensten -100.00 EUR",
            "Liabilities:Btw:Verschuldigd:Hoog -21.00 EUR", "Assets:Debiteuren"]),
    ],
)  # fmt: skip
def test_the_invoice_says_what_vat_it_has(
    said: tuple[str, ...], legs: list[str], start: Path, quick: Run
) -> None:
    at = ("--coop", str(start))
    (booking,) = json.loads(quick(*said, "--json", *at).out)["bookings"]
    assert [" ".join(line.split()) for line in booking["text"].split("\n")[2:]] == legs
    checked = quick("check", *at)
    assert (checked.status, LEDGER in checked.err) == (0, False)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (on_account("121", "school", "--vat", "21"), "nieuwe klant er eerst bij: scharrel customer add"),
        (on_account("121", "buurthuis"), "of waarom er geen btw is. Kies uit: 21, 9, vrijgesteld."),
        (on_account("121", "buurthuis", "--vat", "reverse"), "alleen naar een klant met een btw-nummer"),
        (on_account("121", "buurthuis", "--vat", "6"), "Een btw-tarief van 6% kan hier niet"),
        (on_account("10", "buurthuis", "--vat", "21"), "hierop uit: € 9,99, € 10,01."),
        (on_account("-10", "buurthuis", "--vat", "21"), "scharrel invoice credit"),
        (on_account("121", "buurthuis", "--cash"), "Geef één bedrag en één plek"),
        (("book", "mila", "--out", "5", "--invoice", "buurthuis"), "alleen als er iets bij kwam"),
        (("book", "mila", "--in", "5", "--cash", "--from", "x", "--for", "y", "--vat", "verlegd"),
            "Vrijgesteld of verlegd staat alleen op een factuur"),
    ],
)  # fmt: skip
def test_what_cannot_be_on_account_is_told(said: tuple[str, ...], told: str, start: Path, quick: Run) -> None:
    before = (start / LEDGER).read_text()
    done = quick(*said, "--coop", str(start))
    assert done.status == 2
    assert told in done.err.replace("\xa0", " ")
    assert (start / LEDGER).read_text() == before


def test_without_customers_or_an_account_for_what_they_owe(start: Path, quick: Run) -> None:
    said = (*on_account("121", "buurthuis", "--vat", "21"), "--coop", str(start))
    (start / "ledgers/customers.beancount").unlink()
    assert "Er staat nog geen klant in" in quick(*said).err
    chart = start / "ledgers/accounts.beancount"
    chart.write_text(chart.read_text().replace('  role: "receivable"\n', ""))
    assert 'role: "receivable"' in quick(*said).err


def test_under_the_small_business_scheme_nothing_is_said_of_vat(start: Path, quick: Run) -> None:
    with open(start / "ledgers/coop.beancount", "a") as register:
        register.write('\n2026-01-01 custom "cooperative" "hoek"\n  name: "Hoek"\n  vat: "exempt"\n')
    at = ("--coop", str(start))
    assert "vrijgesteld van btw" in quick(*on_account("50", "buurthuis", "--vat", "21"), *at).err
    (booking,) = json.loads(quick(*on_account("50", "buurthuis", "--json"), *at).out)["bookings"]
    assert [" ".join(line.split()) for line in booking["text"].split("\n")[2:]] == [
        "Income:Omzet:Diensten -50.00 EUR", "Assets:Debiteuren"
    ]  # fmt: skip
    (draft,) = json.loads(quick("invoice", "list", "--json", *at).out)["invoices"]
    assert (draft["vat"], draft["total"]) == ("0.00", "50.00")


def test_it_counts_when_the_customer_pays_where_the_rules_say_so(start: Path, quick: Run) -> None:
    said = (*on_account("2420", "buurthuis", "--vat", "21", member="noor"), "--coop", str(start))
    done = quick(*said, "--dry-run")
    assert (done.status, done.err) == (0, "")
    assert "Onder jouw regels telt het mee als de klant betaalt." in " ".join(done.out.split())
    (effect,) = json.loads(quick(*said, "--json").out)["effects"]
    assert effect["was"] == effect["becomes"]
    earlier = ["2026-10-02" if word == "2026-10-16" else word for word in said]
    assert quick(*earlier).err == ""  # what stood there is now further down


def test_at_a_terminal_all_of_it_is_asked(start: Path, quick: Run) -> None:
    shown = at_a_terminal(
        ["book", "mila", "--coop", str(start)],
        "b", "10", "de buurt", "fietsen", "", "op rekening", "school", "2", "nee", "21", "9,99",
        "16-10-2026", "",
        "bij 50 atelier, les op rekening 17-10-2026", "", "", "",
        "",
    )  # fmt: skip
    said = " ".join(shown.split())
    assert "Hoe betaald: contant, bank van de coöperatie, eigen geld, op rekening?" in said
    assert '"school" is geen klant in ledgers/customers.beancount' in said
    assert "Btw in het bedrag: 21, 9, vrijgesteld?" in said
    assert "of waarom er geen btw is" in said
    assert "hierop uit: € 9,99, € 10,01" in said
    assert "vrijgesteld, verlegd [verlegd]?" in said
    assert shown.count("Opgeschreven") == 2
    drafts = json.loads(quick("invoice", "list", "--json", "--coop", str(start)).out)["invoices"]
    assert [(draft["customer"], draft["total"]) for draft in drafts] == [
        ("buurthuis", "9.99"), ("atelier", "50.00")
    ]  # fmt: skip


def test_an_invoice_comes_to_the_amount_or_to_what_is_nearest() -> None:
    for rate in (Decimal("0.21"), Decimal("0.09")):
        possible = {net + to_cents(net * rate, "half-up") for net in map(_cents, range(1, 500))}
        for amount in map(_cents, range(2, 500)):
            below = [one for one in possible if one <= amount]
            nearest = (*([max(below)] if below else []), min(one for one in possible if one >= amount))
            assert invoice_totals(amount, rate) == (nearest[1:] if amount in possible else nearest)


def _cents(count: int) -> Decimal:
    return Decimal(count) / 100
