"""From a booking to an invoice: drafts and their VAT, numbers, what was sent, taken back and paid."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bank_coop import Given, camt
from beancount import loader
from beancount.ops import validation
from conftest import Once, Run, examples, in_process
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from invoice_coop import (
    AMINA,
    BIKES,
    CUSTOMERS,
    ISSUED,
    TREASURY,
    append,
    replace,
    with_invoices,
)

from scharrel.core.chart import Account, Chart
from scharrel.core.money import to_cents
from scharrel.operations.opening import open_books
from scharrel.operations.receivables import debts_on
from scharrel.store.invoices import issued_text, read_issued
from scharrel.store.paths import Coop
from scharrel.treasury.invoice_status import customer_payments, statuses
from scharrel.treasury.invoices import (
    Draft,
    Invoice,
    InvoiceBooking,
    Issued,
    SoldLine,
    VatPosting,
    credit_of,
    made_invoice,
    matched,
    missing_numbers,
    next_number,
)


def with_issued(folder: Path) -> None:
    with_invoices(folder)
    assert in_process("invoice", "issue", "--coop", str(folder)).status == 0


@pytest.fixture
def coop(tmp_path: Path, once: Once) -> Path:
    return once(with_invoices, tmp_path / "coop")


@pytest.fixture
def sent(tmp_path: Path, once: Once) -> Path:
    return once(with_issued, tmp_path / "coop")


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("invoices") / "coop"
    with_issued(folder)
    return folder


def listed(quick: Run, coop: Path) -> list[dict[str, Any]]:
    done = quick("invoice", "list", "--json", "--coop", str(coop))
    assert done.status == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)["invoices"]
    return found


def told(quick: Run, coop: Path) -> list[tuple[str, int, str, str]]:
    problems = json.loads(quick("check", "--json", "--coop", str(coop)).out)["problems"]
    # What was at the bank before, no ledger has here.
    about = (p for p in problems if p["code"] != "bank-opening")
    return [(p["file"], p["line"], p["code"], p["message"]) for p in about]


def frozen(coop: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (coop / ISSUED).glob("*")}


# -- drafts


def test_a_draft_is_listed_as_the_contract_says(coop: Path, quick: Run) -> None:
    advice, bikes = listed(quick, coop)
    place = (
        (coop / AMINA)
        .read_text()
        .split("\n")
        .index('2026-10-05 * "buurthuis" "tien fietsen rijklaar gemaakt"')
    )
    assert bikes == {
        "number": None, "state": "draft", "holder": "amina", "customer": "buurthuis", "date": "2026-10-05",
        "due": "2026-10-19", "net": "100.00", "vat": "21.00", "total": "121.00", "paid": "0.00",
        "open": "121.00", "file": AMINA, "line": place + 1,
    }  # fmt: skip
    # The customer says nothing of terms: the cooperative does.
    assert (advice["due"], advice["total"]) == ("2026-11-01", "60.50")
    assert told(quick, coop) == []


def booking(*, said: str = 'invoice: "buurthuis"', income: str = "100.00", below: str = "", rest: str) -> str:
    lines = [f"  {said}", f"  Income:Omzet  -{income} EUR", *([f"    {below}"] if below else [])]
    lines += [f"  {each}" for each in rest.split("|")]
    return '\n2026-10-07 * "wie" "wat"\n' + "\n".join(lines) + "\n"


WHOLE = """
2026-10-05 * "buurthuis" "fietsen nagekeken"
  invoice: "buurthuis"
  Income:Omzet  -100.00 EUR
  Liabilities:Btw:Hoog  -21.00 EUR
  Assets:Debiteuren
