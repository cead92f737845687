"""Invoices, credit notes, reminders and quotes as they stand on paper, and the e-invoice with them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from scharrel.core.iban import compact
from scharrel.core.money import total
from scharrel.core.names import COOP_ID
from scharrel.core.quotes import Quote
from scharrel.formats.cii import cii_document
from scharrel.formats.einvoice import (
    EInvoice,
    EInvoiceLine,
    EInvoiceTax,
    TaxCategory,
    TradeParty,
)
from scharrel.formats.epc import epc_text
from scharrel.text.payments import grouped_iban
from scharrel.text.words import LANGUAGES, Words, catalogue
from scharrel.treasury.invoices import InvoiceLine, Issued, VatSum, vat_sums
from scharrel.treasury.late_payment import LateClaim
from scharrel.treasury.quotes import Offer
from scharrel.treasury.vat_rates import VAT_RATES

_CODES = {"0%": "Z", "exempt": "E", "reverse": "AE", "export": "G"}


class PaperLine(NamedTuple):
    """A line on paper: what, how many, the price of one and what they come to without VAT, and how the VAT
    is called; amounts in euros."""

    text: str
    quantity: Decimal
    price: Decimal
    rate: str
    net: Decimal


class Letter(NamedTuple):
    """What goes to a customer, the same on paper, on a page and as text. `sender` and `addressee` are lines
    of an address, `facts` and `imprint` labels with what they say, `lines` what is sold and `sums` what
    follows from them, the last of which is the total; `lead` stands before these and `notes` behind.
    `payment` says what to pay, `transfer` how, and `qr` is what a code says to a bank's app. `attached` is
    the e-invoice, `words` are those of the template, `logo` a picture. Empty is what a letter does not
    have."""

    title: str
    about: str
    day: date
    lang: str
    name: str
    sender: Sequence[str]
    addressee: Sequence[str]
    facts: Sequence[tuple[str, str]]
    lead: Sequence[str]
    lines: Sequence[PaperLine]
    sums: Sequence[tuple[str, Decimal]]
    payment: Sequence[str]
    transfer: Sequence[tuple[str, str]]
    qr: str
    notes: Sequence[str]
    imprint: Sequence[tuple[str, str]]
    attached: str
    words: Mapping[str, Any]
    logo: bytes = b""
    logo_format: str = "svg"


def with_logo(letter: Letter, picture: bytes) -> Letter:
    """The letter with the cooperative's logo, a PNG or SVG."""
    return letter._replace(logo=picture, logo_format="png" if picture.startswith(b"\x89PNG") else "svg")


def letter_language(buyer: Mapping[str, str]) -> str:
    """The language of what goes to this customer."""
    said = buyer.get("language", "")
    return said if said in LANGUAGES else LANGUAGES[0]


def trade_party(facts: Mapping[str, str]) -> TradeParty:
    """Who sells or buys, by what the register says."""
    found = {key: facts[key] for key in TradeParty._fields if facts.get(key)}
    return TradeParty(**{"name": "", **found})


def einvoice_of(words: Words, one: Issued) -> EInvoice:
    """The e-invoice of an invoice that was sent; of a credit note all signs are turned."""
    invoice = one.invoice
    sign = -1 if invoice.credits else 1
    kinds = {each.rate: _tax(words, each.rate, one.seller) for each in invoice.sums}
    return EInvoice(
        one.number,
        invoice.day,
        invoice.delivered,
        invoice.due,
        trade_party(one.seller),
        trade_party(one.buyer),
        tuple(
            EInvoiceLine(line.text, line.quantity * sign, line.net * sign, kinds[line.rate])
            for line in invoice.lines
        ),
        tuple(EInvoiceTax(kinds[of.rate], of.net * sign, of.vat * sign) for of in invoice.sums),
        (invoice.total - invoice.owed) * sign,
        compact(one.seller.get("iban", "")),
        one.buyer.get("reference") or invoice.customer,
        invoice.credits,
        " ".join([*_about(words, one), *([invoice.reason] if invoice.reason else [])]),
    )


