"""The bookings of a ledger as far as VAT is concerned, with what they and their postings say of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from beancount.core import data

from scharrel.core.chart import Chart
from scharrel.core.facts import Movement
from scharrel.core.quotes import RECEIVABLE
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.parsing import parse, place
from scharrel.ledger.scan import as_transaction, scan
from scharrel.ledger.source import chart_from
from scharrel.store.text import Text
from scharrel.treasury.accounts import SUSPENSE
from scharrel.treasury.invoices import numbers_paid
from scharrel.treasury.vat import TURNOVER, VatBooking, VatLeg, is_vat

_DEBITED = ("Assets:", "Expenses:")


class _Said(NamedTuple):
    """The keys and links of a booking, and by account what its postings say of their VAT, in their order."""

    keys: Mapping[str, Any]
    links: frozenset[str]
    words: Mapping[str, list[str]]


_NOTHING = _Said({}, frozenset(), {})


def vat_bookings(
    ledger: Ledger, holder: str, chart: Chart, customers: Mapping[str, Any], sent: Mapping[int, str]
) -> Iterator[VatBooking]:
    """The bookings of a sound ledger that have VAT, turnover or what a customer owes or pays; `sent` has the
    numbers of the invoices that were sent by their lines."""
    said_of = _said(ledger.text)
    matters = {
        account: is_vat(chart, account) or role in (TURNOVER, RECEIVABLE, SUSPENSE)
        for account, role in ledger.roles.items()
    }
    for line, group in groupby(ledger.movements, lambda moved: moved.line):
        movements = [moved for moved in group if moved.currency == "EUR"]
        said = said_of.get(line, _NOTHING)
        if any(matters[moved.account] for moved in movements) or any(said.words.values()):
            booking = _booking(ledger, holder, movements, said, customers)
            yield booking._replace(numbers=booking.numbers | {sent[line]}) if line in sent else booking


def _booking(
    ledger: Ledger, holder: str, movements: list[Movement], said: _Said, customers: Mapping[str, Any]
) -> VatBooking:
    words = {account: iter(each) for account, each in said.words.items()}
    file, line = ledger.text.at(movements[0].line)
    invoice, credits = (_text(said.keys, key) for key in ("invoice", "credits"))
    named = {invoice if invoice not in customers else "", credits, *numbers_paid(said.keys.get("why"))}
    return VatBooking(
        file,
        line,
        holder,
        movements[0].day,
        movements[0].text,
        tuple(
            VatLeg(
                moved.account,
                -moved.amount if moved.account.startswith(_DEBITED) else moved.amount,
                moved.role,
                next(words[moved.account], "") if moved.account in words else "",
            )
            for moved in movements
        ),
        _text(said.keys, "vat"),
        invoice if invoice in customers else "",
        frozenset(named - {""}) | said.links,
        ledger.delivered.get(movements[0].line, movements[0].earned),
    )


def _text(keys: Mapping[str, Any], key: str) -> str:
    found = keys.get(key)
    return found.strip() if isinstance(found, str) else ""


def _said(text: Text) -> dict[int, _Said]:
    """What the bookings say beside their postings, by line; nothing of those that say nothing."""
    scanned = None if text.problems else scan(text.data.decode(), chart_from(text.shown))
    if scanned:
        saying = (b for b in scanned.bookings if b.keys or b.leg_keys or "^" in b.marks)
        directives = [as_transaction(booking, text.shown) for booking in saying]
    else:
        directives = [each for each in parse(text)[0] if isinstance(each, data.Transaction)]
    found: dict[int, _Said] = {}
    for directive in directives:
        words: dict[str, list[str]] = defaultdict(list)
        for posting in directive.postings:
            words[posting.account].append(_text(posting.meta or {}, "vat"))
        told = words if any(map(any, words.values())) else {}
        found[place(directive)] = _Said(directive.meta, directive.links, told)
    return found