"""
OWED = "Assets:Debiteuren"
HIGH = "Liabilities:Btw:Hoog  -21.00 EUR|Assets:Debiteuren"
WRONG: list[tuple[str, int, str, str]] = [
    (booking(said='invoice: "burthuis"', rest=HIGH), 1, "invoice-unknown", "Bedoel je buurthuis?"),
    (booking(said='invoice: "2026-0007"', rest=HIGH), 1, "invoice-unknown", "customer add"),
    (booking(said='invoice: "Stichting Buurthuis"', rest=HIGH), 1, "invoice-unknown", "Bedoel je buurthuis?"),
    (booking(said="invoice: 12", rest=HIGH), 1, "text-unquoted", 'invoice: "12"'),
    (booking(said="invoice:", rest=HIGH), 1, "empty-key", "invoice:"),
    (booking(said='factuur: "buurthuis"', rest=HIGH), 1, "near-key", "Bedoel je invoice?"),
    (booking(rest=HIGH.replace("21.00", "20.99")), 0, "invoice-vat", "Liabilities:Btw:Hoog  -21.00 EUR"),
    (booking(below='vat: "21%"', rest=OWED), 0, "invoice-vat-lacks",
     "Liabilities:Btw:Hoog  -21.00 EUR · Assets:Debiteuren  121.00 EUR"),
    (booking(below='vat: "9%"', rest=HIGH), 0, "invoice-vat", "9%: 9.00"),
    (booking(below='vat: "12%"', rest=HIGH), 3, "invoice-vat-word", "21%"),
    (booking(below="vat: 21", rest=HIGH), 3, "invoice-vat-word", "Bedoel je 21%?"),
    # What was 19% is no 9% now.
    (booking(below='vat: "19%"', rest=HIGH), 3, "invoice-vat-word", "Laat vat: weg"),
    (booking(rest=OWED), 2, "invoice-no-vat", '"exempt"'),
    (booking(income="0.05", rest="Liabilities:Btw  -0.01 EUR|Assets:Debiteuren"), 2, "invoice-two-rates",
     "21%, 9%"),
    (booking(rest="Liabilities:Btw  -15.00 EUR|Assets:Debiteuren"), 0, "invoice-no-rate",
     "21%: 21.00, 9%: 9.00"),
    (booking(rest="Liabilities:Btw  -4.50 EUR|Liabilities:Btw:Hoog  -10.50 EUR|Assets:Debiteuren"), 2,
     "invoice-rates", "Liabilities:Btw, Liabilities:Btw:Hoog"),
    (booking(below="quantity: 0", rest=HIGH), 3, "invoice-quantity", "quantity: 10"),
    (booking(below='quantity: "tien"', rest=HIGH), 3, "invoice-quantity", "quantity: 10"),
    (booking(below="line: 12", rest=HIGH), 3, "invoice-line-text", "fiets"),
    (booking(below='line: ""', rest=HIGH), 3, "invoice-line-text", "fiets"),
    (booking(below="aantal: 10", rest=HIGH), 3, "invoice-line-key", "Bedoel je quantity?"),
    (booking(said='invoice: "buurthuis"\n  delivered: "gisteren"', rest=HIGH), 2, "invoice-delivered",
     "delivered: 2026-10-07"),
    (booking(said='invoice: "buurthuis"\n  credits: "2026-0009"', rest=HIGH), 2, "invoice-credits",
     "invoice list"),
    (booking(said='credits: "2026-0009"', rest=HIGH), 1, "invoice-credits-alone", "2026-0009"),
    ('\n2026-10-07 * "a" "b"\n  invoice: "buurthuis"\n  Assets:Debiteuren  5.00 EUR\n  Assets:Bank\n', 0,
     "invoice-nothing", "Income"),
]  # fmt: skip


def test_what_is_wrong_in_drafts_is_told_with_the_right_form(coop: Path, quick: Run) -> None:
    starts = []
    for text, *_ in WRONG:
        starts.append((coop / AMINA).read_text().count("\n") + 2)
        append(coop, AMINA, text)
    found = {(line, code): message for file, line, code, message in told(quick, coop) if file == AMINA}
    for start, (text, at, code, part) in zip(starts, WRONG, strict=True):
        assert part in found.get((start + at, code), ""), (text, code, found)


def test_under_the_small_business_scheme_there_is_no_vat(coop: Path, quick: Run) -> None:
    replace(coop, "ledgers/coop.beancount", 'vat: "invoiced"', 'vat: "exempt"')
    assert {code for _, _, code, _ in told(quick, coop)} == {"invoice-exempt"}
    for vat in (
        "  Liabilities:Btw:Hoog  -21.00 EUR\n",
        "  Liabilities:Btw  -10.50 EUR\n",
        '    vat: "21%"\n',
    ):
        replace(coop, AMINA, vat, "")
    replace(coop, AMINA, "60.50", "50.00")
    replace(coop, AMINA, "-100.00 EUR\n    line", "-1000.00 EUR\n    line")
    assert [row["total"] for row in listed(quick, coop)] == ["50.00", "1000.00"]
    # A simplified invoice may do without the customer's address.
    replace(coop, CUSTOMERS, '  street: "Hoekstraat 1"\n  postcode: "4811 AB"\n', "")
    replace(coop, CUSTOMERS, '  kvk: "87654321"\n', "")
    assert quick("invoice", "issue", "--coop", str(coop)).status == 0


RATES = {"21%": Decimal("0.21"), "9%": Decimal("0.09"), "0%": Decimal(0), "reverse": Decimal(0)}
CHART = Chart(
    {
        name: Account(date(2020, 1, 1), ("EUR",), role, vat=vat)
        for name, role, vat in (
            ("Assets:Debiteuren", "receivable", None), ("Income:Omzet", "turnover", None),
            ("Liabilities:Btw", "vat", None), ("Liabilities:Btw:Hoog", "vat", "21%"),
            ("Liabilities:Btw:Laag", "vat", "9%"),
        )
    }
)  # fmt: skip
ACCOUNTS = {"21%": "Liabilities:Btw:Hoog", "9%": "Liabilities:Btw:Laag"}
LINES = st.lists(
    st.tuples(st.integers(1, 500_000).map(lambda cents: Decimal(cents) / 100), st.sampled_from([*RATES])),
    min_size=1, max_size=5,
)  # fmt: skip


def drafted(nth: int, day: date, lines: list[tuple[Decimal, str]], rated: bool) -> Draft:
    """A draft of these lines with the VAT that they have, on an account for each rate or on one for all."""
    sold = tuple(SoldLine("Income:Omzet", n, f"r{nth}", Decimal(1), r, 3) for n, r in lines)
    vat = []
    for rate in dict.fromkeys(rate for _, rate in lines):
        due = to_cents(sum((n for n, r in lines if r == rate), Decimal(0)) * RATES[rate], "half-up")
        on = ACCOUNTS.get(rate) if rated else None
        vat.append(VatPosting(on or "Liabilities:Btw", due, rate if on else ""))
    owed = sum((n for n, _ in lines), Decimal(0)) + sum((v.amount for v in vat), Decimal(0))
    made = InvoiceBooking(
        "fatma", day, 1, ("f", nth), "klant", frozenset({"klant"}), "t", sold, tuple(vat), owed,
        "Assets:Debiteuren", True, day, "", "", "",
    )  # fmt: skip
    invoice = made_invoice(made, "klant", 14, CHART, exempt=False)
    assert isinstance(invoice, Invoice), invoice
    return Draft(made, invoice)


def as_booking(invoice: Invoice, nth: int) -> InvoiceBooking:
    sold = tuple(SoldLine(ln.account, ln.net, ln.text, ln.quantity, ln.rate, 3) for ln in invoice.lines)
    return InvoiceBooking(
        invoice.holder, invoice.day, 1, ("t", nth), invoice.customer, frozenset(), "t", sold, invoice.vat,
        invoice.owed, invoice.receivable, True, invoice.day, "", invoice.credits, "",
    )  # fmt: skip


def payment_of(numbers: list[str], amount: Decimal) -> InvoiceBooking:
    day, on = date(2026, 11, 1), "Assets:Debiteuren"
    return InvoiceBooking(
        "fatma", day, 1, ("b", 1), "", frozenset(numbers), "", (), (), -amount, on, True, day, "", "", ""
    )


WHICH = st.integers(0, 9)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("draft"), LINES, st.integers(1, 28), st.booleans()),
        st.tuples(st.just("issue")),
        st.tuples(st.just("credit"), WHICH),
        st.tuples(st.just("pay"), st.lists(WHICH, min_size=1, max_size=3), st.integers(-9999, 99_999)),
    ),
    min_size=3, max_size=12,
)  # fmt: skip
BEGIN = [("draft", [(Decimal(100), "21%")], 3, True), ("draft", [(Decimal(50), "9%")], 27, False), ("issue",)]


@given(STEPS)
@settings(max_examples=examples(150))
def test_totals_agree_and_numbers_have_no_gap_whatever_happens(steps: list[Any]) -> None:
    drafts: list[Draft] = []
    issued: list[Issued] = []
    payments: list[InvoiceBooking] = []
    for nth, step in enumerate([*BEGIN, *steps]):
        kind, *given_ = step
        if kind == "draft":
            lines, day, rated = given_
            drafts.append(drafted(nth, date(2026, 10, day), lines, rated))
        elif kind == "issue":
            behind, left, lost = matched(issued, drafts)
            assert not lost
            assert len(behind) == len(issued)
            for draft in sorted(left, key=lambda d: d.booking.day):
                assert draft.invoice
                number = next_number(2026, (one.number for one in issued))
                issued.append(Issued(number, draft.invoice, {}, {}, "Fatma"))
        elif issued and kind == "credit":
            one = issued[given_[0] % len(issued)]
            credited = {draft.booking.credits for draft in drafts}
            if not one.invoice.credits and one.number not in credited:
                invoice = credit_of(one, date(2026, 11, 2), "Assets:Debiteuren", "")
                made = as_booking(invoice, nth)
                again = made_invoice(made, "klant", 14, CHART, exempt=False)
                assert isinstance(again, Invoice), again  # the credit mirrors its invoice to the cent
                assert again.total == -one.invoice.total
                drafts.append(Draft(made, again))
                issued.append(Issued(next_number(2026, (o.number for o in issued)), again, {}, {}, "Fatma"))
        elif issued and kind == "pay":
            numbers = [issued[which % len(issued)].number for which in given_[0]]
            payments.append(payment_of(numbers, Decimal(given_[1]) / 100))
    behind, left, _ = matched(issued, drafts)
    numbers_now = [one.number for one in issued]
    assert missing_numbers(numbers_now) == []
    assert len(set(numbers_now)) == len(issued)
    rows = statuses(issued, behind, left, customer_payments(payments, {*numbers_now}), date(2026, 11, 5))
    owed = [draft.booking.owed for draft in drafts] + [payment.owed for payment in payments]
    assert sum(row.open for row in rows) == sum(owed)
    for row in rows:
        assert row.invoice.total == row.invoice.net_total + row.invoice.vat_total
        credits = sum(o.invoice.total for o in rows if o.invoice.credits == row.number and row.number)
        if row.invoice.credits:
            assert row.open == 0  # what is paid on it counts on what it takes back
        else:
            assert row.open == row.invoice.total + credits - row.paid
            if row.number and row.open > 0 and not credits:
                late = row.invoice.due < date(2026, 11, 5)
                assert row.state == ("overdue" if late else "part" if row.paid else "open")


# -- sending


def test_numbers_follow_the_days_and_a_second_run_changes_nothing(coop: Path, quick: Run) -> None:
    before = {p: p.read_bytes() for p in coop.rglob("*") if p.is_file() and ".scharrel" not in p.parts}
    done = quick("invoice", "issue", "--dry-run", "--coop", str(coop))
    assert done.status == 0
    assert {
        p: p.read_bytes() for p in coop.rglob("*") if p.is_file() and ".scharrel" not in p.parts
    } == before
    done = quick("invoice", "issue", "--member", "amina", "--coop", str(coop))
    assert done.status == 0
    assert "2026-0001 voor J. Janssen" in done.out
    once = frozen(coop)
    assert [*once] == ["2026-0001.beancount", "2026-0002.beancount"]
    assert "niets te versturen" in quick("invoice", "issue", "--coop", str(coop)).out
    assert frozen(coop) == once
    first, second = listed(quick, coop)
    assert (first["number"], first["customer"], first["state"]) == ("2026-0001", "janssen", "overdue")
    assert (second["number"], second["date"], second["open"]) == ("2026-0002", "2026-10-05", "121.00")
    assert told(quick, coop) == []
    for path in (coop / ISSUED).iterdir():
        assert not path.stat().st_mode & 0o222
        entries, errors, _ = loader.load_file(str(path), extra_validations=validation.HARDCORE_VALIDATIONS)
        assert (errors, len(entries) > 3) == ([], True)
    # Whoever did the work, days go first. An earlier day gets the next number, one of tomorrow waits.
    append(coop, AMINA, BIKES.replace("10-05", "10-03") + BIKES.replace("2026-10-05", "2199-10-05"))
    append(coop, TREASURY, 'include "accounts.beancount"\n' + BIKES.replace("10-05", "10-01"))
    assert "wacht" in quick("invoice", "issue", "--coop", str(coop)).out
    assert {r["number"]: r["date"] for r in listed(quick, coop)}["2026-0003"] == "2026-10-01"
    assert [r["holder"] for r in listed(quick, coop)] == ["amina", "amina", "coop", "amina", "amina"]


def test_what_was_sent_can_be_made_again_from_its_file(sent: Path, quick: Run) -> None:
    for one in read_issued(Coop(sent))[0]:
        assert issued_text(one).encode() == frozen(sent)[f"{one.number}.beancount"]
    hostile = 'a "b" \\\\ {{x}} [red]\x1b[2J\u202e #let é – 中'.replace("\x1b", "").replace('"', '\\"')
    strange = f'\n2026-01-01 custom "customer" "raar"\n  name: "{hostile}"\n  street: "{hostile}"\n'
    append(sent, CUSTOMERS, strange + '  postcode: "4811 AB"\n  city: "x\n y"\n')
    append(
        sent,
        AMINA,
        BIKES.replace("buurthuis", "raar").replace("fiets rijklaar gemaakt", hostile + "\n  meer"),
    )
    done = quick("invoice", "issue", "--coop", str(sent))
    assert done.status == 0, done.err
    assert "\x1b" not in done.out
    assert quick("invoice", "issue", "--coop", str(sent)).out.startswith("Er is niets")
    one = read_issued(Coop(sent))[0][-1]
    assert issued_text(one).encode() == frozen(sent)[f"{one.number}.beancount"]
    assert one.buyer["city"] == "x y"
    assert loader.load_file(str(sent / ISSUED / f"{one.number}.beancount"))[1] == []
    assert [code for _, _, code, _ in told(quick, sent) if code != "no-sign"] == []


def lacks_everything(coop: Path) -> None:
    replace(coop, "ledgers/coop.beancount", '  street: "Heuvelstraat 12"\n', "")
    replace(coop, "ledgers/coop.beancount", '  vat_id: "NL123456782B90"\n', "")
    replace(coop, CUSTOMERS, '  city: "Breda"\n', "")


def reverse_without_id(coop: Path) -> None:
    append(coop, AMINA, booking(said='invoice: "werk"', below='vat: "reverse"', rest=OWED))


def without_address(coop: Path) -> None:
    append(coop, AMINA, booking(said='invoice: "janssen"', rest=HIGH))


def of_nothing(coop: Path) -> None:
    append(coop, AMINA, booking(below='vat: "0%"', rest=f'Income:Omzet  100.00 EUR|  vat: "0%"|{OWED}'))


def turned(coop: Path) -> None:
    append(coop, AMINA, booking(rest=HIGH).replace("-", "").replace("20261007", "2026-10-07"))


def a_question(coop: Path) -> None:
    append(coop, AMINA, booking(rest=OWED))


def wrong_vat(coop: Path) -> None:
    replace(coop, AMINA, "Hoog  -21.00", "Hoog  -20.99")


def closed(coop: Path) -> None:
    replace(coop, "ledgers/coop.beancount", "2026-10-01 custom", "2026-11-01 custom")
    for month in ("allocate", "close"):
        assert in_process(month, "2026-10", "--coop", str(coop)).status == 0


@pytest.mark.parametrize(
    ("breaking", "code", "parts"),
    [
        (lacks_everything, "invoice-lacks", ["street, vat_id", "city"]),
        (reverse_without_id, "invoice-lacks", ["vat_id"]),
        (without_address, "invoice-lacks", ["street, postcode, city"]),
        (of_nothing, "invoice-zero", ["nul"]),
        (turned, "invoice-negative", ["invoice credit", "-121.00"]),
        (a_question, "invoice-no-vat", ['"21%"']),
        (wrong_vat, "invoice-vat", ["Liabilities:Btw:Hoog  -21.00 EUR"]),
        (closed, "invoice-closed", ["oktober 2026"]),
    ],
)
def test_nothing_is_sent_while_anything_stands_against_it(
    breaking: Callable[[Path], None], code: str, parts: list[str], coop: Path, quick: Run
) -> None:
    breaking(coop)
    done = quick("invoice", "issue", "--coop", str(coop))
    assert done.status == 1
    assert f"{AMINA}:" in done.err
    for part in parts:
        assert " ".join(part.split()) in " ".join(done.err.split())
    assert not (coop / ISSUED).exists()


# -- what was sent stays


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ("quantity: 10", "quantity: 11", "invoice-booking-changed"),
        ('"fiets rijklaar gemaakt"', '"fiets gemaakt"', "invoice-booking-changed"),
        ("  delivered: 2026-10-04\n", "", "invoice-booking-changed"),
        ("2026-10-05 *", "2026-10-06 *", "invoice-booking-changed"),
        (BIKES, "", "invoice-booking-gone"),
    ],
)
def test_a_booking_behind_an_invoice_cannot_change(
    was: str, becomes: str, code: str, sent: Path, quick: Run
) -> None:
    replace(sent, AMINA, was, becomes)
    (found,) = told(quick, sent)
    assert (found[0], found[2]) == (AMINA, code)
    for part in ("2026-0002", "2026-10-05", "10 × fiets rijklaar gemaakt 100.00 (21%)", "121.00"):
        assert part in found[3]
    for command in (["allocate", "2026-10"], ["invoice", "issue"], ["invoice", "list"]):
        assert quick(*command, "--coop", str(sent)).status == 1
    assert len(frozen(sent)) == 2


def test_what_does_not_concern_the_customer_may_change(sent: Path, quick: Run) -> None:
    replace(sent, AMINA, '"tien fietsen rijklaar gemaakt"', '"fietsen" ; tien')
    replace(sent, CUSTOMERS, "terms: 14", "terms: 7")
    assert told(quick, sent) == []
    assert [row["due"] for row in listed(quick, sent)] == ["2026-11-01", "2026-10-19"]


def test_a_file_of_an_invoice_that_changed_or_went_is_told(sent: Path, quick: Run) -> None:
    first = sent / ISSUED / "2026-0001.beancount"
    text = first.read_text()
    first.unlink()
    assert [(f, c) for f, _, c, _ in told(quick, sent)] == [(f"{ISSUED}/2026-0001.beancount", "invoice-gone")]
    first.write_text(text.replace("60.50", "6.05"))
    assert [(f, c) for f, _, c, _ in told(quick, sent)] == [(f"{ISSUED}/2026-0001.beancount", "invoice-file")]
    assert quick("invoice", "issue", "--coop", str(sent)).status == 1
    first.write_text(text)
    (sent / ISSUED / "2026-0001 (1).beancount").write_text(text)
    (found,) = told(quick, sent)
    assert found[2] == "copy-of-kept"
    (sent / ISSUED / "2026-0001 (1).beancount").rename(sent / ISSUED / "zomaar.beancount")
    (found,) = told(quick, sent)
    assert found[2] == "invoice-file-name"
    (sent / ISSUED / "zomaar.beancount").unlink()
    register = sent / "ledgers/coop.beancount"
    register.write_text(register.read_text().replace('"amina"', '"anna"'))
    (sent / AMINA).rename(sent / "ledgers/members/anna.beancount")
    assert {c for _, _, c, _ in told(quick, sent)} == {"invoice-holder"}


def test_the_last_number_is_known_in_a_second_place(sent: Path, quick: Run) -> None:
    second, last = sent / "ledgers/issued.json", sent / ISSUED / "2026-0002.beancount"
    known = {"files": [f"{ISSUED}/2026-0001.beancount", f"{ISSUED}/2026-0002.beancount"]}
    assert json.loads(second.read_text()) == known
    text = last.read_text()
    last.unlink()
    assert [(f, c) for f, _, c, _ in told(quick, sent)] == [(f"{ISSUED}/2026-0002.beancount", "invoice-gone")]
    assert quick("invoice", "issue", "--coop", str(sent)).status == 1
    assert not last.exists()
    last.write_text(text)
    for broken in ("{", "[]", '{"files": ["../x"]}', '{"files": [1]}'):
        second.write_text(broken)
        assert [(f, c) for f, _, c, _ in told(quick, sent)] == [("ledgers/issued.json", "issued-files")]
    # Of what was stopped before it was written, or sent by an earlier version, the next run knows it.
    second.unlink()
    assert told(quick, sent) == []
    assert quick("invoice", "issue", "--coop", str(sent)).status == 0
    assert json.loads(second.read_text()) == known


def test_a_run_that_was_stopped_is_finished(sent: Path, quick: Run) -> None:
    from scharrel.store.together import pending_path

    files = frozen(sent)
    from base64 import b64encode

    pending_path(sent / ISSUED).write_text(json.dumps({n: b64encode(d).decode() for n, d in files.items()}))
    (sent / ISSUED / "2026-0002.beancount").unlink()
    assert [row["number"] for row in listed(quick, sent)] == ["2026-0001", "2026-0002"]
    assert quick("invoice", "issue", "--coop", str(sent)).out.startswith("Er is niets")
    assert frozen(sent) == files


# -- taking back


def test_a_credit_note_takes_an_invoice_back(sent: Path, quick: Run) -> None:
    done = quick("invoice", "credit", "2026-0002", "--reason", 'dubbel "geteld"', "--coop", str(sent))
    assert done.status == 0, done.err
    assert f"{TREASURY}:3" in done.out
    assert told(quick, sent) == []
    rows = listed(quick, sent)
    assert [(r["number"], r["state"], r["open"]) for r in rows] == [
        ("2026-0001", "overdue", "60.50"), ("2026-0002", "credited", "0.00"), (None, "draft", "0.00"),
    ]  # fmt: skip
    assert (rows[2]["holder"], rows[2]["total"], rows[2]["file"]) == ("amina", "-121.00", TREASURY)
    again = quick("invoice", "credit", "2026-0002", "--coop", str(sent))
    assert (again.status, "al teruggenomen" in again.err) == (1, True)
    assert quick("invoice", "issue", "--coop", str(sent)).status == 0
    assert listed(quick, sent)[2]["number"] == "2026-0003"
    again = quick("invoice", "credit", "2026-0003", "--coop", str(sent))
    assert (again.status, "zelf een creditfactuur" in again.err) == (1, True)
    unknown = quick("invoice", "credit", "2026-003", "--coop", str(sent))
    assert (unknown.status, "Bedoel je 2026-0003?" in unknown.err) == (2, True)
    # It counts with the member, once in all books together.
    assert quick("allocate", "2026-11", "--coop", str(sent)).status == 0
    assert told(quick, sent) == []
    books = {
        name: sums(sent / f"ledgers/{name}.beancount")
        for name in ("books/amina", "books/coop", "consolidated")
    }
    assert books["books/amina"]["Assets:Debiteuren"] == Decimal("60.50")
    assert "Assets:Debiteuren" not in books["books/coop"]
    assert books["consolidated"]["Assets:Debiteuren:Amina"] == Decimal("60.50")
    assert sums(sent / TREASURY)["Assets:Debiteuren"] == Decimal("-121.00")


def sums(path: Path) -> dict[str, Decimal]:
    entries, errors, _ = loader.load_file(str(path), extra_validations=validation.HARDCORE_VALIDATIONS)
    assert errors == []
    found: dict[str, Decimal] = {}
    for entry in entries:
        for posting in getattr(entry, "postings", ()):
            if posting.units.currency == "EUR":
                found[posting.account] = found.get(posting.account, Decimal(0)) + posting.units.number
    return found


def test_more_than_an_invoice_is_not_taken_back(sent: Path, quick: Run) -> None:
    assert quick("invoice", "credit", "2026-0002", "--coop", str(sent)).status == 0
    for part, of in (("100.00", "120.00"), ("21.00", "25.20"), ("121.00", "145.20")):
        replace(sent, TREASURY, part, of)
    done = quick("invoice", "issue", "--coop", str(sent))
    assert (done.status, "145.20" in done.err) == (1, True)
    # A part of it is, and the rest stays open.
    for of, part in (("120.00", "40.00"), ("25.20", "8.40"), ("145.20", "48.40")):
        replace(sent, TREASURY, of, part)
    assert quick("invoice", "issue", "--coop", str(sent)).status == 0
    row = listed(quick, sent)[1]
    assert (row["state"], row["open"], row["paid"]) == ("overdue", "72.60", "0.00")


def test_what_the_treasury_has_for_others(sent: Path, quick: Run) -> None:
    append(sent, TREASURY, 'include "accounts.beancount"\n' + booking(
        said='invoice: "buurthuis"\n  credits: "2026-0001"\n  for: "amina"', rest=HIGH))  # fmt: skip
    (found,) = told(quick, sent)
    assert found[:3] == (TREASURY, 5, "invoice-credits-other")
    (sent / TREASURY).write_text(
        'include "accounts.beancount"\n' + booking(said='for: "amiena"', rest="Assets:Bank")
        + booking(said="for: amina", rest="Assets:Bank")
    )  # fmt: skip
    found_codes = {(line, code) for file, line, code, _ in told(quick, sent) if file == TREASURY}
    assert (4, "bank-line-holder") in found_codes
    (sent / TREASURY).write_text(
        'include "accounts.beancount"\n' + booking(said="for: 12", rest="Assets:Bank")
    )
    assert (4, "treasury-for") in {(line, code) for _, line, code, _ in told(quick, sent)}


def test_what_a_credit_note_needs(sent: Path, quick: Run) -> None:
    append(sent, AMINA, BIKES.replace("10-05", "10-09").replace("Assets:Debiteuren", "Assets:Bank"))
    chart = "ledgers/accounts.beancount"
    replace(sent, CUSTOMERS, '"janssen"', '"anders"')  # an invoice stays what it was without the customer
    assert quick("invoice", "issue", "--coop", str(sent)).status == 0
    assert [(r["state"], r["paid"]) for r in listed(quick, sent)][2] == ("paid", "121.00")
    replace(sent, chart, 'role: "receivable"', 'role: "anders"')
    done = quick("invoice", "credit", "2026-0003", "--coop", str(sent))
    assert (done.status, 'role: "receivable"' in done.err) == (1, True)
    replace(sent, chart, 'role: "anders"', 'role: "receivable"')
    assert quick("invoice", "credit", "2026-0003", "--coop", str(sent)).status == 0
    assert listed(quick, sent)[2]["open"] == "-121.00"


# -- paid


def imported(
    coop: Path,
    quick: Run,
    *lines: Given,
    first: str = "2026-10-01",
    last: str = "2026-10-31",
    opening: str = "1250.00",
) -> list[dict[str, Any]]:
    (coop / "afschrift.xml").write_bytes(camt(lines, opening, first=first, last=last))
    done = quick("bank", "import", str(coop / "afschrift.xml"), "--json", "--coop", str(coop))
    assert done.status == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)["lines"]
    return found


def test_the_bank_pays_an_invoice_of_a_ledger_of_plain_lines_too(coop: Path, quick: Run) -> None:
    (coop / AMINA).write_text(f'include "../accounts.beancount"\n\n{WHOLE}')
    assert quick("invoice", "issue", "--coop", str(coop)).status == 0
    (line,) = imported(coop, quick, Given("2026-10-12", "121.00", "Ander", text="2026-0001", reference="1"))
    assert line["why"] == "invoice 2026-0001"
    (row,) = listed(quick, coop)
    assert (row["state"], row["open"]) == ("paid", "0.00")


def test_bank_lines_find_their_invoice(sent: Path, quick: Run) -> None:
    append(sent, AMINA, BIKES.replace("10-05", "10-08"))
    assert quick("invoice", "issue", "--coop", str(sent)).status == 0
    # A number goes before every rule, also when it does not fit.
    rule = '[[rule]]\nid = "gift"\nsign = "in"\nname = "Iemand"\naccount = "Income:Giften"\n'
    (sent / "rules/bank.toml").write_text(rule)
    lines = imported(
        sent, quick,
        Given("2026-10-12", "21.00", "Iemand", text="fact 2026-0002", reference="1"),
        Given("2026-10-13", "60.50", "J Janssen", "NL20INGB0001234567", "fietsles", "2"),
        Given("2026-10-14", "101.00", "Iemand", text="2026-0002", reference="3"),
        Given("2026-10-15", "100.00", "Iemand", text="20260002 dank", reference="4"),
        Given("2026-10-16", "100.00", "Iemand", text="2026-0002", reference="5"),
        Given("2026-10-17", "121.00", "Ander", text="factuur 2026-0030", reference="6"),
        Given("2026-10-18", "121.00", "Stichting Buurthuis De Hoek", text="", reference="7"),
    )  # fmt: skip
    assert [line["why"] for line in lines] == [
        "invoice 2026-0002", "invoice 2026-0001", None, "invoice 2026-0002", None, None, "invoice 2026-0003",
    ]  # fmt: skip
    assert {(line["for"], line["account"]) for line in lines if line["why"]} == {
        ("amina", "Assets:Debiteuren")
    }
    rows = listed(quick, sent)
    assert [(r["state"], r["paid"], r["open"]) for r in rows] == [
        ("paid", "60.50", "0.00"), ("paid", "121.00", "0.00"), ("paid", "121.00", "0.00"),
    ]  # fmt: skip
    told_numbers = [message for _, _, code, message in told(quick, sent) if code == "bank-line-number"]
    assert len(told_numbers) == 1
    assert "2026-0030" in told_numbers[0]
    assert "Bedoel je 2026-000" in told_numbers[0]


def test_one_payment_for_two_invoices_and_two_that_fit(sent: Path, quick: Run) -> None:
    append(sent, AMINA, BIKES.replace("10-05", "10-08"))
    assert quick("invoice", "issue", "--coop", str(sent)).status == 0
    lines = imported(
        sent, quick,
        Given("2026-10-12", "121.00", "Stichting Buurthuis De Hoek", text="", reference="1"),
        Given("2026-10-13", "181.50", "Iemand", text="2026-0001 en 2026-0002", reference="2"),
        Given("2026-10-14", "100.00", "Iemand", text="2026-0003", reference="3"),
    )  # fmt: skip
    assert [line["why"] for line in lines] == [None, "invoice 2026-0001 2026-0002", "invoice 2026-0003"]
    assert [(r["state"], r["open"]) for r in listed(quick, sent)] == [
        ("paid", "0.00"), ("paid", "0.00"), ("overdue", "21.00"),
    ]  # fmt: skip
    said = " ".join(quick("invoice", "remind", "--coop", str(sent)).out.split())
    assert "Stichting Buurthuis De Hoek had" in said
    assert "factuur 2026-0003" in said


def test_a_line_is_put_on_invoices_of_several_holders(sent: Path, quick: Run) -> None:
    append(sent, TREASURY, 'include "accounts.beancount"\n' + BIKES + BIKES.replace("10-05", "10-08"))
    assert quick("invoice", "issue", "--coop", str(sent)).status == 0
    lines = imported(
        sent, quick,
        Given("2026-10-12", "242.00", "Iemand", text="2026-0002 en 2026-0004", reference="1"),
        Given("2026-10-13", "181.00", "Iemand", text="2026-0001 en 2026-0003", reference="2"),
        Given("2026-10-14", "60.50", "Stichting Buurthuis De Hoek", text="fiets", reference="3"),
        Given("2026-10-15", "5.00", "Iemand", text="dank", reference="4"),
    )  # fmt: skip
    assert [(line["why"], line["for"]) for line in lines] == [
        ("invoice 2026-0002 2026-0004", "coop"), (None, None), (None, None), (None, None),
    ]  # fmt: skip

    def assign(*said: str) -> str:
        done = quick("bank", "assign", *said, "--coop", str(sent))
        return " ".join((done.out + done.err).split())

    assert "Bedoel je 2026-000" in assign("2", "--invoice", "2026-0009")
    assert "verder niets" in assign("2", "--invoice", "2026-0001", "--for", "amina")
    said = assign("2", "--invoice", "2026-0003", "--invoice", "2026-0001")
    assert "de coöperatie, Debiteuren, facturen 2026-0001, 2026-0003 Er blijft € 0,50 open." in said

    def rows() -> list[tuple[str, str]]:
        return [(row["paid"], row["open"]) for row in listed(quick, sent)]

    whole = ("121.00", "0.00")
    assert rows() == [("60.50", "0.00"), whole, ("120.50", "0.50"), whole]
    shown = " ".join(typed(sent, ["1", "-", "2026-0003 2026-0001", "."], "bank", "assign").stdout.split())
    assert shown.count("1 de coöperatie, Debiteuren, factuur 2026-0003 (staat open: € 0,50)") == 2
    assert "Dat is € 60,00 meer dan er open stond" in shown
    assert rows()[2] == ("181.00", "-60.00")
    assert [code for _, _, code, _ in told(quick, sent)] == ["bank-line-open"]


def test_hand_made_bookings_pay_by_link_or_by_name(sent: Path, quick: Run) -> None:
    paid = '\n2026-10-09 * "kas" "betaald"{link}\n{key}  Assets:Bank  {amount} EUR\n  Assets:Debiteuren\n'
    append(sent, AMINA, paid.format(link=" ^2026-0001", key="", amount="60.50"))
    append(sent, AMINA, paid.format(link="", key='  invoice: "2026-0002"\n', amount="130.00"))
    assert [(r["state"], r["paid"], r["open"]) for r in listed(quick, sent)] == [
        ("paid", "60.50", "0.00"), ("paid", "130.00", "-9.00"),
    ]  # fmt: skip


def test_a_number_is_for_one_booking_and_what_pays_it(sent: Path, quick: Run) -> None:
    # It may name its own invoice, and what pays it may book a cent beside that.
    replace(sent, AMINA, 'invoice: "buurthuis"', 'invoice: "2026-0002"')
    cent = booking(
        said='invoice: "2026-0002"', income="0.01", rest="Assets:Debiteuren  -121.00 EUR|Assets:Bank"
    )
    append(sent, AMINA, cent)
    assert [c for _, _, c, _ in told(quick, sent) if c.startswith("invoice")] == []
    assert listed(quick, sent)[1]["state"] == "paid"
    append(sent, AMINA, booking(said='invoice: "2026-0002"', rest=HIGH))
    assert [c for _, _, c, _ in told(quick, sent) if c.startswith("invoice")] == ["invoice-again"]


def test_money_of_a_credited_invoice_goes_back(sent: Path, quick: Run) -> None:
    paid = Given("2026-10-12", "60.00", "Iemand", text="2026-0002", reference="1")
    assert imported(sent, quick, paid)[0]["why"] == "invoice 2026-0002"
    assert quick("invoice", "credit", "2026-0002", "--coop", str(sent)).status == 0
    assert quick("invoice", "issue", "--coop", str(sent)).status == 0
    row = listed(quick, sent)[1]
    assert (row["state"], row["paid"], row["open"]) == ("credited", "60.00", "-60.00")
    back = Given("2026-11-02", "-60.00", "Iemand", text="credit 2026-0003", reference="2")
    found = imported(sent, quick, back, first="2026-11-01", last="2026-11-30", opening="1310.00")
    assert found[0]["why"] == "invoice 2026-0002"
    assert listed(quick, sent)[1]["open"] == "0.00"


# -- customers


BAD_CUSTOMER = [
    ("nonsens: 1\n", 1, None),
    ("2026-01-01 open Assets:Bank EUR\n", 1, "only-customers"),
    ('2026-01-01 custom "klant" "x"\n', 1, "unknown-custom"),
    ('2026-01-01 custom "customer" "Een Naam"\n', 1, "customer-name"),
    ('2026-01-01 custom "customer" "een"\n  name: "Een"\n  postcode: "48 AB"\n', 3, "form-postcode"),
    ('2026-01-01 custom "customer" "twee"\n  name: "B"\n  country: "Nederland"\n', 3, "form-country"),
    ('2026-01-01 custom "customer" "drie"\n  name: "B"\n  vat_id: "NL123456789B01"\n', 3, "form-vat-id"),
    ('2026-01-01 custom "customer" "vier"\n  name: "B"\n  email: "jan"\n', 3, "form-email"),
    ('2026-01-01 custom "customer" "vijf"\n  name: "B"\n  oin: "12"\n', 3, "form-oin"),
    ('2026-01-01 custom "customer" "zes"\n  name: "B"\n  language: "fr"\n', 3, "form-language"),
    ('2026-01-01 custom "customer" "zeven"\n  name: "B"\n  iban: "NL91ABNA0417164301"\n', 3, "iban"),
    ('2026-01-01 custom "customer" "twaalf"\n  name: "B"\n  iban: "NL٩1ABNA0417164300"\n', 3, "iban"),
    ('2026-01-01 custom "customer" "acht"\n  name: "B"\n  kvk: 01234567\n', 3, "text-unquoted"),
    ('2026-01-01 custom "customer" "negen"\n  name: "B"\n  straat: "C"\n', 3, "own-key"),
    ('2026-01-01 custom "customer" "tien"\n  street: "C"\n', 1, "own-without"),
    ('2026-01-01 custom "customer" "elf"\n  name:\n', 2, "empty-key"),
    ('2026-01-01 custom "customer" "dubbel"\n  name: "B"\n', 1, "customer-twice"),
]  # fmt: skip


def test_what_is_wrong_with_customers_is_told(coop: Path, quick: Run) -> None:
    append(coop, "ledgers/coop.beancount", '2026-01-01 custom "customer" "dubbel"\n  name: "A"\n')
    starts = []
    for text, *_ in BAD_CUSTOMER:
        starts.append((coop / CUSTOMERS).read_text().count("\n"))
        append(coop, CUSTOMERS, text)
    found = {(line, code) for file, line, code, _ in told(quick, coop) if file == CUSTOMERS}
    for start, (_, at, code) in zip(starts, BAD_CUSTOMER, strict=True):
        assert (start + at, code) in found if code else any(line == start + at for line, _ in found), (
            code,
            found,
        )
    (coop / CUSTOMERS).write_text('include "coop.beancount"\n')
    assert [(line, code) for _, line, code, _ in told(quick, coop)][:1] == [(1, "forbidden-include")]


def test_customers_that_cannot_be_read_are_told_once(coop: Path, quick: Run) -> None:
    readable = 'include "accounts.beancount"\n' + (coop / CUSTOMERS).read_text()
    for text, found in (
        (readable, []),
        (readable + "<<<<<<< HEAD\n", ["merge-conflict"]),
        (readable.replace('"customer" "buurthuis"', '"customer" "buurthuis', 1), ["open-quote"]),
        (readable.replace('"customer" "buurthuis"', '"customer" "klant"', 1), ["invoice-unknown"]),
    ):
        (coop / CUSTOMERS).write_text(text)
        assert [code for _, _, code, _ in told(quick, coop)] == found


ADDED = """
{day} custom "customer" "school"
  name: "Basisschool \\"De Vlinder\\""
  street: "Plein 2"
  postcode: "4813 CD"
  city: "Breda"
  country: "NL"
  kvk: "01234567"
  iban: "NL20INGB0001234567"
  terms: 21
