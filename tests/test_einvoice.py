"""What goes to customers: the page with the e-invoice inside, the code to pay with, UBL, and reminders."""

import io
import json
import re
import zlib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdf
import pypdfium2
import pytest
from conftest import LONG, Once, Run, examples, in_process
from hypothesis import given, settings
from hypothesis import strategies as st
from invoice_coop import AMINA, CUSTOMERS, append, replace, with_invoices
from test_faults import failing_at, no_space, snapshot

from scharrel.formats.cii import cii_document
from scharrel.formats.einvoice import EInvoiceLine, TaxCategory, unit_price, unsound
from scharrel.formats.epc import epc_text
from scharrel.formats.ubl import ubl_document
from scharrel.operations.invoice_documents import without_account
from scharrel.statements.documents import Documents
from scharrel.statements.invoice import einvoice_of, invoice_letter, with_logo
from scharrel.statements.letters import letter_document, letter_source
from scharrel.statements.pdf import typesetters_world
from scharrel.store.invoices import read_issued
from scharrel.store.paths import Coop
from scharrel.text.words import Words
from scharrel.treasury.invoice_status import next_reminder
from scharrel.treasury.invoices import Invoice, InvoiceLine, Issued, credit_of, vat_sums
from scharrel.treasury.late_payment import collection_scale, statutory_interest
from scharrel.treasury.vat_rates import VAT_RATES

CII = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
}
UBL = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
ABROAD = """
2026-10-06 * "werk" "vertaling"
  invoice: "werk"
  Income:Omzet  -312.50 EUR
    quantity: 2.5
    vat: "reverse"
  Assets:Debiteuren
"""


def with_drafts(folder: Path) -> None:
    with_invoices(folder)
    replace(
        folder, CUSTOMERS, '  country: "DE"', '  country: "DE"\n  vat_id: "DE136695976"\n  language: "en"'
    )
    append(folder, AMINA, ABROAD)


def with_all(folder: Path) -> None:
    with_drafts(folder)
    assert in_process("invoice", "issue", "--coop", str(folder)).status == 0


@pytest.fixture
def sent(tmp_path: Path, once: Once) -> Path:
    return once(with_all, tmp_path / "coop")


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("einvoice") / "coop"
    with_all(folder)
    return folder


