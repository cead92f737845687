"""What the treasurer says that a bank line is, put into its month."""

from collections.abc import Sequence
from typing import NamedTuple

from scharrel.checks.bank import holder_wrong
from scharrel.core.across import HandBooking
from scharrel.core.money import total
from scharrel.core.names import COOP_ID
from scharrel.core.problems import Problem, errors
from scharrel.ledger.bank_lines import read_bank_month
from scharrel.ledger.books import Books
from scharrel.operations.bank import Bank
from scharrel.packs.bank_rules import account_wrong, read_bank_rules, with_rule
from scharrel.store.bank_lines import assigned, bank_line_text, entry_at, month_texts, with_entry
from scharrel.store.durable import read_written, remove, write_text
from scharrel.store.text import Text
from scharrel.treasury.accounts import SUSPENSE, BankAccount
from scharrel.treasury.invoice_recognition import numbers_in
from scharrel.treasury.lines import BookedLine
from scharrel.treasury.recognition import BankRule, confirming, other_side
from scharrel.treasury.suggestions import Answer, paying

BY_HAND = "by hand"


def answer_wrong(
    books: Books, bank: Bank, which: "OpenLine", answer: Answer
) -> tuple[str, dict[str, str]] | None:
    """Why the line cannot be that: a code and what the message needs."""
    own = {each.account for each in bank.accounts}
    day = which.line.day
    return account_wrong(answer.account, answer.rate, books.chart, own, day) or holder_wrong(
        books, answer.holder, [answer.account], answer.earned or day
    )


def with_invoice(bank: Bank, which: "OpenLine", answer: Answer) -> Answer:
    """The answer with the invoice that the line names, if it is put on what is owed of that one alone."""
    numbers = {bank.payables[number].number for number in numbers_in(which.line, bank.payables)}
    if answer.invoice or len(numbers) != 1:
        return answer
    one = bank.payables[numbers.pop()]
    fits = (answer.holder or COOP_ID, answer.account) == (one.holder, one.receivable)
    return answer._replace(invoice=one.number) if fits else answer


def paying_numbers(bank: Bank, said: Sequence[str]) -> Answer | None:
    """That a line pays the invoices with these numbers; nothing if they are none that go together."""
    ones = [bank.payables[bank.payables[number].number] for number in said if number in bank.payables]
    return paying([*dict.fromkeys(ones)]) if len(ones) == len(said) else None


class OpenLine(NamedTuple):
    """A line of an account."""

    account: BankAccount
    line: BookedLine


class Rewritten(NamedTuple):
    """What stood in the place of a line before, and the line as it is by now; or what is wrong."""

    was: str
    line: BookedLine
    problems: list[Problem]


def lines_called(bank: Bank, said: str) -> list[OpenLine]:
    """The lines that are called so, with the name of the account or without it."""
    return [
        OpenLine(book.account, line)
        for name, book in bank.books.items()
        for line in book.lines
        if line.id in (said, f"{name}:{said}")
    ]


def open_lines(bank: Bank) -> list[OpenLine]:
    """The lines that are not understood yet, in order of days."""
    found = [
        OpenLine(book.account, ln) for book in bank.books.values() for ln in book.lines if not ln.settled
    ]
    return sorted(found, key=lambda each: each.line.day)


def assign(books: Books, which: OpenLine, answer: Answer | HandBooking) -> Rewritten:
    """Put into the books what the line is, or which hand-made booking; WriteError if that fails."""
    text, line, problems = _find(books, which)
    if line is None:
        return Rewritten("", which.line, problems)
    if line.settled and not which.line.settled:
        return Rewritten("", line, [Problem(text.shown, line.line, "bank-line-answered", {"id": line.id})])
    was = entry_at(text.data.decode(), line.line)
    on = which.account.account
    if isinstance(answer, HandBooking):
        now = line._replace(
            holder=answer.holder, booked=answer.day, why=confirming(answer).why, settled=True, legs=()
        )
        becomes = "\n".join([bank_line_text(now, on), *_remarks(was)])
    else:
        suspended = [leg for leg in line.legs if books.chart.role(leg.account) == SUSPENSE]
        going = suspended or line.legs
        amount = -total(leg.amount for leg in going) if going else line.amount
        why = f"invoice {answer.invoice}" if answer.invoice else BY_HAND
        legs = other_side(amount, answer.account, answer.rate, books.chart)
        now = line._replace(
            holder=answer.holder, legs=legs, why=why, settled=True, booked=None, earned=answer.earned
        )
        gone = frozenset(leg.account for leg in going)
        becomes = bank_line_text(now, on) if line.booked else assigned(was, now, gone)
    _put(books, text, line, becomes)
    return Rewritten(was, now, [])


def restore(books: Books, which: OpenLine, was: str) -> Rewritten:
    """Put back what stood there before."""
    text, line, problems = _find(books, which)
    if line is None:
        return Rewritten("", which.line, problems)
    now = entry_at(text.data.decode(), line.line)
    _put(books, text, line, was)
    return Rewritten(now, which.line, [])


class RuleAdded(NamedTuple):
    """What rules/bank.toml said before a rule was added (nothing if it was not there), and says by now."""

    was: str | None
    becomes: str


def remember(books: Books, rule: BankRule) -> tuple[RuleAdded | None, list[Problem]]:
    """Put a rule at the end of rules/bank.toml, unless something is wrong with that."""
    rules, problems = read_bank_rules(books.coop, books.chart, books.holders, books.bank_accounts)
    if errors(problems):
        return None, problems
    was = read_written(books.coop.bank_rules)
    becomes = with_rule(was or "", rule, {known.id for known in rules})
    write_text(books.coop.bank_rules, becomes)
    return RuleAdded(was, becomes), []


def forget(books: Books, added: RuleAdded) -> None:
    """Take the rule out of rules/bank.toml again, unless that was changed since."""
    if read_written(books.coop.bank_rules) != added.becomes:
        return
    if added.was is None:
        remove(books.coop.bank_rules)
    else:
        write_text(books.coop.bank_rules, added.was)


def _find(books: Books, which: OpenLine) -> tuple[Text, BookedLine | None, list[Problem]]:
    """The line where it stands by now."""
    name = which.account.name
    for text in month_texts(books.coop, name):
        if text.shown == which.line.file:
            lines, problems = read_bank_month(text, which.account, books.chart, books.holders)
            line = next((line for line in lines if line.id == which.line.id), None)
            if line and not errors(problems):
                return text, line, []
            gone = Problem(text.shown, which.line.line, "bank-line-gone", {"id": which.line.id})
            return text, None, errors(problems) or [gone]
    gone = Problem(which.line.file, which.line.line, "bank-line-gone", {"id": which.line.id})
    return Text(b"", []), None, [gone]


def _put(books: Books, text: Text, line: BookedLine, entry: str) -> None:
    write_text(books.coop.root / text.shown, with_entry(text.data.decode(), line.line, entry))


def _remarks(entry: str) -> list[str]:
    return [line for line in entry.split("\n")[1:] if line.lstrip().startswith(";")]
