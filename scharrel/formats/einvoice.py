"""An electronic invoice by EN 16931 as plain values, before it has a syntax (`cii` and `ubl` write it)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from xml.etree import ElementTree

from scharrel.core.money import total

KVK_SCHEME, OIN_SCHEME = "0106", "0190"
"""The codes by which ISO 6523 knows the Dutch trade register, and the numbers of authorities."""

PIECE = "C62"
"""The unit of a quantity: one."""

INVOICE_CODE, CREDIT_CODE = "380", "381"
SEPA_TRANSFER = "58"


class TradeParty(NamedTuple):
    """Who sells or buys; `country` is in two letters. What is empty is not known."""

    name: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "NL"
    kvk: str = ""
    oin: str = ""
    vat_id: str = ""

    @property
    def legal_id(self) -> tuple[str, str]:
        """The scheme and number by which it is registered, or two empty texts."""
        if self.oin:
            return OIN_SCHEME, self.oin
        return (KVK_SCHEME, self.kvk) if self.kvk else ("", "")


class TaxCategory(NamedTuple):
    """A kind of VAT: a code of UNCL 5305 (S standard, Z zero, E exempt, AE reverse charge, G export), the
    percentage, and why there is none where that has to be said."""

    code: str
    percent: Decimal
    reason: str = ""


class EInvoiceLine(NamedTuple):
    """What is sold, in euros without VAT."""

    text: str
    quantity: Decimal
    net: Decimal
    tax: TaxCategory


class EInvoiceTax(NamedTuple):
    """The lines of one kind of VAT together, in euros."""

    tax: TaxCategory
    net: Decimal
    vat: Decimal


class EInvoice(NamedTuple):
    """An invoice, or a credit note if it `credits` another; then all amounts are what is given back, above
    zero. `paid` is what was paid of it already, `iban` the account to pay to."""

    number: str
    day: date
    delivered: date
    due: date
    seller: TradeParty
    buyer: TradeParty
    lines: tuple[EInvoiceLine, ...]
    taxes: tuple[EInvoiceTax, ...]
    paid: Decimal
    iban: str
    buyer_reference: str
    credits: str = ""
    note: str = ""

    @property
    def net_amount(self) -> Decimal:
        return total(line.net for line in self.lines)

    @property
    def vat_amount(self) -> Decimal:
        return total(each.vat for each in self.taxes)

    @property
    def gross_amount(self) -> Decimal:
        return self.net_amount + self.vat_amount

    @property
    def payable(self) -> Decimal:
        return self.gross_amount - self.paid

    @property
    def type_code(self) -> str:
        return CREDIT_CODE if self.credits else INVOICE_CODE


def unsound(invoice: EInvoice) -> Iterator[str]:
    """What the standard or the law asks for and is not there, as `cooperative KEY` or `customer KEY`. Reverse
    charge without the buyer's VAT id is one: the official rules let it pass with a trade register number."""
    codes = {each.tax.code for each in invoice.taxes}
    if "AE" in codes and not invoice.buyer.vat_id:
        yield "customer vat_id"
    if codes & {"S", "Z", "AE", "E", "G"} and not (invoice.seller.vat_id or invoice.seller.kvk):
        yield "cooperative vat_id"


def unit_price(line: EInvoiceLine) -> tuple[Decimal, Decimal, Decimal]:
    """The price, for how many that is, and the quantity: a price is never below zero, and where it has no
    end it is that of the whole quantity."""
    quantity = line.quantity.copy_sign(line.quantity * line.net)
    price = abs(line.net / line.quantity)
    if price == price.quantize(Decimal("0.0001")):
        return price.quantize(Decimal("0.01")) if price == round(price, 2) else price, Decimal(1), quantity
    return abs(line.net), abs(line.quantity), quantity


def node(tag: str, content: str | list[ElementTree.Element | None] | None = None, **attributes: str) -> (
    ElementTree.Element | None
):  # fmt: skip
    """An element, or nothing where it would have no content."""
    made = ElementTree.Element(tag, attributes)
    if isinstance(content, str):
        made.text = _characters(content)
    else:
        made.extend([child for child in content or () if child is not None])
    return made if made.text or len(made) else None


def xml_bytes(tag: str, namespaces: dict[str, str], content: list[ElementTree.Element | None]) -> bytes:
    """The document with this root; prefixes of `namespaces` are those that its tags have."""
    attributes = {f"xmlns:{prefix}" if prefix else "xmlns": uri for prefix, uri in namespaces.items()}
    root = ElementTree.Element(tag, attributes)
    root.extend([child for child in content if child is not None])
    ElementTree.indent(root, " ")
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _characters(text: str) -> str:
    """The text without signs that XML cannot have."""
    return "".join(
        sign if sign in "\t\n" or _allowed(ord(sign)) else "\N{REPLACEMENT CHARACTER}" for sign in text
    )


def _allowed(sign: int) -> bool:
    return 0x20 <= sign <= 0xD7FF or 0xE000 <= sign <= 0xFFFD or sign >= 0x10000
