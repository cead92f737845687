"""What an invoice comes to is the same wherever it stands."""

import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
from xml.etree import ElementTree

from beancount import loader
from beancount.core import data
from conftest import LONG, Run
from invoice_coop import AMINA, CUSTOMERS, TREASURY, append, replace, with_invoices
from test_einvoice import CII, UBL, amounts

from scharrel.core.problems import errors
from scharrel.formats.cii import cii_document
from scharrel.formats.ubl import ubl_document
from scharrel.operations.invoices import keep_issued, to_issue
from scharrel.operations.opening import open_books
from scharrel.statements.invoice import einvoice_of, invoice_letter
from scharrel.store.invoices import credit_text
from scharrel.store.paths import Coop
from scharrel.text.words import Words, catalogue
from scharrel.treasury.invoices import Issued, credit_of

HOW_MANY = 1000 if LONG else 40
RATES = {"21%": "Hoog", "9%": "Laag"}
BOXES = {"21%": "1a", "9%": "1b", "0%": "1e", "reverse": "1e", "exempt": ""}
SUMS = "ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:"
TOTALS = "cac:LegalMonetaryTotal/cbc:"

Figures = tuple[Decimal, Decimal, Decimal]
"""Without VAT, the VAT, and together."""


def booking(random: Random) -> str:
    """Some work for a customer, with lines of any rates, of which something may be paid at once."""
    customer = random.choice(["buurthuis", "janssen", "werk"])
    day = date(2026, 1, 1) + timedelta(random.randrange(300))
    words = random.choices([*BOXES], weights=[4, 3, 1, 1, 1], k=random.randint(1, 4))
    if customer != "werk":
        words = [word if word != "reverse" else "21%" for word in words]
    # Lines of one rate alone do not have to say it, if there is VAT on the account of that.
    unsaid = len({*words}) == 1 and random.random() < 0.5
    lines, nets = [], dict.fromkeys(BOXES, Decimal(0))
    for word in words:
        net = Decimal(random.choice([random.randint(1, 999), random.randint(1, 500_000)])) / 100
        nets[word] += net
        quantity = Decimal(random.choice([100, random.randint(1, 5000)])) / 100
        said = "" if unsaid and nets[word] >= 1 and word in RATES else f'    vat: "{word}"\n'
        lines.append(f"  Income:Omzet  -{net:.2f} EUR\n    quantity: {quantity}\n{said}")
    for word, account in RATES.items():
        if vat := (nets[word] * Decimal(word[:-1]) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP):
            lines.append(f"  Liabilities:Btw:{account}  -{vat:.2f} EUR\n")
    if random.random() < 0.2:
        lines.append(f"  Assets:Kas  {random.randint(1, 100) / 100:.2f} EUR\n")
    return f'\n{day} * "klant" "werk"\n  invoice: "{customer}"\n{"".join(lines)}  Assets:Debiteuren\n'


def issue(folder: Path) -> list[Issued]:
    """Send what is to be sent, without setting any of it on paper."""
    books = open_books(Coop(folder))
    sent = to_issue(books, [], date(2026, 11, 28))
    assert not errors(sent.problems), sent.problems
    keep_issued(books.coop, sent.issued, sent.logos)
    return sent.issued


def electronic(one: Issued) -> tuple[Figures, Figures]:
    """What both e-invoices say, with the sign of the invoice."""
    made, sign = einvoice_of(Words("nl"), one), -1 if one.invoice.credits else 1
    names = ["TaxBasisTotalAmount", "TaxTotalAmount", "GrandTotalAmount"]
    cii = amounts(ElementTree.fromstring(cii_document(made)), [SUMS + name for name in names], CII)
    paths = [f"{TOTALS}TaxExclusiveAmount", "cac:TaxTotal/cbc:TaxAmount", f"{TOTALS}TaxInclusiveAmount"]
    ubl = amounts(ElementTree.fromstring(ubl_document(made)), paths, UBL)
    (a, b, c), (d, e, f) = cii, ubl
    return (a * sign, b * sign, c * sign), (d * sign, e * sign, f * sign)


