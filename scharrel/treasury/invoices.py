"""Invoices as values: what a booking sells to a customer, by which rates of VAT, and what was sent."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.chart import Chart
from scharrel.core.facts import Dated
from scharrel.core.money import ZERO, plain, to_cents, total
from scharrel.core.month import Month
from scharrel.core.pack import Facts
from scharrel.treasury.recognition import vat_accounts
from scharrel.treasury.vat_rates import VAT_RATES, possible_rates

INVOICE_NUMBER = re.compile(r"\d{4}-\d{4,}")
DEFAULT_TERMS = 14
"""Days to pay where neither the customer nor the cooperative says another number."""

SIMPLIFIED = Decimal(100)
"""Euros up to which an invoice may do without the customer's address (article 34d of the Dutch VAT act)."""

_TAXED = tuple(word for word, rate in VAT_RATES.items() if rate)


class SoldLine(NamedTuple):
    """A posting on income of a booking that is to be invoiced: what is sold, without VAT; `rate` is what it
    says of its VAT, empty if it says nothing; `line` is where it stands."""

    account: str
    net: Decimal
    text: str
    quantity: Decimal
    rate: str
    line: int


class VatPosting(NamedTuple):
    """A posting of VAT that is due, in euros, and the rate that the chart says of its account, if it does."""

    account: str
    amount: Decimal
    rate: str


class InvoiceBooking(NamedTuple):
    """A booking that names a customer or invoices: `named` is what stands behind `invoice:`, `numbers` are
    all that it names in any way. `owed` is what it adds to what customers owe, on the account `receivable`;
    `written` whether that stands there as a number. `line` counts in the holder's ledger with all that
    stands behind it; `place` is the file and line where it stands."""

    holder: str
    day: date
    line: int
    place: tuple[str, int]
    named: str
    numbers: frozenset[str]
    text: str
    sold: tuple[SoldLine, ...]
    vat: tuple[VatPosting, ...]
    owed: Decimal
    receivable: str
    written: bool
    delivered: date
    quote: str
    credits: str
    reason: str


class InvoiceLine(NamedTuple):
    """A line of an invoice: euros without VAT, and the word of its rate."""

    text: str
    quantity: Decimal
    net: Decimal
    rate: str
    account: str


class VatSum(NamedTuple):
    """The lines of one rate together, in euros."""

    rate: str
    net: Decimal
    vat: Decimal


class Invoice(NamedTuple):
    """What goes to a customer. `vat` has the VAT as it is booked, `owed` what of the total is not paid at
    once; `credits` is the number of the invoice that it takes back, if it does."""

    holder: str
    customer: str
    day: date
    delivered: date
    due: date
    lines: tuple[InvoiceLine, ...]
    sums: tuple[VatSum, ...]
    vat: tuple[VatPosting, ...]
    owed: Decimal
    receivable: str
    quote: str = ""
    credits: str = ""
    reason: str = ""

    @property
    def net_total(self) -> Decimal:
        return total(line.net for line in self.lines)

    @property
    def vat_total(self) -> Decimal:
        return total(each.vat for each in self.sums)

    @property
    def total(self) -> Decimal:
        return self.net_total + self.vat_total

    @property
    def sent(self) -> tuple[object, ...]:
        """What the customer has in hand: two invoices that are alike in this are the same."""
        lines = tuple(line._replace(account="") for line in self.lines)
        days = self.day, self.delivered
        return self.holder, self.customer, *days, lines, self.sums, self.quote, self.credits


class Issued(NamedTuple):
    """An invoice as it was sent: its number, who sold and who bought as the register said then, the name of
    whose work it is, and the files that have it and its booking."""

    number: str
    invoice: Invoice
    seller: Mapping[str, str]
    buyer: Mapping[str, str]
    worker: str
    file: str = ""
    source: str = ""


class Draft(NamedTuple):
    """A booking that is to be invoiced, and the invoice that it makes, unless something is wrong with it."""

    booking: InvoiceBooking
    invoice: Invoice | None


class Unclear(NamedTuple):
    """What stands against making an invoice of a booking: the line, a code and what the message needs. A
    question only stands against sending it."""

    line: int
    code: str
    values: Mapping[str, str] = {}
    question: bool = False


def numbers_paid(why: object) -> list[str]:
    """The invoices that a bank line pays, by what it says of why it stands where it does."""
    said = str(why)
    return INVOICE_NUMBER.findall(said) if said.startswith("invoice ") else []


def facts_on(of: Dated | None, day: date) -> Facts:
    """What holds of a customer or the cooperative on the day; before anything was said what was said
    first."""
    return of.facts(max(Month.of(day), of.first)) if of else {}


