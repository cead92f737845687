"""An invoice or credit note in UBL 2.1 by NLCIUS, the Dutch rules for EN 16931."""

from decimal import Decimal
from xml.etree import ElementTree

from scharrel.core.money import plain
from scharrel.formats.einvoice import (
    PIECE,
    SEPA_TRANSFER,
    EInvoice,
    EInvoiceLine,
    EInvoiceTax,
    TaxCategory,
    TradeParty,
    node,
    unit_price,
    xml_bytes,
)

NLCIUS = "urn:cen.eu:en16931:2017#compliant#urn:fdc:nen.nl:nlcius:v1.0"

_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
_Node = ElementTree.Element | None


def ubl_document(invoice: EInvoice) -> bytes:
    """The invoice as XML, always the same bytes for the same invoice."""
    kind = "CreditNote" if invoice.credits else "Invoice"
    namespaces = {
        "": f"{_UBL}:{kind}-2",
        "cac": f"{_UBL}:CommonAggregateComponents-2",
        "cbc": f"{_UBL}:CommonBasicComponents-2",
    }
    reference = node("cac:InvoiceDocumentReference", [node("cbc:ID", invoice.credits)])
    content = [
        node("cbc:CustomizationID", NLCIUS),
        node("cbc:ID", invoice.number),
        node("cbc:IssueDate", str(invoice.day)),
        None if invoice.credits else node("cbc:DueDate", str(invoice.due)),
        node(f"cbc:{kind}TypeCode", invoice.type_code),
        node("cbc:Note", invoice.note),
        node("cbc:DocumentCurrencyCode", "EUR"),
        node("cbc:BuyerReference", invoice.buyer_reference),
        node("cac:BillingReference", [reference]),
        node("cac:AccountingSupplierParty", [_party(invoice.seller, seller=True)]),
        node("cac:AccountingCustomerParty", [_party(invoice.buyer, seller=False)]),
        node("cac:Delivery", [node("cbc:ActualDeliveryDate", str(invoice.delivered))]),
        _payment(invoice),
        node("cac:PaymentTerms", [node("cbc:Note", f"{invoice.due}")]) if invoice.credits else None,
        node("cac:TaxTotal", [_euros("TaxAmount", invoice.vat_amount), *map(_subtotal, invoice.taxes)]),
        node(
            "cac:LegalMonetaryTotal",
            [
                _euros("LineExtensionAmount", invoice.net_amount),
                _euros("TaxExclusiveAmount", invoice.net_amount),
                _euros("TaxInclusiveAmount", invoice.gross_amount),
                _euros("PrepaidAmount", invoice.paid) if invoice.paid else None,
                _euros("PayableAmount", invoice.payable),
            ],
        ),
        *(_line(kind, nth, line) for nth, line in enumerate(invoice.lines, 1)),
    ]
    return xml_bytes(kind, namespaces, content)


def _euros(tag: str, amount: Decimal) -> _Node:
    return node(f"cbc:{tag}", plain(amount), currencyID="EUR")


def _party(party: TradeParty, *, seller: bool) -> _Node:
    scheme, number = party.legal_id
    registered, by = (party.vat_id, "VAT") if party.vat_id else (party.kvk if seller else "", "TAX")
    company = node("cbc:CompanyID", registered)
    return node(
        "cac:Party",
        [
            node("cbc:EndpointID", number, schemeID=scheme),
            node(
                "cac:PostalAddress",
                [
                    node("cbc:StreetName", party.street),
                    node("cbc:CityName", party.city),
                    node("cbc:PostalZone", party.postcode),
                    node("cac:Country", [node("cbc:IdentificationCode", party.country)]),
                ],
            ),
            node("cac:PartyTaxScheme", [company, _scheme(by)]) if company is not None else None,
            node(
                "cac:PartyLegalEntity",
                [node("cbc:RegistrationName", party.name), node("cbc:CompanyID", number, schemeID=scheme)],
            ),
        ],
    )


def _scheme(name: str = "VAT") -> _Node:
    return node("cac:TaxScheme", [node("cbc:ID", name)])


def _payment(invoice: EInvoice) -> _Node:
    if invoice.credits or invoice.payable <= 0 or not invoice.iban:
        return None
    return node(
        "cac:PaymentMeans",
        [
            node("cbc:PaymentMeansCode", SEPA_TRANSFER),
            node("cbc:PaymentID", invoice.number),
            node("cac:PayeeFinancialAccount", [node("cbc:ID", invoice.iban)]),
        ],
    )


def _category(tag: str, tax: TaxCategory, *, reason: bool) -> _Node:
    return node(
        f"cac:{tag}",
        [
            node("cbc:ID", tax.code),
            node("cbc:Percent", f"{tax.percent:f}"),
            node("cbc:TaxExemptionReason", tax.reason if reason else ""),
            _scheme(),
        ],
    )


def _subtotal(each: EInvoiceTax) -> _Node:
    return node(
        "cac:TaxSubtotal",
        [
            _euros("TaxableAmount", each.net),
            _euros("TaxAmount", each.vat),
            _category("TaxCategory", each.tax, reason=True),
        ],
    )


def _line(kind: str, nth: int, line: EInvoiceLine) -> _Node:
    price, base, quantity = unit_price(line)
    counted = "CreditedQuantity" if kind == "CreditNote" else "InvoicedQuantity"
    return node(
        f"cac:{kind}Line",
        [
            node("cbc:ID", str(nth)),
            node(f"cbc:{counted}", f"{quantity:f}", unitCode=PIECE),
            _euros("LineExtensionAmount", line.net),
            node(
                "cac:Item",
                [node("cbc:Name", line.text), _category("ClassifiedTaxCategory", line.tax, reason=False)],
            ),
            node(
                "cac:Price",
                [
                    node("cbc:PriceAmount", f"{price:f}", currencyID="EUR"),
                    node("cbc:BaseQuantity", f"{base:f}", unitCode=PIECE) if base != 1 else None,
                ],
            ),
        ],
    )