def invoice_letter(words: Words, one: Issued) -> Letter:
    """An invoice or credit note on paper, all of it from what was sent."""
    invoice, w = one.invoice, _paper(words)
    credit = bool(invoice.credits)
    facts = [(w["invoice_number"], one.number), (w["invoice_day"], words.day(invoice.day))]
    if invoice.delivered != invoice.day and not credit:
        facts.append((w["invoice_delivered"], words.day(invoice.delivered)))
    if not credit and invoice.owed > 0:
        facts.append((w["invoice_due"], words.day(invoice.due)))
    if reference := one.buyer.get("reference"):
        facts.append((w["invoice_reference"], reference))
    if invoice.quote:
        facts.append((w["invoice_quote"], invoice.quote))
    facts += _numbers_of(w, one.buyer)
    lead = []
    if credit:
        lead.append(w["invoice_credits"].format(number=invoice.credits))
        lead += [w["invoice_reason"].format(reason=invoice.reason)] if invoice.reason else []
    if invoice.holder != COOP_ID:
        lead.append(w["invoice_worker"].format(worker=one.worker))
    return Letter(
        title=w["invoice_credit_title" if credit else "invoice_title"],
        about=one.number,
        day=invoice.day,
        lang=words.lang,
        facts=facts,
        lead=lead,
        lines=[_line(w, line) for line in invoice.lines],
        sums=[*_sums(words, invoice.sums, invoice.owed)],
        payment=_payment(words, one),
        transfer=_transfer(words, one, invoice.owed) if not credit else [],
        qr=_qr(one.seller, invoice.owed, one.number) if not credit else "",
        notes=_reasons(words, invoice.sums, one.seller),
        attached=cii_document(einvoice_of(words, one)).decode(),
        **_parties(words, one.seller, one.buyer),
    )


def reminder_letter(
    words: Words, one: Issued, left: Decimal, day: date, *, firm: bool, claim: LateClaim | None = None
) -> Letter:
    """A letter that asks, on the day, for the euros that are `left` to pay; `firm` if one went before, with
    what is claimed beside the invoice, if anything is."""
    w, invoice = _paper(words), one.invoice
    interest = (claim.interest if claim else None) or Decimal(0)
    whole = left + interest
    values = {
        "number": one.number, "day": words.day(invoice.day), "due": words.day(invoice.due),
        "amount": words.money(whole),
    }  # fmt: skip
    key = "reminder_firm" if firm else "reminder_first"
    paid = invoice.total - left
    return Letter(
        title=w[f"{key}_title"],
        about=one.number,
        day=day,
        lang=words.lang,
        facts=[
            (w["invoice_number"], one.number),
            (w["invoice_day"], words.day(invoice.day)),
            (w["reminder_was_due"], words.day(invoice.due)),
            (w["reminder_day"], words.day(day)),
        ],
        lead=[
            w["reminder_dear"],
            *(text.format(**values) for text in w[f"{key}_lead"]),
            *_claimed(words, claim, values),
        ],
        lines=[],
        sums=[
            (w["reminder_total"], invoice.total),
            *([(w["reminder_paid"], -paid)] if paid else []),
            *([(w["reminder_interest"], interest)] if interest else []),
            (w["reminder_left"], whole),
        ],
        payment=[],
        transfer=_transfer(words, one, whole),
        qr=_qr(one.seller, whole, one.number),
        notes=[w["reminder_crossed"], w["reminder_end"].format(name=one.seller["name"])],
        attached="",
        **_parties(words, one.seller, one.buyer),
    )


def _claimed(words: Words, claim: LateClaim | None, values: Mapping[str, str]) -> Iterator[str]:
    """The interest and the costs that a letter claims, each with the law that it rests on."""
    w = _paper(words)
    if claim and claim.interest is not None:
        article = w["reminder_article_business" if claim.trades else "reminder_article"]
        rate = f"{words.number(claim.rate * 100)}%"
        yield w["reminder_interest_lead"].format(
            **values, rate=rate, article=article, interest=words.money(claim.interest)
        )
    if claim and claim.costs is not None:
        yield w["reminder_costs_lead"].format(costs=words.money(claim.costs))


def quote_letter(
    words: Words, quote: Quote, offer: Offer, seller: Mapping[str, str], buyer: Mapping[str, str], worker: str
) -> Letter:
    """A quote on paper; `worker` is who does the work, empty if that is the cooperative itself."""
    w = _paper(words)
    sums = vat_sums(offer.lines) if offer.rate else ()
    untold = w["quote_no_vat" if seller.get("vat") == "exempt" else "quote_vat"]
    return Letter(
        title=w["quote_title"],
        about=quote.number,
        day=quote.day,
        lang=words.lang,
        facts=[
            (w["quote_number"], quote.number),
            (w["quote_day"], words.day(quote.day)),
            (w["quote_until"], words.day(offer.until)),
            *([(w["invoice_reference"], reference)] if (reference := buyer.get("reference")) else []),
        ],
        lead=[w["quote_worker"].format(worker=worker)] if worker else [],
        lines=[_line(w, line._replace(text=line.text or w["quote_work"])) for line in offer.lines],
        sums=[*_sums(words, sums, quote.amount + total(each.vat for each in sums))]
        if offer.rate
        else [(w["quote_total"], quote.amount)],
        payment=[],
        transfer=[],
        qr="",
        notes=[*(_reasons(words, sums, seller) if offer.rate else [untold]), w["quote_end"]],
        attached="",
        **_parties(words, seller, buyer),
    )


