"""factur-x.xml: an invoice in the Cross Industry Invoice of UN/CEFACT, profile EN 16931."""

from datetime import date
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

FACTUR_X = "factur-x.xml"
"""The name under which a PDF has it."""

_UNECE = "urn:un:unece:uncefact"
_NAMESPACES = {
    "rsm": f"{_UNECE}:data:standard:CrossIndustryInvoice:100",
    "ram": f"{_UNECE}:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_UNECE}:data:standard:UnqualifiedDataType:100",
}
_Node = ElementTree.Element | None


def cii_document(invoice: EInvoice) -> bytes:
    """The invoice as XML, always the same bytes for the same invoice."""
    context = node(
        "ram:GuidelineSpecifiedDocumentContextParameter", [node("ram:ID", "urn:cen.eu:en16931:2017")]
    )
    about = [
        node("ram:ID", invoice.number),
        node("ram:TypeCode", invoice.type_code),
        _day("ram:IssueDateTime", invoice.day),
        node("ram:IncludedNote", [node("ram:Content", invoice.note)]),
    ]
    return xml_bytes(
        "rsm:CrossIndustryInvoice",
        _NAMESPACES,
        [
            node("rsm:ExchangedDocumentContext", [context]),
            node("rsm:ExchangedDocument", about),
            node(
                "rsm:SupplyChainTradeTransaction",
                [
                    *(_line(nth, line) for nth, line in enumerate(invoice.lines, 1)),
                    _agreement(invoice),
                    node(
                        "ram:ApplicableHeaderTradeDelivery",
                        [
                            node(
                                "ram:ActualDeliverySupplyChainEvent",
                                [_day("ram:OccurrenceDateTime", invoice.delivered)],
                            )
                        ],
                    ),
                    _settlement(invoice),
                ],
            ),
        ],
    )


def _day(tag: str, day: date) -> _Node:
    return node(tag, [node("udt:DateTimeString", f"{day:%Y%m%d}", format="102")])


def _line(nth: int, line: EInvoiceLine) -> _Node:
    price, base, quantity = unit_price(line)
    basis = node("ram:BasisQuantity", f"{base:f}", unitCode=PIECE) if base != 1 else None
    summation = "ram:SpecifiedTradeSettlementLineMonetarySummation"
    return node(
        "ram:IncludedSupplyChainTradeLineItem",
        [
            node("ram:AssociatedDocumentLineDocument", [node("ram:LineID", str(nth))]),
            node("ram:SpecifiedTradeProduct", [node("ram:Name", line.text)]),
            node(
                "ram:SpecifiedLineTradeAgreement",
                [node("ram:NetPriceProductTradePrice", [node("ram:ChargeAmount", f"{price:f}"), basis])],
            ),
            node(
                "ram:SpecifiedLineTradeDelivery",
                [node("ram:BilledQuantity", f"{quantity:f}", unitCode=PIECE)],
            ),
            node(
                "ram:SpecifiedLineTradeSettlement",
                [
                    node("ram:ApplicableTradeTax", [node("ram:TypeCode", "VAT"), *_category(line.tax)]),
                    node(summation, [node("ram:LineTotalAmount", plain(line.net))]),
                ],
            ),
        ],
    )


def _category(tax: TaxCategory) -> list[_Node]:
    return [node("ram:CategoryCode", tax.code), node("ram:RateApplicablePercent", f"{tax.percent:f}")]


def _agreement(invoice: EInvoice) -> _Node:
    return node(
        "ram:ApplicableHeaderTradeAgreement",
        [
            node("ram:BuyerReference", invoice.buyer_reference),
            _party("ram:SellerTradeParty", invoice.seller),
            _party("ram:BuyerTradeParty", invoice.buyer),
        ],
    )


def _party(tag: str, party: TradeParty) -> _Node:
    scheme, number = party.legal_id
    kind, registered = ("VA", party.vat_id) if party.vat_id else ("FC", party.kvk)
    if tag != "ram:SellerTradeParty" and not party.vat_id:
        registered = ""
    return node(
        tag,
        [
            node("ram:Name", party.name),
            node("ram:SpecifiedLegalOrganization", [node("ram:ID", number, schemeID=scheme)]),
            node(
                "ram:PostalTradeAddress",
                [
                    node("ram:PostcodeCode", party.postcode),
                    node("ram:LineOne", party.street),
                    node("ram:CityName", party.city),
                    node("ram:CountryID", party.country),
                ],
            ),
            node("ram:SpecifiedTaxRegistration", [node("ram:ID", registered, schemeID=kind)]),
        ],
    )


def _settlement(invoice: EInvoice) -> _Node:
    to_pay = invoice.payable > 0 and not invoice.credits
    return node(
        "ram:ApplicableHeaderTradeSettlement",
        [
            node("ram:PaymentReference", invoice.number) if to_pay else None,
            node("ram:InvoiceCurrencyCode", "EUR"),
            _payment(invoice.iban) if to_pay and invoice.iban else None,
            *(_tax(each) for each in invoice.taxes),
            node("ram:SpecifiedTradePaymentTerms", [_day("ram:DueDateDateTime", invoice.due)]),
            node(
                "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
                [
                    node("ram:LineTotalAmount", plain(invoice.net_amount)),
                    node("ram:TaxBasisTotalAmount", plain(invoice.net_amount)),
                    node("ram:TaxTotalAmount", plain(invoice.vat_amount), currencyID="EUR"),
                    node("ram:GrandTotalAmount", plain(invoice.gross_amount)),
                    node("ram:TotalPrepaidAmount", plain(invoice.paid)) if invoice.paid else None,
                    node("ram:DuePayableAmount", plain(invoice.payable)),
                ],
            ),
            node("ram:InvoiceReferencedDocument", [node("ram:IssuerAssignedID", invoice.credits)]),
        ],
    )


def _payment(iban: str) -> _Node:
    return node(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        [
            node("ram:TypeCode", SEPA_TRANSFER),
            node("ram:PayeePartyCreditorFinancialAccount", [node("ram:IBANID", iban)]),
        ],
    )


def _tax(each: EInvoiceTax) -> _Node:
    code, percent = _category(each.tax)
    return node(
        "ram:ApplicableTradeTax",
        [
            node("ram:CalculatedAmount", plain(each.vat)),
            node("ram:TypeCode", "VAT"),
            node("ram:ExemptionReason", each.tax.reason),
            node("ram:BasisAmount", plain(each.net)),
            code,
            percent,
        ],
    )
