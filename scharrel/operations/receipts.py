"""What customers paid of what was sold on account, over all ledgers, for rules by which it counts then."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from scharrel.checks.invoices import credited_by, numbers_sent
from scharrel.core.facts import Holder
from scharrel.core.money import plain, total
from scharrel.core.month import Month
from scharrel.core.pots import PackIn
from scharrel.core.problems import Problem, errors
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.on_account import count_when_paid, on_account
from scharrel.operations.receivables import ledgers_on_account
from scharrel.treasury.received import Receipts, shares_of


def with_receipts(books: Books, instead: Mapping[str, Ledger] = MappingProxyType({})) -> Books:
    """The books with what was paid of every sale: a payment may stand in another ledger than what it pays.
    Ledgers `instead` stand for those that are there."""
    ledgers = {**dict(ledgers_on_account(books)), **instead}
    sound = {holder: ledger for holder, ledger in ledgers.items() if not errors(ledger.problems)}
    names = {*books.entries.customers, *(one.invoice.customer for one in books.issued)}
    names |= {quote.number for ledger in sound.values() for quote in ledger.quotes}
    found = {
        holder: on_account(ledger, holder, numbers_sent(books, holder, ledger), names)
        for holder, ledger in sound.items()
    }
    credited = credited_by(books)
    shares = shares_of(
        [sale for each in found.values() for sale in each.sales.values()],
        [
            paid._replace(numbers=frozenset(credited.get(number, number) for number in paid.numbers))
            for each in found.values()
            for paid in each.payments
        ],
    )
    by_line = {
        holder: {line: shares.get(sale.key, ()) for line, sale in each.sales.items()}
        for holder, each in found.items()
    }
    problems = [
        ledger.text.placed(problem) for ledger in ledgers.values() for problem in errors(ledger.problems)
    ]
    return books._replace(receipts=Receipts(by_line, problems))


def months_paid_in(books: Books) -> Iterator[str]:
    """The months in which customers paid those whose rules count that."""
    by_payment = {pack.id for pack in books.packs.values() if pack.by_payment}
    for holder, by_line in books.receipts.shares.items():
        said = books.holders[holder].directives if holder in books.holders else ()
        if any(directive.values.get("rules") in by_payment for directive in said):
            yield from (str(Month.of(share.day)) for shares in by_line.values() for share in shares)


def count_received(books: Books, member: Holder, ledger: Ledger, pack_in: PackIn) -> Iterator[Problem]:
    """Let what the member sold on account count when it is paid, where the rules say so; what is to be told
    of that, and what stands in the way."""
    if not any(pack.by_payment for pack in books.packs.values()):
        return
    unnumbered = count_when_paid(ledger, pack_in, books.receipts.shares.get(member.id, {}))
    for line in unnumbered:
        yield ledger.text.problem(line, "received-no-number", True)
    if ledger.on_account:
        yield from (p for p in books.receipts.problems if p.file != ledger.shown)
    gone = [moved for moved in ledger.paid if not member.active(moved.counts)]
    for line, month in dict.fromkeys((moved.line, moved.counts) for moved in gone):
        amount = total(m.amount for m in gone if (m.line, m.counts) == (line, month))
        values = {"name": member.name, "month": str(month), "amount": plain(amount)}
        yield ledger.text.problem(line, "received-left", True, **values)