def _parties(words: Words, seller: Mapping[str, str], buyer: Mapping[str, str]) -> dict[str, Any]:
    sells, buys, w = trade_party(seller), trade_party(buyer), _paper(words)
    abroad = words.country(buys.country) if buys.country != sells.country else ""
    numbers = (
        (w["chamber"], sells.kvk),
        (w["vat_id"], sells.vat_id),
        ("IBAN", grouped_iban(seller.get("iban", ""))),
    )
    return {
        "name": sells.name,
        "sender": list(filter(None, [*_place(sells), seller.get("contact"), seller.get("email")])),
        "addressee": list(filter(None, [buys.name, *_place(buys), abroad])),
        "imprint": [(label, said) for label, said in numbers if said],
        "words": w,
    }


def _place(party: TradeParty) -> tuple[str, str]:
    return party.street, f"{party.postcode} {party.city}".strip()


def _paper(words: Words) -> Any:
    return catalogue(words.lang)["letter"]


def _numbers_of(w: Any, buyer: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key in ("vat_id", "oin"):
        if number := buyer.get(key):
            yield w[f"buyer_{key}"], number


def _tax(words: Words, rate: str, seller: Mapping[str, str]) -> TaxCategory:
    percent = VAT_RATES[rate] * 100
    return TaxCategory(_CODES.get(rate, "S"), percent.normalize() + 0, _reason(words, rate, seller))


def _reason(words: Words, rate: str, seller: Mapping[str, str]) -> str:
    """Why there is no VAT, as the law wants it said."""
    small = rate == "exempt" and seller.get("vat") == "exempt"
    reasons: dict[str, str] = _paper(words)["reasons"]
    return reasons.get("small" if small else rate, "")


def _reasons(words: Words, sums: Sequence[VatSum], seller: Mapping[str, str]) -> list[str]:
    return [reason for each in sums if (reason := _reason(words, each.rate, seller))]


def _about(words: Words, one: Issued) -> Iterator[str]:
    w = _paper(words)
    if one.invoice.holder != COOP_ID:
        yield w["invoice_worker"].format(worker=one.worker)
    if one.invoice.quote:
        yield f"{w['invoice_quote']}: {one.invoice.quote}."


def _line(w: Any, line: InvoiceLine) -> PaperLine:
    rate = w["rates"].get(line.rate, line.rate)
    return PaperLine(line.text, line.quantity, line.net / line.quantity, rate, line.net)


def _sums(words: Words, sums: Sequence[VatSum], owed: Decimal) -> Iterator[tuple[str, Decimal]]:
    """Without VAT, the VAT of each rate, and together; below it what was paid at once, if it was."""
    w = _paper(words)
    net, vat = total(each.net for each in sums), total(each.vat for each in sums)
    taxed = [each for each in sums if VAT_RATES[each.rate]]
    if taxed:
        yield w["sum_net"], net
    for each in sums:
        if each in taxed:
            yield w["sum_vat"].format(rate=each.rate, net=words.money(each.net)), each.vat
        elif len(sums) > 1:
            rate = w["rates"].get(each.rate, each.rate)
            yield w["sum_untaxed"].format(rate=rate, net=words.money(each.net)), each.vat
    yield w["sum_total"], net + vat
    if paid := net + vat - owed:
        yield w["sum_paid"], -paid
        yield w["sum_left"], owed


def _payment(words: Words, one: Issued) -> list[str]:
    w, invoice = _paper(words), one.invoice
    if invoice.credits:
        return [w["pay_credit"].format(amount=words.money(-invoice.total), number=invoice.credits)]
    if invoice.owed <= 0:
        return [w["pay_nothing"]]
    return [w["pay_lead"].format(amount=words.money(invoice.owed), due=words.day(invoice.due))]


def _transfer(words: Words, one: Issued, amount: Decimal) -> list[tuple[str, str]]:
    """What goes into the bank's form, as labels with what they say."""
    w, iban = _paper(words), one.seller.get("iban", "")
    if amount <= 0 or not iban:
        return []
    said = words.money(amount), grouped_iban(iban), one.seller["name"], one.number
    return list(zip((w["pay_amount"], w["pay_to"], w["pay_name"], w["pay_text"]), said, strict=True))


def _qr(seller: Mapping[str, str], amount: Decimal, number: str) -> str:
    return epc_text(seller.get("name", ""), seller.get("iban", ""), amount, number)
