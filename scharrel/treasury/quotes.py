"""What a quote says below its first line: what is offered in lines, to whom, by which VAT, and until when."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import plain, total
from scharrel.core.names import nearest
from scharrel.core.quotes import Quote
from scharrel.treasury.invoices import InvoiceLine
from scharrel.treasury.vat_rates import VAT_RATES, near_rate

VALID_DAYS = 30
"""Days for which a quote holds that does not say until when."""

ANSWERS = ("accepted", "declined")
"""What a customer can say to a quote, each with the day of that."""

QUOTE_KEYS = ("customer", "until", "vat", "text", "line-1", *ANSWERS)
_LINE = re.compile(
    r"(?:(?P<quantity>\d{1,9}(?:\.\d{1,4})?) ?[x×] )?(?P<text>\S.*?) ?= ?(?P<net>-?\d{1,9}(?:\.\d\d)?)"
)
_LINE_KEY = re.compile(r"line-(\d{1,3})")


class Offer(NamedTuple):
    """A quote as it goes to a customer: `customer` is the short name of one that is known, or empty; `rate`
    is the word of its VAT, or empty; `lines` come to what the quote says."""

    customer: str
    until: date
    rate: str
    lines: tuple[InvoiceLine, ...]


class QuoteFault(NamedTuple):
    """What is wrong behind a key of a quote: a code, and what the message needs."""

    key: str
    code: str
    values: dict[str, str]


def offer_of(quote: Quote) -> Offer:
    """What is offered, of a quote in which nothing is wrong."""
    said = dict(quote.said)
    rate = said.get("vat", "")
    lines = tuple(
        InvoiceLine(found["text"], Decimal(found["quantity"] or 1), Decimal(found["net"]), rate, "")
        for _, text in _lines(quote)
        if (found := _LINE.fullmatch(text))
    )
    whole = InvoiceLine(said.get("text", ""), Decimal(1), quote.amount, rate, "")
    until = date.fromisoformat(said["until"]) if "until" in said else quote.day + timedelta(VALID_DAYS)
    return Offer(said.get("customer", ""), until, rate, lines or (whole,))


def answer_to(quote: Quote) -> str:
    """What the customer said to the quote, or nothing: one of ANSWERS."""
    return next((key for key, _ in quote.said if key in ANSWERS), "")


def quote_faults(quote: Quote) -> Iterator[QuoteFault]:
    """What cannot be understood of what stands below the quote."""
    said = [key for key, _ in quote.said if key in ANSWERS]
    for key, value in quote.said:
        if key == "until":
            if not _is_day(value):
                yield QuoteFault(key, "quote-until", {"day": str(quote.day + timedelta(VALID_DAYS))})
        elif key in ANSWERS:
            if not _is_day(value) or len(said) > 1:
                yield QuoteFault(key, "quote-answer", {"key": key, "day": str(quote.day)})
        elif key == "vat":
            if value not in VAT_RATES:
                values = {"value": value, "choices": ", ".join(VAT_RATES), "near": near_rate(value)}
                yield QuoteFault(key, "invoice-vat-word", values)
        elif _LINE_KEY.fullmatch(key):
            found = _LINE.fullmatch(value)
            if not found or (found["quantity"] and not Decimal(found["quantity"])):
                yield QuoteFault(key, "quote-line", {"key": key})
        elif key not in QUOTE_KEYS:
            yield QuoteFault(key, "quote-key", {"key": key, "near": nearest(key, QUOTE_KEYS)})
    read = [_LINE.fullmatch(text) for _, text in _lines(quote)]
    sums = total(Decimal(found["net"]) for found in read if found)
    if read and all(read) and sums != quote.amount:
        yield QuoteFault("", "quote-sum", {"amount": plain(quote.amount), "lines": plain(sums)})


def _lines(quote: Quote) -> list[tuple[int, str]]:
    """The lines by their numbers."""
    found = ((_LINE_KEY.fullmatch(key), value) for key, value in quote.said)
    return sorted((int(number[1]), value) for number, value in found if number)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