def on_paper(one: Issued) -> Figures:
    """What the page says, by its own lines and sums."""
    letter, words = invoice_letter(Words("nl"), one), catalogue("nl")["letter"]
    sums = letter.sums[: [label for label, _ in letter.sums].index(words["sum_total"])]
    whole = letter.sums[len(sums)][1]
    vat = sum((amount for label, amount in sums if label != words["sum_net"]), Decimal(0))
    net = sum((line.net for line in letter.lines), Decimal(0))
    assert dict(letter.sums).get(words["sum_net"], net) == net
    return net, vat, whole


def test_a_total_is_the_same_in_every_place(tmp_path: Path, quick: Run) -> None:
    random, folder = Random(20261128), with_invoices(tmp_path / "coop")
    low = '2020-01-01 open Liabilities:Btw:Laag EUR\n  vat: "9%"\n'
    append(folder, "ledgers/accounts.beancount", f"2020-01-01 open Assets:Kas EUR\n{low}")
    append(folder, TREASURY, 'include "accounts.beancount"\n')
    replace(
        folder,
        CUSTOMERS,
        '  name: "J. Janssen"\n',
        '  name: "J."\n  street: "A"\n  postcode: "4811 AB"\n  city: "B"\n',
    )
    replace(folder, CUSTOMERS, '  country: "DE"', '  country: "DE"\n  vat_id: "DE136695976"')
    append(folder, AMINA, "".join(booking(random) for _ in range(HOW_MANY)))
    sent = issue(folder)
    for one in sent[::10]:
        credit = credit_of(one, date(2026, 11, 1), "Assets:Debiteuren", "fout")
        append(folder, TREASURY, f"\n{credit_text(credit, one)}")
    sent += issue(folder)
    for one in sent[1::7]:
        part = f"{random.randint(1, 9999) / 100:.2f}"
        append(
            folder,
            AMINA,
            f'\n2026-11-02 * "betaald" ^{one.number}\n  Assets:Kas  {part} EUR\n  Assets:Debiteuren\n',
        )
    where = "--coop", str(folder)
    done = quick("invoice", "list", "--json", *where)
    listed = {(row["file"], row["line"]): row for row in json.loads(done.out)["invoices"]}
    boxes = json.loads(quick("vat", "2026", "--json", *where).out)["boxes"]
    returned: dict[tuple[str, int], dict[str, tuple[Decimal, Decimal]]] = defaultdict(dict)
    for box in ("1a", "1b", "1e", "3b"):
        for each in boxes[box]["bookings"]:
            returned[each["file"], each["line"]][box] = Decimal(each["base"]), Decimal(each["vat"])
    by_number = {one.number: one for one in sent}
    assert len(by_number) == len(listed) == HOW_MANY + 2 + len(sent[: HOW_MANY + 2 : 10])
    due, owed, seen = Decimal(0), Decimal(0), 0
    for name in (AMINA, TREASURY):
        entries, wrong, _ = loader.load_file(str(folder / name))
        assert wrong == []
        for entry in (each for each in entries if isinstance(each, data.Transaction)):
            sold, vat, unpaid = (
                sum((p.units.number for p in entry.postings if p.account.startswith(head)), Decimal(0))
                for head in ("Income:", "Liabilities:Btw", "Assets:Debiteuren")
            )
            due -= vat if entry.date.year == 2026 else 0
            owed += unpaid
            if "invoice" not in entry.meta:
                continue
            seen += 1
            place = name, entry.meta["lineno"]
            row, one = listed[place], by_number[listed[place]["number"]]
            booked = -sold, -vat, -sold - vat
            assert booked == (Decimal(row["net"]), Decimal(row["vat"]), Decimal(row["total"]))
            assert (booked, booked) == electronic(one)
            assert booked == on_paper(one)
            taxed: dict[str, tuple[Decimal, Decimal]] = {}
            for of in one.invoice.sums:
                abroad = one.invoice.customer == "werk" and of.rate in ("0%", "reverse")
                if box := "3b" if abroad else BOXES[of.rate]:
                    before = taxed.get(box, (Decimal(0), Decimal(0)))
                    taxed[box] = before[0] + of.net, before[1] + of.vat
            assert returned.get(place, {}) == {box: both for box, both in taxed.items() if any(both)}
    assert seen == len(sent)
    assert Decimal(boxes["5a"]["vat"]) == due
    assert sum(Decimal(row["open"]) for row in listed.values()) == owed