"""


def test_a_customer_is_added_by_options(coop: Path, quick: Run) -> None:
    options = ("--street", "Plein 2", "--postcode", "4813 CD", "--city", "Breda", "--kvk", "01234567",
               "--iban", "nl20 ingb 0001 2345 67", "--terms", "21")  # fmt: skip
    name = 'Basisschool "De Vlinder"'
    replace(coop, "rules/vrije-uitloop.toml", "[pack]\n", "[pack]\nexample = true\n")
    done = quick("customer", "add", "school", name, *options, "--coop", str(coop))
    assert done.status == 0, done.err
    day = date.today().replace(day=1)  # noqa: DTZ011
    assert (coop / CUSTOMERS).read_text().endswith(ADDED.format(day=day))
    assert done.err.count("let op") == 1
    assert [code for _, _, code, _ in told(quick, coop)] == ["example-rules"]
    before = (coop / CUSTOMERS).read_bytes()
    for arguments, part in (
        (("school", name), "is er al"), (("Een School", "x"), "korte naam"), (("coop", "x"), "zelf"),
        (("nieuw",), "naam"), (("nieuw", "x", "--postcode", "12"), "postcode"), ((), "terminal"),
        (("nieuw", "x", "--iban", "NL1"), "IBAN"), (("nieuw", "x", "--kvk", "12"), "acht cijfers"),
        (("nieuw", "x", "--vat-id", "NL1"), "btw-id"), (("nieuw", "x", "--terms", "-1"), "terms: 14"),
    ):  # fmt: skip
        done = quick("customer", "add", *arguments, "--coop", str(coop))
        assert (done.status, part in done.err) == (2, True), done
    assert (coop / CUSTOMERS).read_bytes() == before


def typed(coop: Path, answers: list[str], *command: str) -> "subprocess.CompletedProcess[str]":
    """The command at a terminal at which these are typed."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
    done = subprocess.run(
        [sys.executable, "-m", "scharrel", *command, "--coop", str(coop)], stdin=theirs,
        capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin", "LANG": "nl_NL.UTF-8"},
    )  # fmt: skip
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 0, done.stderr
    return done


