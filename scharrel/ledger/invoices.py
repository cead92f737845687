"""Bookings about invoices as a ledger has them: what is to be invoiced, and what is paid of what was."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from scharrel.core.chart import Chart
from scharrel.core.money import total
from scharrel.core.names import key_meant
from scharrel.core.quotes import RECEIVABLE
from scharrel.ledger.parsing import metadata, place
from scharrel.store.text import Text
from scharrel.treasury.invoices import (
    InvoiceBooking,
    SoldLine,
    VatPosting,
    numbers_paid,
)
from scharrel.treasury.lines import tidy
from scharrel.treasury.vat_rates import VAT_RATES, near_rate

if TYPE_CHECKING:
    from scharrel.ledger.postings import CompletePosting

INVOICE_KEYS = frozenset({"invoice", "delivered", "credits"})
"""What a booking says below its first line that makes it one about invoices."""

LINE_KEYS = frozenset({"line", "quantity", "vat"})
"""What a posting says below it of the line of an invoice that it is."""

OTHER_LINE_WORDS = {
    "aantal": "quantity", "regel": "line", "omschrijving": "line", "btw": "vat", "tarief": "vat",
    "rate": "vat",
}  # fmt: skip
"""What people write instead of these."""

_RATE = re.compile(r"\d{1,2}%")
_NOT_DUE = ("input", "reverse", "reverse-eu", "reverse-non-eu", "private")
_MAX_DECIMALS = 4

_Say = Callable[..., None]


def about_invoices(transaction: Any) -> bool:
    """Whether the booking names a customer or an invoice."""
    meta = transaction.meta
    return bool(transaction.links or not INVOICE_KEYS.isdisjoint(meta) or numbers_paid(meta.get("why")))


def invoice_booking(
    transaction: Any, postings: list["CompletePosting"], text: Text, chart: Chart, holder: str, say: _Say
) -> InvoiceBooking | None:
    """What the booking says of invoices; nothing if that is nothing. What cannot be is told by `say`."""
    line, meta = place(transaction), transaction.meta
    euros = [(account, number, at) for account, number, unit, at in postings if unit == "EUR"]
    owed_on = [account for account, _, _ in euros if chart.role(account) == RECEIVABLE]
    named = _text(meta, "invoice", line, text, say)
    credits = _text(meta, "credits", line, text, say)
    if not named and not credits and not owed_on:
        return None
    below = {place(posting): posting for posting in transaction.postings}
    sold = [
        _sold(account, number, below.get(at), transaction, text, say) for account, number, at in euros
        if account.startswith("Income:")
    ] if named else []  # fmt: skip
    numbers = {*transaction.links, named, *numbers_paid(meta.get("why"))}
    delivered = meta.get("delivered", transaction.date)
    if not isinstance(delivered, date):
        say(text.key_line(line, "delivered"), "invoice-delivered", day=str(transaction.date))
        delivered = transaction.date
    return InvoiceBooking(
        holder,
        transaction.date,
        line,
        text.at(line),
        named,
        frozenset(filter(None, numbers)),
        _on_one_line(transaction.narration),
        tuple(sold),
        tuple(_vat(account, number, chart) for account, number, _ in euros if _is_due(account, chart)),
        total(number for account, number, _ in euros if account in owed_on),
        owed_on[0] if owed_on else "",
        any(p.account in owed_on and hasattr(p.units, "number") for p in transaction.postings),
        delivered,
        _on_one_line(meta.get("quote")),
        credits,
        _on_one_line(meta.get("reason")),
    )


def _text(meta: Any, key: str, line: int, text: Text, say: _Say) -> str:
    said = meta.get(key)
    if said is not None and not isinstance(said, str):
        say(text.key_line(line, key), "text-unquoted", key=key, value=str(said))
    return _on_one_line(said)


def _on_one_line(said: Any) -> str:
    """Text as it can stand on an invoice."""
    return tidy(said) if isinstance(said, str) else ""


def _sold(account: str, number: Decimal, posting: Any, transaction: Any, text: Text, say: _Say) -> SoldLine:
    told = metadata(posting) if posting is not None else {}
    line = place(posting) if posting is not None else place(transaction)
    for code, key, values in _wrong(told):
        say(text.key_line(line, key), code, key=key, **values)
    said, quantity = told.get("line"), told.get("quantity")
    rate = told.get("vat", transaction.meta.get("vat"))
    return SoldLine(
        account,
        -number,
        _on_one_line(said or transaction.narration),
        quantity if isinstance(quantity, Decimal) and quantity else Decimal(1),
        rate if isinstance(rate, str) and rate in VAT_RATES else "",
        line,
    )


def _wrong(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What is wrong with what a line of an invoice says: a code, the key, and what the message needs."""
    for key, value in told.items():
        if key not in LINE_KEYS:
            if near := key_meant(key, LINE_KEYS, OTHER_LINE_WORDS):
                yield "invoice-line-key", key, {"near": near}
        elif key == "line" and not (isinstance(value, str) and value.strip()):
            yield "invoice-line-text", key, {}
        elif key == "quantity" and not (
            isinstance(value, Decimal) and value and -int(value.as_tuple().exponent) <= _MAX_DECIMALS
        ):
            yield "invoice-quantity", key, {}
        elif key == "vat" and not (isinstance(value, str) and value in VAT_RATES):
            word = format(value, "f") if isinstance(value, Decimal) else str(value or "")
            values = {"value": word, "near": near_rate(word), "choices": ", ".join(VAT_RATES)}
            yield "invoice-vat-word", key, values


def _is_due(account: str, chart: Chart) -> bool:
    word = chart.vat(account)
    return word not in _NOT_DUE and (bool(word) or chart.role(account) == "vat")


def _vat(account: str, number: Decimal, chart: Chart) -> VatPosting:
    word = chart.vat(account)
    return VatPosting(account, -number, word if _RATE.fullmatch(word) else "")