def made_invoice(
    booking: InvoiceBooking, customer: str, terms: int, chart: Chart, *, exempt: bool
) -> Invoice | Unclear:
    """The invoice to the customer that the booking makes; `exempt` is whether the cooperative charges no
    VAT, `terms` are the days to pay."""
    if not booking.sold:
        return Unclear(booking.line, "invoice-nothing")
    rates = _rates(booking, exempt=exempt)
    if isinstance(rates, Unclear):
        return rates
    lines = tuple(
        InvoiceLine(sold.text, sold.quantity, sold.net, rate, sold.account)
        for sold, rate in zip(booking.sold, rates, strict=True)
    )
    sums = vat_sums(lines)
    if not _as_booked(booking, sums):
        return _wrong_vat(booking, sums, chart)
    days = 0 if booking.credits else terms
    return Invoice(
        booking.holder, customer, booking.day, booking.delivered, booking.day + timedelta(days), lines, sums,
        booking.vat, booking.owed, booking.receivable, booking.quote, booking.credits, booking.reason,
    )  # fmt: skip


def vat_sums(lines: Sequence[InvoiceLine]) -> tuple[VatSum, ...]:
    """The VAT of the lines: of each rate over all of it together, half a cent away from zero."""
    found = []
    for word, rate in VAT_RATES.items():
        if of_rate := [line.net for line in lines if line.rate == word]:
            net = total(of_rate)
            found.append(VatSum(word, net, to_cents(net * rate, "half-up")))
    return tuple(found)


def _rates(booking: InvoiceBooking, *, exempt: bool) -> list[str] | Unclear:
    """The rate of each line: what it says, else that of the VAT account, else the one that fits."""
    said = [sold.rate for sold in booking.sold]
    charged = [posting for posting in booking.vat if posting.amount]
    if exempt:
        taxed = next((sold for sold in booking.sold if VAT_RATES.get(sold.rate)), None)
        if charged or taxed:
            return Unclear(taxed.line if taxed else booking.line, "invoice-exempt")
        return [rate or "exempt" for rate in said]
    if all(said):
        return said
    line = next(sold.line for sold in booking.sold if not sold.rate)
    accounts = sorted({posting.account for posting in charged})
    if len(accounts) > 1:
        return Unclear(line, "invoice-rates", {"accounts": ", ".join(accounts)}, True)
    if not charged:
        return Unclear(line, "invoice-no-vat", {}, True)
    booked = total(posting.amount for posting in charged)
    sold = [(line.net, line.rate) for line in booking.sold]
    fits = possible_rates(sold, {charged[0].rate: booked}, booking.delivered)
    if len(fits) > 1:
        return Unclear(line, "invoice-two-rates", {"rates": ", ".join(fits)}, True)
    if not fits:
        right = ", ".join(f"{rate}: {plain(_vat_at(booking, rate))}" for rate in _TAXED)
        return Unclear(booking.line, "invoice-no-rate", {"booked": plain(booked), "right": right})
    return [each or fits[0] for each in said]


def _vat_at(booking: InvoiceBooking, rate: str) -> Decimal:
    """The VAT of the booking if this is the rate of every line that says none."""
    lines = [InvoiceLine("", s.quantity, s.net, s.rate or rate, s.account) for s in booking.sold]
    return total(each.vat for each in vat_sums(lines))


def _as_booked(booking: InvoiceBooking, sums: Sequence[VatSum]) -> bool:
    """Whether the VAT in the booking is that of the rates: on the account of each rate, or together."""
    left = {each.rate: each.vat for each in sums}
    unrated = ZERO
    for posting in booking.vat:
        if posting.rate:
            left[posting.rate] = left.get(posting.rate, ZERO) - posting.amount
        else:
            unrated += posting.amount
    rated = {posting.rate for posting in booking.vat}
    return not any(left[rate] for rate in rated & left.keys()) and unrated == total(
        amount for rate, amount in left.items() if rate not in rated
    )


def _wrong_vat(booking: InvoiceBooking, sums: Sequence[VatSum], chart: Chart) -> Unclear:
    """What the VAT should be, and the lines that say so."""
    used = {posting.rate: posting.account for posting in booking.vat}
    lines = [
        f"{used.get(each.rate) or used.get('') or due_account(chart, each.rate)}  {plain(-each.vat)} EUR"
        for each in sums
        if each.vat
    ]
    whole = total(sold.net for sold in booking.sold) + total(each.vat for each in sums)
    if booking.receivable:
        at_once = total((*(s.net for s in booking.sold), *(v.amount for v in booking.vat))) - booking.owed
        lines.append(f"{booking.receivable}  {plain(whole - at_once)} EUR")
    values = {
        "right": ", ".join(f"{each.rate}: {plain(each.vat)}" for each in sums),
        "booked": plain(total(posting.amount for posting in booking.vat)),
        "lines": " · ".join(lines),
    }
    return Unclear(booking.line, "invoice-vat" if booking.vat else "invoice-vat-lacks", values)