def test_an_open_line_is_offered_the_invoice_that_it_nearly_names(sent: Path, quick: Run) -> None:
    imported(sent, quick, Given("2026-10-17", "121.00", "Ander", text="factuur 2026-002", reference="1"))
    done = typed(sent, ["1", "."], "bank", "assign")
    assert "Amina, Debiteuren, factuur 2026-0002" in done.stdout
    row = listed(quick, sent)[1]
    assert (row["state"], row["paid"]) == ("paid", "121.00")
    assert told(quick, sent) == []


def test_what_is_put_by_hand_on_what_is_owed_pays_the_invoice_that_the_line_names(
    sent: Path, quick: Run
) -> None:
    imported(sent, quick, Given("2026-10-17", "130.00", "Ander", text="2026-0002", reference="1"))

    def assigned(account: str) -> list[str]:
        said = ("bank", "assign", "betaalrekening:1", "--for", "amina", "--account", account)
        assert quick(*said, "--coop", str(sent)).status == 0
        return [listed(quick, sent)[1][key] for key in ("paid", "open")]

    assert assigned("Assets:Debiteuren") == ["130.00", "-9.00"]
    assert assigned("Income:Omzet") == ["0.00", "121.00"]
    typed(sent, ["amina debit"], "bank", "assign", "betaalrekening:1")
    assert listed(quick, sent)[1]["paid"] == "130.00"


