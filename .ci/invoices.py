"""Invoices of every kind in both languages, with what is inside, into a folder for others to judge."""

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

from scharrel.core.quotes import Quote
from scharrel.formats.ubl import ubl_document
from scharrel.statements.invoice import einvoice_of, invoice_letter, quote_letter, reminder_letter, with_logo
from scharrel.statements.letters import letter_document
from scharrel.statements.making import FORMATS
from scharrel.statements.pdf import typesetters_world
from scharrel.text.words import LANGUAGES, Words
from scharrel.treasury.invoices import Invoice, InvoiceLine, Issued, credit_of, vat_sums
from scharrel.treasury.late_payment import LateClaim
from scharrel.treasury.quotes import offer_of

SELLER = {
    "name": "Coöperatie De Scharrelhoek U.A.", "kvk": "12345678", "vat_id": "NL123456782B90",
    "street": "Heuvelstraat 12", "postcode": "4812 AB", "city": "Breda", "country": "NL", "vat": "invoiced",
    "iban": "NL02ABNA0123456789", "email": "facturen@scharrelhoek.example",
}  # fmt: skip
AT = {"street": "Plein 2", "postcode": "4813 CD", "city": "Breda"}
SCHOOL = {"name": 'Basisschool "De Vlinder"', "kvk": "01234567", "reference": "PO 2026/77", **AT}
TOWN = {"name": "Gemeente", "oin": "00000001001234567000", **AT}
ABROAD = {"name": "Werk GmbH", "country": "DE", "vat_id": "DE136695976", **AT, "postcode": "10115"}
OUTSIDE = {"name": "Quartierverein", "country": "CH", **AT, "postcode": "8001"}
PRIVATE = {"name": "J. Janssen"}
MIXED = (("fiets gemaakt", "10", "100", "21%"), ("les", "3", "100", "9%"), ("korting", "1", "-5.50", "21%"))
OTHERS = (("cursus", "1", "75", "exempt"), ("levering", "1", "10", "0%"), ("vertaling", "2.5", "1", "9%"))
HOSTILE = (('#x $ \\ <b>&amp;</b> ]) @x/y "z" مرحبا 你好 {{ 7*7 }}' + "a" * 90, "1", "9999999.99", "21%"),)
LONG = tuple((f"regel {nth}", "1.5", f"{nth}.10", "21%") for nth in range(1, 60))


def issued(nth: int, sold: tuple[tuple[str, ...], ...], buyer: dict[str, str], **seller: str) -> Issued:
    lines = tuple(InvoiceLine(text, Decimal(n), Decimal(net), rate, "Income") for text, n, net, rate in sold)
    sums, day = vat_sums(lines), date(2026, 10, 5)
    made = Invoice(
        "fatma", "klant", day, date(2026, 10, 4), date(2026, 10, 19), lines, sums, (), Decimal(0), ""
    )
    owed = made.total if nth % 2 else made.total / 4
    return Issued(f"2026-{nth:04d}", made._replace(owed=round(owed, 2)), SELLER | seller, buyer, "Fatma")


CASES = [
    issued(1, MIXED, SCHOOL), issued(2, OTHERS, TOWN), issued(3, MIXED, PRIVATE), issued(4, LONG, SCHOOL),
    issued(5, (("werk", "2", "99", "reverse"),), ABROAD), issued(7, HOSTILE, SCHOOL | {"name": "<x> ø %s"}),
    issued(9, (("kar", "7", "123.45", "exempt"),), SCHOOL, vat="exempt"),
    issued(17, (("fiets", "1", "500", "export"),), OUTSIDE),
    issued(11, (("kar", "7", "123.45", "exempt"),), SCHOOL, vat="exempt", vat_id=""),
]  # fmt: skip
WORDY = (
    (
        "verbouwen van de keuken op de eerste verdieping, met het afvoeren van oude kasten, nieuw tegelwerk "
        "achter het aanrecht en het aansluiten van wat er al was, in overleg met de beheerder",
        "37.5", "1312.50", "21%",
    ),
    ("materiaal", "1", "0.01", "9%"),
)  # fmt: skip
MANY_NAMES = SCHOOL | {
    "name": "Stichting tot Behoud en Ontwikkeling van het Buurthuis aan de Korte Nieuwendijk in Breda-Noord",
    "street": "Burgemeester Van Rijckevorsel van Kessellaan 1234 bis, ingang zijkant",
}
NAME = "Coöperatie van Scharrelaars en Doeners De Scharrelhoek U.A."
CASES.append(issued(15, WORDY, MANY_NAMES, name=NAME))
BACK = credit_of(CASES[0], date(2026, 11, 2), "", "drie fietsen waren niet klaar")
CASES.append(CASES[0]._replace(number="2026-0013", invoice=BACK))
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20"><rect width="60" height="20" rx="4"/>'
    '<circle cx="10" cy="10" r="6" fill="#fff"/><path d="M20 14 L30 5 L40 14 Z" fill="#c9dbe2"/></svg>'
)
QUOTE = Quote(date(2026, 9, 3), 1, "2026-014", "De Vlinder", Decimal("850.00"))
QUOTES = [
    QUOTE,
    QUOTE._replace(
        said=(("vat", "21%"), ("line-1", "3 x pagina opgemaakt = 800.00"), ("line-2", "foto = 50.00"))
    ),
]

out = Path(sys.argv[1])
out.mkdir(parents=True)
with typesetters_world() as world:
    for words in map(Words, LANGUAGES):
        letters = {one.number: invoice_letter(words, one) for one in CASES}
        for one in CASES:
            (out / f"{one.number}-{words.lang}-cii.xml").write_text(letters[one.number].attached, "utf-8")
            if one.buyer.keys() & {"kvk", "oin"}:
                (out / f"{one.number}-{words.lang}-ubl.xml").write_bytes(
                    ubl_document(einvoice_of(words, one))
                )
        letters["logo"] = with_logo(letters[CASES[0].number], LOGO.encode())
        for nth, quote in enumerate(QUOTES):
            letters[f"quote-{nth}"] = quote_letter(words, quote, offer_of(quote), SELLER, SCHOOL, "Fatma")
        claims = LateClaim(Decimal("1.24"), Decimal("0.04"), Decimal("40.00"), trades=False)
        for nth, (firm, claim) in enumerate(((False, None), (True, None), (True, claims))):
            letters[f"reminder-{nth}"] = reminder_letter(
                words, CASES[0], Decimal("113.35"), date(2026, 11, 28), firm=firm, claim=claim
            )
        for name, letter in letters.items():
            for form in FORMATS:
                made = letter_document(letter, form, Path("none"), world)
                (out / f"{name}-{words.lang}.{form}").write_bytes(made)