def due_account(chart: Chart, rate: str) -> str:
    """The account for VAT that is due at the rate: that of the rate, else the one for VAT that is not
    reclaimed."""
    if of_rate := vat_accounts(chart, "Income:", VAT_RATES[rate]):
        return of_rate[0]
    others = [name for name in chart.accounts if chart.role(name) == "vat" and not chart.vat(name)]
    leaves = [name for name in others if not any(other.startswith(f"{name}:") for other in others)]
    liable = [name for name in leaves if name.startswith("Liabilities:")]
    due = [name for name in liable if re.search(r"versch|due|afdr|hoog|laag", name.casefold())]
    return next(iter([*due, *liable, *leaves]), "Liabilities:Btw")


def terms_of(customer: Facts, cooperative: Facts) -> int:
    """How many days a customer has to pay."""
    said = (facts.get("terms") for facts in (customer, cooperative))
    return int(next((days for days in said if isinstance(days, Decimal)), DEFAULT_TERMS))


def lacking(invoice: Invoice, seller: Mapping[str, str], buyer: Mapping[str, str], scheme: str) -> list[str]:
    """What the invoice has to say by article 35a of the Dutch VAT act and nothing says, as
    `cooperative KEY`, `customer KEY` or `line`."""
    whole = scheme != "exempt" and not invoice.credits and invoice.total > SIMPLIFIED
    reverse = any(line.rate == "reverse" for line in invoice.lines)
    electronic = bool(buyer.get("kvk") or buyer.get("oin"))
    address = ("street", "postcode", "city")
    of_seller = ["name", *address, *(["vat_id"] if scheme != "exempt" else [])]
    of_seller += ["kvk"] if electronic else []
    of_buyer = ["name", *(address if whole or reverse or electronic else ())]
    of_buyer += ["vat_id"] if reverse else []
    found = [f"cooperative {key}" for key in of_seller if not seller.get(key)]
    found += [f"customer {key}" for key in of_buyer if not buyer.get(key)]
    return found + (["line"] if not all(line.text for line in invoice.lines) else [])


def matched(
    issued: Sequence[Issued], drafts: Iterable[Draft]
) -> tuple[dict[str, Draft], list[Draft], list[tuple[Issued, Draft | None]]]:
    """The drafts behind what was issued, by number; those that are yet to be sent; and what was issued of
    which the booking is no longer what was sent, with the draft that it may have become."""
    left = list(drafts)
    behind: dict[str, Draft] = {}
    by_content: dict[object, list[Draft]] = {}
    for draft in left:
        if draft.invoice:
            by_content.setdefault(draft.invoice.sent, []).append(draft)
    for one in issued:
        if found := by_content.get(one.invoice.sent):
            # Of two that are alike the one that names the number, or stands first.
            named = next((draft for draft in found if one.number in draft.booking.numbers), found[0])
            found.remove(named)
            behind[one.number] = named
    used = {id(draft) for draft in behind.values()}
    left = [draft for draft in left if id(draft) not in used]
    lost: list[tuple[Issued, Draft | None]] = []
    for one in issued:
        if one.number not in behind:
            became = next((draft for draft in left if _may_be(one, draft)), None)
            if became:
                left.remove(became)
            lost.append((one, became))
    return behind, left, lost


def _may_be(one: Issued, draft: Draft) -> bool:
    """Whether the booking can be what became of the one that was sent."""
    sent, now = one.invoice, draft.booking
    texts, now_texts = ({line.text for line in lines} for lines in (sent.lines, now.sold))
    return now.named in (sent.customer, one.number) and (now.day == sent.day or bool(texts & now_texts))


def next_number(year: int, taken: Iterable[str]) -> str:
    """The number that comes next in the series of the year."""
    last = last_numbers(n for n in taken if n.startswith(f"{year}-"))
    return f"{year}-{int(last[0].partition('-')[2]) + 1 if last else 1:04d}"


def last_numbers(taken: Iterable[str]) -> list[str]:
    """The last number of each year."""
    last: dict[str, int] = {}
    for number in taken:
        year, _, nth = number.partition("-")
        last[year] = max(int(nth), last.get(year, 0))
    return [f"{year}-{nth:04d}" for year, nth in sorted(last.items())]


def missing_numbers(taken: Iterable[str]) -> list[str]:
    """The numbers that are not there, though later ones of their year are taken."""
    there = set(taken)
    found = []
    for last in last_numbers(there):
        year, _, nth = last.partition("-")
        series = (f"{year}-{number:04d}" for number in range(1, int(nth) + 1))
        found += [number for number in series if number not in there]
    return found


def credit_of(one: Issued, day: date, receivable: str, reason: str) -> Invoice:
    """What takes the whole invoice back on the day: the signs turned, all of it owed to the customer."""
    sent = one.invoice
    return sent._replace(
        day=day,
        delivered=day,
        due=day,
        lines=tuple(line._replace(quantity=-line.quantity, net=-line.net) for line in sent.lines),
        sums=tuple(each._replace(net=-each.net, vat=-each.vat) for each in sent.sums),
        vat=tuple(posting._replace(amount=-posting.amount) for posting in sent.vat),
        owed=-sent.total,
        receivable=receivable,
        quote="",
        credits=one.number,
        reason=reason,
    )