def on_page(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def attached(pdf: bytes) -> dict[str, bytes]:
    return {name: files[0] for name, files in pypdf.PdfReader(io.BytesIO(pdf)).attachments.items()}


def test_issue_writes_the_page_and_the_e_invoice_for_their_owner_alone(unchanged: Path) -> None:
    folder = unchanged / "invoices"
    files = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    # Only the community centre has a number to which an e-invoice can go.
    assert files == dict.fromkeys(["2026-0001.pdf", "2026-0002.pdf", "2026-0002.xml", "2026-0003.pdf"], 0o600)
    page = on_page((folder / "2026-0002.pdf").read_bytes())
    for part in (
        "Factuur", "2026-0002", "5 oktober 2026", "4 oktober 2026", "19 oktober 2026", "Heuvelstraat 12",
        "4812 AB Breda", "NL123456782B90", "12345678", "Stichting Buurthuis De Hoek", "Hoekstraat 1",
        "fiets rijklaar gemaakt", "10,00", "21%", "Btw 21% over € 100,00", "€ 21,00", "€ 121,00",
    ):  # fmt: skip
        assert part in page.replace("\xa0", " "), part
    page = on_page((folder / "2026-0003.pdf").read_bytes())
    for part in ("Invoice", "reverse charge", "DE136695976", "Germany", "125.00", "€312.50"):
        assert part in page, part


def test_what_is_gone_is_made_again_to_the_byte_from_what_was_kept(sent: Path, quick: Run) -> None:
    before = {path.name: path.read_bytes() for path in (sent / "invoices").iterdir()}
    (sent / "invoices/2026-0002.pdf").unlink()
    (sent / "invoices/2026-0002.xml").unlink()
    # What the register says now is no part of what was sent.
    replace(sent, CUSTOMERS, "Hoekstraat 1", "Nieuwe straat 9")
    done = quick("invoice", "issue", "--coop", str(sent))
    assert (done.status, "2 bestanden" in done.out) == (0, True)
    assert {path.name: path.read_bytes() for path in (sent / "invoices").iterdir()} == before


def test_a_template_that_does_not_work_costs_no_number(tmp_path: Path, quick: Run) -> None:
    coop = with_invoices(tmp_path / "coop")
    (coop / "templates").mkdir(exist_ok=True)
    (coop / "templates/invoice.j2").write_text("{{ view.nothing }}\n")
    done = quick("invoice", "issue", "--coop", str(coop))
    assert (done.status, "templates/invoice.j2:1" in done.err) == (1, True)
    assert not (coop / "invoices").exists()
    assert not list((coop / "ledgers").glob("invoices/*"))


def test_where_nothing_can_be_put_no_number_is_used(tmp_path: Path, quick: Run) -> None:
    coop = with_invoices(tmp_path / "coop")
    (coop / "invoices").write_text("geen map")
    done = quick("invoice", "issue", "--coop", str(coop))
    assert (done.status, "invoices is niet te schrijven" in done.err) == (1, True)
    assert not list((coop / "ledgers").glob("invoice[sd]*"))
    (coop / "invoices").unlink()
    assert quick("invoice", "issue", "--coop", str(coop)).status == 0
    assert len(list((coop / "invoices").iterdir())) == 3


def test_a_full_disk_costs_no_number(tmp_path: Path, once: Once, quick: Run) -> None:
    sound = once(with_all, tmp_path / "sound")
    expected = snapshot(sound)
    number = told = 0
    while True:
        number += 1 if LONG else 21
        coop = tmp_path / f"full-{number}"
        with_drafts(coop)
        with failing_at(number, no_space) as calls:
            done = quick("invoice", "issue", "--coop", str(coop))
        assert "Traceback" not in done.err
        told += done.status
        if len(calls) < number:
            break
        assert quick("invoice", "issue", "--coop", str(coop)).status == 0
        # What could not be cleared away goes with the next file that is written.
        assert {n: data for n, data in snapshot(coop).items() if ".new/" not in n} == expected, number
    assert told


def test_the_page_says_what_is_inside(unchanged: Path) -> None:
    pdf = (unchanged / "invoices/2026-0002.pdf").read_bytes()
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    assert [entry.get_object()["/AFRelationship"] for entry in root["/AF"]] == ["/Alternative"]
    said = root["/Metadata"].get_object().get_data().decode()
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in said
    assert re.findall(r"<pdfaid:part>3|<pdfaid:conformance>A|<pdfuaid:part>1", said)
    assert ElementTree.fromstring(said.partition("?>")[2].rpartition("<?xpacket")[0]) is not None
    inside = ElementTree.fromstring(attached(pdf)["factur-x.xml"])
    assert inside.findtext(".//ram:DuePayableAmount", namespaces=CII) == "121.00"
    assert inside.findtext(".//ram:IBANID", namespaces=CII) == "NL02ABNA0123456789"
    ubl = ElementTree.fromstring((unchanged / "invoices/2026-0002.xml").read_bytes())
    found = [
        (of.get("schemeID"), of.text)
        for of in ubl.iterfind(".//cac:PartyLegalEntity/cbc:CompanyID", namespaces=UBL)
    ]
    assert found == [("0106", "12345678"), ("0106", "87654321")]


# -- totals


SELLER = {"name": "Coöp", "kvk": "12345678", "vat_id": "NL123456782B90", "iban": "NL02ABNA0123456789"}
BUYER = {"name": "Gemeente", "oin": "00000001001234567000", "vat_id": "DE136695976", "language": "nl"}
CENTS = st.integers(-500_000, 500_000).filter(bool).map(lambda cents: Decimal(cents) / 100)
QUANTITIES = st.integers(1, 99_999).map(lambda n: Decimal(n) / 100)
SOLD = st.lists(st.tuples(CENTS, QUANTITIES, st.sampled_from([*VAT_RATES])), min_size=1, max_size=4)


def issued(sold: list[tuple[Decimal, Decimal, str]], paid: Decimal = Decimal(0)) -> Issued:
    lines = tuple(InvoiceLine("werk", quantity, net, rate, "Income:Omzet") for net, quantity, rate in sold)
    sums, day = vat_sums(lines), date(2026, 10, 5)
    owed = sum((line.net for line in lines), Decimal(0)) + sum((s.vat for s in sums), Decimal(0)) - paid
    made = Invoice("fatma", "gemeente", day, day, day, lines, sums, (), owed, "Assets:Debiteuren")
    return Issued("2026-0001", made, SELLER, BUYER, "Fatma")


def amounts(tree: ElementTree.Element, paths: list[str], names: dict[str, str]) -> list[Decimal]:
    return [Decimal(tree.findtext(f".//{path}", "0", names)) for path in paths]


FORMS = {form: Documents(Path("nowhere"), Words("nl"), form) for form in ("pdf", "html", "txt")}


@given(SOLD, st.booleans(), st.integers(-999, 999))
@settings(max_examples=examples(30))
def test_totals_are_the_same_on_paper_and_in_every_format(
    sold: list[tuple[Decimal, Decimal, str]], back: bool, paid: int
) -> None:
    one = issued(sold, Decimal(paid) / 100)
    if back:
        credit = credit_of(one, date(2026, 11, 2), "Assets:Debiteuren", "fout")
        one = one._replace(invoice=credit._replace(owed=-one.invoice.owed))
    invoice, words, sign = one.invoice, Words("nl"), -1 if back else 1
    electronic = einvoice_of(words, one)
    expected = [invoice.net_total * sign, invoice.vat_total * sign, invoice.total * sign, invoice.owed * sign]
    summation = "ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:"
    names = ["TaxBasisTotalAmount", "TaxTotalAmount", "GrandTotalAmount", "DuePayableAmount"]
    cii = ElementTree.fromstring(cii_document(electronic))
    assert amounts(cii, [summation + name for name in names], CII) == expected
    ubl = ElementTree.fromstring(ubl_document(electronic))
    total = "cac:LegalMonetaryTotal/cbc:"
    paths = [f"{total}TaxExclusiveAmount", "cac:TaxTotal/cbc:TaxAmount", f"{total}TaxInclusiveAmount",
             f"{total}PayableAmount"]  # fmt: skip
    assert amounts(ubl, paths, UBL) == expected
    letter = invoice_letter(words, one)
    for documents in FORMS.values():
        source = letter_source(letter, documents)
        for label, amount in letter.sums:
            assert label in source
            assert words.money(amount) in source


@given(CENTS, QUANTITIES)
@settings(max_examples=examples(50))
def test_price_times_quantity_is_the_line(net: Decimal, quantity: Decimal) -> None:
    price, base, count = unit_price(EInvoiceLine("", quantity, net, TaxCategory("S", Decimal(21))))
    assert price / base * count == net or abs(price / base * count - net) < Decimal("1e-20")
    assert price > 0 < base


# -- the page and the text of it


def test_the_page_and_the_text_are_made_beside_the_paper(sent: Path, quick: Run) -> None:
    for form in ("html", "txt"):
        done = quick("invoice", "issue", "--format", form, "--coop", str(sent))
        assert (done.status, "3 bestanden" in done.out) == (0, True)
    folder = sent / "invoices"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    text = (folder / "2026-0002.txt").read_text("utf-8").replace("\xa0", " ")
    assert re.search(r"fiets rijklaar gemaakt +10 +10,00 +21% +100,00\n", text)
    assert re.search(r"Btw 21% over € 100,00 +€ 21,00\nTotaal +€ 121,00\n", text)
    assert max(map(len, text.split("\n"))) <= 78
    page = (folder / "2026-0003.html").read_text("utf-8")
    assert '<html lang="en">' in page
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    assert quick("quote", "2026-014", "--format", "doc", "--coop", str(sent)).status == 2


def test_a_reminder_as_text_is_a_reminder_too(sent: Path, quick: Run) -> None:
    assert quick("invoice", "remind", "--format", "txt", "--coop", str(sent)).status == 0
    (letter,) = (sent / "invoices").glob("2026-0002-reminder-*")
    assert "€ 121,00" in letter.read_text("utf-8").replace("\xa0", " ")
    assert "kan na veertien" in quick("invoice", "remind", "--coop", str(sent)).out


def test_whatever_is_in_an_invoice_stays_text() -> None:
    said = '<script>alert(1)</script> #panic("x") {{ 7*7 }} $x$ &amp; \\ \x1b[2J \u202e "q"'
    one = issued([(Decimal(100), Decimal(1), "21%")])
    line = one.invoice.lines[0]._replace(text=said)
    back = one.invoice._replace(lines=(line,), quote=said, credits=said, reason=said)
    seller = SELLER | dict.fromkeys(["name", "street", "email"], said)
    buyer = dict.fromkeys(["name", "street", "city", "reference", "vat_id"], said)
    one = one._replace(invoice=back, worker=said, seller=seller, buyer=buyer)
    letter = with_logo(invoice_letter(Words("nl"), one), b'<svg onload="alert(2)"></svg>')
    page, text = (letter_source(letter, FORMS[form]) for form in ("html", "txt"))
    assert not re.search(r"<script|alert\(2\)|&amp; |\x1b|\u202e", page)
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == page.count("{{ 7*7 }}") > 9
    assert not re.search(r"\x1b|\u202e", text)
    assert " ".join(text.split()).count('#panic("x") {{ 7*7 }} $x$ &amp; \\ ') > 9
    with typesetters_world() as world:
        assert "#panic" in on_page(letter_document(letter, "pdf", Path("nowhere"), world))


# -- what the standard asks, and the official rules do not


def test_reverse_charge_needs_the_buyers_vat_id() -> None:
    one = issued([(Decimal(100), Decimal(1), "reverse")])
    assert [*unsound(einvoice_of(Words(), one))] == []
    without = one._replace(buyer={"name": "x", "kvk": "12345678"})
    assert [*unsound(einvoice_of(Words(), without))] == ["customer vat_id"]
    nowhere = issued([(Decimal(100), Decimal(1), "21%")])._replace(seller={**SELLER, "iban": ""})
    assert (without_account(nowhere), invoice_letter(Words(), nowhere).qr) == (True, "")
    assert not without_account(issued([(Decimal(100), Decimal(1), "21%")]))


def test_a_credit_note_names_what_it_takes_back(unchanged: Path) -> None:
    found, problems = read_issued(Coop(unchanged))
    assert not problems
    one = found[1]
    back = one._replace(
        number="2026-0009", invoice=credit_of(one, date(2026, 11, 2), "Assets:Debiteuren", "te veel")
    )
    electronic = einvoice_of(Words(), back)
    ubl = ElementTree.fromstring(ubl_document(electronic))
    assert ubl.tag.endswith("CreditNote-2}CreditNote")
    assert ubl.findtext("cbc:CreditNoteTypeCode", namespaces=UBL) == "381"
    assert ubl.findtext(".//cac:InvoiceDocumentReference/cbc:ID", namespaces=UBL) == "2026-0002"
    assert ubl.find("cac:PaymentMeans", UBL) is None
    letter = invoice_letter(Words(), back)
    assert (letter.qr, letter.transfer, letter.sums[-1][1]) == ("", [], Decimal("-121.00"))


def test_the_small_business_scheme_is_named() -> None:
    one = issued([(Decimal(100), Decimal(1), "exempt")])
    small = one._replace(seller={**SELLER, "vat": "exempt"})
    assert "artikel 25" in invoice_letter(Words("nl"), small).notes[0]
    assert "article 25" in invoice_letter(Words("en"), small).notes[0]
    assert "artikel 11" in invoice_letter(Words("nl"), one).notes[0]


# -- the code to pay with


@pytest.mark.parametrize(
    ("name", "amount", "expected"),
    [
        ("Coöperatie «De Hoek» ß €", "121", "Cooperatie De Hoek ss"),
        ("N" * 90, "0.01", "N" * 70),
        ("Naam\nBCD", "999999999.99", "Naam BCD"),
        ("Naam", "1000000000", None),
        ("Naam", "0", None),
        ("你好", "5", None),
    ],
)
def test_the_code_is_what_a_bank_reads(name: str, amount: str, expected: str | None) -> None:
    said = epc_text(name, "nl02 abna 0123 4567 89", Decimal(amount), "2026-0001")
    if expected is None:
        assert said == ""
        return
    cents = f"EUR{Decimal(amount):.2f}"
    lines = ["BCD", "002", "1", "SCT", "", expected, "NL02ABNA0123456789", cents, "", "", "2026-0001"]
    assert said.replace("  ", " ").split("\n") == lines


# -- reminders


def test_a_reminder_is_friendly_first_and_firm_after_a_fortnight(sent: Path, quick: Run) -> None:
    done = quick("invoice", "remind", "--dry-run", "--coop", str(sent))
    assert (done.status, "vriendelijke herinnering" in done.out) == (0, True)
    assert not list((sent / "invoices").glob("*reminder*"))
    assert quick("invoice", "remind", "--coop", str(sent)).status == 0
    today = date.today()  # noqa: DTZ011
    letter = sent / f"invoices/2026-0002-reminder-{today}.pdf"
    page = on_page(letter.read_bytes()).replace("\xa0", " ")
    assert "Herinnering" in page
    assert "€ 121,00" in page
    before = sorted(path.name for path in (sent / "invoices").iterdir())
    assert "kan na veertien" in quick("invoice", "remind", "--coop", str(sent)).out
    assert sorted(path.name for path in (sent / "invoices").iterdir()) == before
    letter.rename(letter.with_name(f"2026-0002-reminder-{today - timedelta(14)}.pdf"))
    assert quick("invoice", "remind", "--coop", str(sent)).status == 0
    assert "Tweede herinnering" in on_page(letter.read_bytes())


SCALE = "15% 2500, 10% 2500, 5% 5000, 1% 190000, 0.5%, min 40, max 6775"


@pytest.mark.parametrize(
    ("amount", "costs"),
    [("100.00", "40.00"), ("2500.00", "375.00"), ("3000.10", "425.01"), ("10000.00", "875.00"),
     ("200000.00", "2775.00"), ("300000.00", "3275.00"), ("2000000.00", "6775.00")],
)  # fmt: skip
def test_collection_costs_go_by_bands(amount: str, costs: str) -> None:
    scale = collection_scale(SCALE)
    assert scale
    assert scale.costs(Decimal(amount)) == Decimal(costs)


@pytest.mark.parametrize(
    ("since", "until", "interest"),
    [
        # 1000 at 4%: 40.00 a year, then 4% of 1040.00 = 41.60, and of 1081.60 half a year (181 of 365) 21.45.
        ("2025-01-01", "2025-12-31", "40.00"),
        ("2025-01-01", "2026-01-01", "40.11"),
        ("2025-01-01", "2026-12-31", "81.60"),
        ("2025-01-01", "2027-06-30", "103.05"),
        # A year with 29 February in it is a year: no day more than 4%.
        ("2023-03-01", "2024-02-29", "40.00"),
        ("2024-02-29", "2025-02-28", "40.00"),
        ("2024-02-29", "2028-02-28", "169.86"),
        ("2026-10-20", "2026-10-20", "0.11"),
    ],
)
def test_interest_is_added_after_each_year(since: str, until: str, interest: str) -> None:
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    rates = [Decimal("0.04")] * ((last - first).days + 1)
    assert statutory_interest(Decimal(1000), first, rates) == Decimal(interest)


def test_the_rate_of_each_day_counts() -> None:
    # 2026: 181 days at 4% and 184 at 6% of 1000 is 50.08; then 100 days at 6% of 1050.08 is 17.26.
    rates = [Decimal("0.04")] * 181 + [Decimal("0.06")] * 284
    assert statutory_interest(Decimal(1000), date(2026, 1, 1), rates) == Decimal("67.34")


@pytest.mark.parametrize("said", ["", "15", "15% 2500, x", "1%, 2% 10", "min 40", "15% 2500,"])
def test_what_is_no_scale_is_none(said: str) -> None:
    assert collection_scale(said) is None


def test_interest_and_costs_are_claimed_only_when_asked_for(sent: Path, quick: Run) -> None:
    register, where = "ledgers/coop.beancount", ("--coop", str(sent))
    done = quick("invoice", "remind", "--claim", *where)
    assert (done.status, "interest_business:" in done.err) == (1, True)
    rates = f'  terms: 30\n  interest: "4%"\n  interest_business: "7.3%"\n  collection: "{SCALE}"\n'
    replace(sent, register, "  terms: 30\n", rates)
    today = date.today()  # noqa: DTZ011
    for number in ("2026-0001", "2026-0002"):
        (sent / f"invoices/{number}-reminder-{today - timedelta(20)}.pdf").write_bytes(b"")
    assert quick("invoice", "remind", *where).status == 0
    plain = on_page((sent / f"invoices/2026-0002-reminder-{today}.pdf").read_bytes())
    assert "Burgerlijk Wetboek" not in plain
    for number in ("2026-0001", "2026-0002"):
        (sent / f"invoices/{number}-reminder-{today}.pdf").unlink()
    assert quick("invoice", "remind", "--claim", *where).status == 0
    for number, left, due, rate, article in (
        ("2026-0001", "60.50", date(2026, 11, 1), "0.04", "6:119 van"),
        ("2026-0002", "121.00", date(2026, 10, 19), "0.073", "6:119a"),
    ):
        pdf = (sent / f"invoices/{number}-reminder-{today}.pdf").read_bytes()
        page = " ".join(on_page(pdf).replace("\xa0", " ").split())
        late = (today - due).days
        interest = statutory_interest(Decimal(left), due + timedelta(1), [Decimal(rate)] * late)
        whole = f"{Decimal(left) + interest:.2f}".replace(".", ",")
        assert f"Nog te betalen € {whole}" in page
        assert f"dat € {interest:.2f}".replace(".", ",") in page
        assert article in page
        assert "€ 40,00, volgens het Besluit vergoeding voor buitengerechtelijke incassokosten" in page
    frozen = (sent / "ledgers/invoices/2026-0001.beancount").read_text()
    assert "interest" not in frozen
    replace(sent, register, '"7.3%"', '"ja"')
    replace(sent, register, "15% 2500", "15% van 2500")
    replace(sent, register, '"4%"', '"4"')
    problems = json.loads(quick("check", "--json", *where).out)["problems"]
    assert {p["code"] for p in problems} == {"form-interest", "form-interest-business", "form-collection"}


def test_no_letter_follows_too_soon() -> None:
    day = date(2026, 11, 28)
    assert next_reminder("1", [], day, "x") == ("1", day, False, True, "x/1-reminder-2026-11-28.pdf")
    again = next_reminder("1", [day], day + timedelta(13), "x")
    assert (again.new, again.day) == (False, day)
    assert next_reminder("1", [day], day + timedelta(14), "x")[2:4] == (True, True)


# -- the logo


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>'


def png() -> bytes:
    parts = [(b"IHDR", b"\0\0\0\2\0\0\0\2\x08\2\0\0\0"), (b"IDAT", zlib.compress(bytes(14))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in parts
    )


def pictures(pdf: Path) -> int:
    return len(pypdf.PdfReader(pdf).pages[0].images)


def test_the_logo_is_kept_with_the_invoice(tmp_path: Path, quick: Run, once: Once) -> None:
    coop, register = once(with_invoices, tmp_path / "coop"), "ledgers/coop.beancount"
    where = "--coop", str(coop)

    def codes() -> list[tuple[str, str]]:
        found = json.loads(quick("check", "--json", *where).out)["problems"]
        return [(p["file"], p["code"]) for p in found]

    replace(coop, register, "  terms: 30\n", '  terms: 30\n  logo: "logo.png"\n')
    for wrong in (
        None,
        b"",
        b"no picture",
        png()[:-1],
        png().replace(b"IDAT", b"IDAX"),
        png() + bytes(200_000),
    ):
        if wrong is not None:
            (coop / "logo.png").write_bytes(wrong)
        assert codes() == [(register, "logo")]
        assert quick("invoice", "issue", *where).status == 1
    (coop / "logo.png").write_bytes(png())
    assert codes() == []
    assert quick("invoice", "issue", *where).status == 0
    (kept,) = (coop / "ledgers/invoices").glob("logo-*")
    assert kept.read_bytes() == png()
    before = {path.name: path.read_bytes() for path in (coop / "invoices").iterdir()}
    assert [pictures(coop / f"invoices/2026-000{nth}.pdf") for nth in (1, 2)] == [1, 1]
    # Another logo from now on: what was sent keeps its own.
    (coop / "logo.svg").write_text(SVG)
    (coop / "logo.png").unlink()
    replace(coop, register, '"logo.png"', '"logo.svg"')
    for path in (coop / "invoices").iterdir():
        path.unlink()
    assert quick("invoice", "issue", *where).status == 0
    assert {path.name: path.read_bytes() for path in (coop / "invoices").iterdir()} == before
    append(coop, AMINA, QUOTE)
    assert quick("quote", "2026-014", *where).status == 0
    assert quick("invoice", "remind", *where).status == 0
    kept.chmod(0o600)
    kept.write_bytes(png().replace(b"IEND", b"IENX"))
    assert codes() == [(f"ledgers/invoices/{kept.name}", "logo-kept")]
    replace(coop, register, '"logo.svg"', '"../logo.svg"')
    assert (register, "logo") in codes()


# -- quotes


QUOTE = """
2026-09-01 custom "quote" "2026-014" "Wijkkrant" 850.00 EUR
  customer: "werk"
  vat: "21%"
  line-2: "foto = 50.00"
  line-1: "3 x pagina = 800.00"
"""
WRONG = [
    ('line-1: "drie fietsen"', "quote-line", "10 x fiets"),
    ('line-1: "0 x fiets = 850.00"', "quote-line", "10 x fiets"),
    ('line-1: "fiets = 849.99"', "quote-sum", "849.99"),
    ("until: 31", "quote-until", "until: 2026-10-01"),
    ('accepted: "ja"', "quote-answer", "accepted: 2026-09-01"),
    ("accepted: 2026-09-02\n  declined: 2026-09-03", "quote-answer", "declined: 2026-09-01"),
    ('btw: "21%"', "quote-key", "customer, until, vat"),
    ('vat: "20%"', "invoice-vat-word", "21%"),
]


@pytest.mark.parametrize(("said", "code", "part"), WRONG)
def test_what_is_wrong_in_a_quote_is_told_at_its_line(
    said: str, code: str, part: str, unchanged: Path, tmp_path: Path, quick: Run, once: Once
) -> None:
    coop = once(with_invoices, tmp_path / "coop")
    append(coop, AMINA, f'\n2026-09-01 custom "quote" "2026-014" "W" 850.00 EUR\n  {said}\n')
    last = (coop / AMINA).read_text().count("\n") - (code == "quote-sum")
    told = quick("check", "--json", "--coop", str(coop)).out
    found = {(p["line"], p["code"]): p["message"] for p in json.loads(told)["problems"]}
    assert part in found[last, code]


def test_an_answer_to_a_quote_is_told(sent: Path, quick: Run) -> None:
    where = "--coop", str(sent)

    def states() -> list[str]:
        return [q["state"] for q in json.loads(quick("report", "quotes", "--json", *where).out)["quotes"]]

    append(sent, AMINA, f"{QUOTE}  accepted: 2026-09-10\n")
    assert states() == ["accepted"]
    assert "akkoord" in quick("report", "quotes", *where).out
    replace(sent, AMINA, "accepted:", "declined:")
    assert states() == ["declined"]
    done = quick("quote", "2026-014", "--draft", *where)
    assert (done.status, "is afgewezen" in done.err) == (1, True)
    append(
        sent, AMINA,
        '\n2026-10-07 * "W" "website"\n  quote: "2026-014"\n  Income:Omzet  -850.00 EUR\n  Assets:Bank\n',
    )  # fmt: skip
    problems = json.loads(quick("check", "--json", *where).out)["problems"]
    assert "quote-declined" in {p["code"] for p in problems}
    replace(sent, AMINA, "declined:", "accepted:")
    done = quick("quote", "2026-014", "--draft", *where)
    assert (done.status, "van 850.00 is al 850.00 gefactureerd" in done.err) == (0, True)


def test_what_is_late_before_it_is_sent_is_told_first(tmp_path: Path, quick: Run) -> None:
    where = "--coop", str(with_invoices(tmp_path / "coop"))
    for command in (["list"], ["issue", "--dry-run"]):
        said = " ".join(quick("invoice", *command, *where).out.split())
        assert "waarop betaald moet zijn al voorbij: janssen (1 november 2026), buurthuis" in said
    assert "al voorbij" not in quick("invoice", "issue", *where).out
    assert "Er komt een vriendelijke" in quick("invoice", "remind", "--dry-run", *where).out


def test_a_quote_becomes_paper_and_the_draft_of_an_invoice(sent: Path, quick: Run) -> None:
    append(sent, AMINA, QUOTE)
    done = quick("quote", "2026-014", "--coop", str(sent))
    assert (done.status, "invoices/quote-2026-014.pdf" in done.out) == (0, True)
    page = on_page((sent / "invoices/quote-2026-014.pdf").read_bytes())
    for part in ("Quote", "Werk GmbH", "1 October 2026", "266.6667", "€850.00", "€178.50", "€1,028.50"):
        assert part in page, part
    before = (sent / AMINA).read_bytes()
    draft = quick("quote", "2026-014", "--draft", "--coop", str(sent)).out.partition("Zet deze")[0]
    assert (sent / AMINA).read_bytes() == before
    append(sent, AMINA, "\n" + draft)
    row = json.loads(quick("invoice", "list", "--json", "--coop", str(sent)).out)["invoices"][-1]
    assert (row["state"], row["total"], row["open"]) == ("draft", "1028.50", "1028.50")
    assert "2026-014" in quick("quote", "2026-015", "--coop", str(sent)).err
    replace(sent, AMINA, 'customer: "werk"', 'customer: "work"')
    assert "Bedoel je werk?" in quick("quote", "2026-014", "--coop", str(sent)).err