def test_a_report_tells_of_a_bank_line_where_it_stands(sent: Path, quick: Run) -> None:
    imported(sent, quick, Given("2026-10-13", "60.50", "J Janssen", text="2026-0001", reference="1"))
    month = "ledgers/bank/betaalrekening/2026-10.beancount"
    replace(sent, month, '  for: "amina"\n', '  for: "amina"\n  erned: 2026-10-01\n')
    at = (sent / month).read_text().split("\n").index("  erned: 2026-10-01") + 1
    for command in ("report receipts", "report quotes", "report exchange", "invoice list"):
        assert f"{month}:{at}: let op" in quick(*command.split(), "--coop", str(sent)).err, command


def test_days_are_whole_on_a_narrow_screen(sent: Path, quick: Run) -> None:
    replace(sent, "ledgers/coop.beancount", 'name: "Amina"', 'name: "Amina Bint Abdelkarim El Idrissi"')
    assert quick("invoice", "credit", "2026-0002", "--coop", str(sent)).status == 0
    assert quick("invoice", "issue", "--coop", str(sent)).status == 0
    lines = quick("invoice", "list", "--coop", str(sent)).out.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.count(" 2026 ") for line in lines if line.startswith("2026-000")] == [2, 2, 2]


def test_only_one_issues_at_a_time(coop: Path, quick: Run) -> None:
    (coop / ".scharrel").mkdir(exist_ok=True)
    with FileLock(coop / ".scharrel/lock"):
        assert quick("invoice", "issue", "--coop", str(coop)).status == 1
        assert not (coop / ISSUED).exists()
        assert quick("invoice", "issue", "--dry-run", "--coop", str(coop)).status == 0


def test_a_customer_is_asked_for_at_a_terminal(coop: Path) -> None:
    answers = [
        "Stichting De Vlinder",
        "",
        "",
        "Plein 2",
        "12",
        "4813 CD",
        "Breda",
        "01234567",
        "",
        "PO 7",
        "",
        "",
    ]
    done = typed(coop, answers, "customer", "add")
    assert "geen Nederlandse postcode" in done.stdout
    said = (coop / CUSTOMERS).read_text().rpartition("custom ")[2]
    assert said == (
        '"customer" "vlinder"\n  name: "Stichting De Vlinder"\n  country: "NL"\n  street: "Plein 2"\n'
        '  postcode: "4813 CD"\n  city: "Breda"\n  kvk: "01234567"\n  reference: "PO 7"\n'
    )


# -- what customers owe


def test_what_customers_owe_stands_by_invoice_and_age(sent: Path, quick: Run) -> None:
    chart = "2020-01-01 open Assets:Kas EUR\n"
    append(sent, "ledgers/accounts.beancount", chart)
    paid = '\n{} * "klant" "betaald" {}\n  Assets:Kas  {} EUR\n  Assets:Debiteuren\n'
    append(sent, TREASURY, 'include "accounts.beancount"\n')
    append(sent, AMINA, paid.format("2026-11-20", "^2026-0001 ^2026-0002", "70.50"))
    loose = '2026-09-01 * "Wijkkrant" "website" ^q1\n  Income:Omzet  -{} EUR\n  Assets:Debiteuren\n'
    append(sent, AMINA, f"\n{loose.format('40.00')}{paid.format('2026-10-30', '^q1', '15.00')}")
    append(sent, AMINA, BIKES.replace("2026-10-05", "2026-10-25").replace("tien fietsen", "nog tien fietsen"))

    def owed(day: date) -> dict[tuple[str, str], tuple[str, ...]]:
        found = debts_on(open_books(Coop(sent)), day)
        return {(debt.who, debt.about): tuple(map(str, debt.amounts)) for debt in found}

    nothing = "0", "0", "0"
    assert owed(date(2026, 10, 31)) == {
        ("J. Janssen", "2026-0001"): ("60.50", *nothing),
        ("Stichting Buurthuis De Hoek", "2026-0002"): ("121.00", *nothing),
        ("buurthuis", ""): ("121.00", *nothing),
        ("Wijkkrant", "q1"): ("0", "25.00", "0", "0"),
    }
    early = date(2026, 11, 1)
    append(sent, AMINA, paid.format(early, "^2026-0002", "150.00"))
    assert owed(early)["Stichting Buurthuis De Hoek", "2026-0002"] == ("-29.00", *nothing)
    replace(sent, AMINA, "150.00", "0.00")
    after = owed(date(2026, 11, 30))
    assert after["Stichting Buurthuis De Hoek", "2026-0002"] == ("0", "111.00", "0", "0")
    assert after["Wijkkrant", "q1"] == ("0", "0", "25.00", "0")
    assert ("J. Janssen", "2026-0001") not in after
    assert quick("invoice", "credit", "2026-0002", "--coop", str(sent)).status == 0
    books = debts_on(open_books(Coop(sent)), date(2027, 12, 31))
    whole = sum((amount for debt in books for amount in debt.amounts), Decimal(0))
    assert whole == sum(sums(sent / name)["Assets:Debiteuren"] for name in (AMINA, TREASURY))
    back = [debt for debt in books if debt.about == "2026-0002"]
    assert [tuple(map(str, debt.amounts)) for debt in back] == [("0", "0", "0", "-10.00")]
