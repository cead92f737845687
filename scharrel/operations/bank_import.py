"""Statements into the books: read → join → recognise → write, all of it or nothing."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from scharrel.checks.bank import holder_wrong
from scharrel.core.across import HandBooking
from scharrel.core.problems import Problem, errors
from scharrel.formats.bank import read_bank_file
from scharrel.formats.records import BankLine, BankStatement, UnreadableBankFile
from scharrel.ledger.books import Books
from scharrel.operations.bank import Bank
from scharrel.store.bank_lines import (
    bank_line_text,
    gap_text,
    kept_statement,
    make_read_only,
    month_path,
    month_texts,
    month_too_large,
    record_text,
    with_entries,
)
from scharrel.store.processes import Progress
from scharrel.store.together import put_together
from scharrel.treasury.accounts import SUSPENSE, BankAccount
from scharrel.treasury.following import (
    JoinedLine,
    Joining,
    StatementRefused,
    broken_records,
    covered_to,
    disturbing,
)
from scharrel.treasury.invoice_recognition import after_payment, paid_invoices
from scharrel.treasury.invoices import numbers_paid
from scharrel.treasury.lines import BankBook, BookedLine, CounterLeg, account_of
from scharrel.treasury.recognition import (
    Finder,
    Recognised,
    by_rule,
    can_confirm,
    confirming,
    recognised,
    unconfirmed,
)


class Download(NamedTuple):
    """A file of the bank: its name as it was asked for, and what is in it."""

    name: str
    content: bytes


class ReadStatement(NamedTuple):
    """A statement of a file, the account that it is of, and the name under which the file is kept there."""

    file: Download
    account: BankAccount
    statement: BankStatement
    kept: str

    @property
    def shown(self) -> str:
        return _shown(self.file.name, self.statement.part)


class ImportedLine(NamedTuple):
    """A line as it stands in the books of an account, and whether it was there before."""

    account: str
    booked: BookedLine
    known: bool


class Imported(NamedTuple):
    """What came of the files: the kind of each, their statements and lines, how many lines were pending, each
    account's book by now, and what is wrong."""

    kinds: dict[str, str]
    statements: list[ReadStatement]
    lines: list[ImportedLine]
    pending: int
    books: dict[str, BankBook]
    problems: list[Problem]


def import_statements(
    books: Books, bank: Bank, files: Sequence[Download], reason: str, *, write: bool, progress: Progress
) -> Imported:
    """Join the statements of the files to the books; a gap needs a reason. Nothing is written if anything is
    an error; WriteError if it cannot be."""
    kinds, statements, problems = _read(bank.accounts, files)
    problems = [*bank.problems, *problems]
    pending = sum(read.statement.pending for read in statements)
    if errors(problems):
        return Imported(kinds, statements, [], pending, bank.books, problems)
    lines: list[ImportedLine] = []
    changed: dict[Path, bytes] = {}
    after = dict(bank.books)
    for name, book in bank.books.items():
        own = [read for read in statements if read.account.name == name]
        if not own:
            continue
        joining, joined, wrong = _join(book, own, reason)
        problems += wrong
        if errors(wrong):
            continue
        found = _recognise(books, bank, book, joined, progress)
        lines += found
        becomes = {line.booked.id: line.booked for line in found if not line.known}
        whole = joining.book
        after[name] = whole._replace(lines=tuple(becomes.get(line.id, line) for line in whole.lines))
        months, wrong = _months(books, book, after[name])
        problems += [*_unconfirmed(own, after[name]), *wrong]
        changed |= months
        changed |= {books.coop.bank / name / read.kept: read.file.content for read in own}
    if write and not errors(problems):
        put_together(books.coop.bank, changed)
        for name in after:
            make_read_only(books.coop, name)
    return Imported(kinds, statements, lines, pending, after, problems)


def _read(
    accounts: Sequence[BankAccount], files: Iterable[Download]
) -> tuple[dict[str, str], list[ReadStatement], list[Problem]]:
    kinds: dict[str, str] = {}
    found: list[ReadStatement] = []
    problems: list[Problem] = []
    for file in files:
        try:
            kinds[file.name], statements = read_bank_file(file.content)
        except UnreadableBankFile as wrong:
            problems.append(Problem(_shown(file.name, wrong.part), wrong.line, wrong.code, wrong.values))
            continue
        own: dict[BankAccount, list[BankStatement]] = {}
        for statement in statements:
            shown = _shown(file.name, statement.part)
            problems += [Problem(shown, line, code, {}, True) for line, code in statement.warnings]
            account = account_of(statement.account, accounts)
            if wrong_one := _not_taken(statement, account, accounts):
                code, values, warning = wrong_one
                problems.append(Problem(shown, statement.line, code, values, warning))
            elif account:
                own.setdefault(account, []).append(statement)
        for account, those in own.items():
            days = [day for one in those for day in (one.first, one.last) if day]
            kept = kept_statement(kinds[file.name], min(days), max(days), file.content)
            found += [ReadStatement(file, account, statement, kept) for statement in those]
    return kinds, found, problems


def _not_taken(
    statement: BankStatement, account: BankAccount | None, accounts: Sequence[BankAccount]
) -> tuple[str, dict[str, str], bool] | None:
    """Why the statement is left out: a code, what the message needs, and whether all else can go on."""
    if account is None:
        known = ", ".join(f"{each.iban} ({each.name})" for each in accounts)
        return "statement-account", {"account": statement.account, "known": known}, False
    values = {"account": account.name, "day": str(account.day), "currency": statement.currency}
    if statement.currency != "EUR":
        return "statement-currency", values, False
    if statement.first is None or statement.last is None:
        return "statement-no-days", values, True
    return ("statement-too-early", values, True) if statement.last < account.day else None


def _shown(file: str, part: str) -> str:
    """A file, or one in a zip, in a message."""
    return f"{file}/{part}" if part else file


def _join(
    book: BankBook, statements: Sequence[ReadStatement], reason: str
) -> tuple[Joining, list[JoinedLine], list[Problem]]:
    """The statements of one account joined in order of their days: their lines, or what stands against it."""
    joining = Joining(book)
    found: list[JoinedLine] = []
    todo = sorted(statements, key=_days)
    while todo:
        begin = [read for read in todo if read.statement.first == todo[0].statement.first]
        read = next((read for read in begin if joining.fits(read.statement)), todo[0])
        todo.remove(read)
        try:
            found += joining.join(read.statement, read.kept, reason)
        except StatementRefused as wrong:
            return joining, [], [Problem(read.shown, wrong.line, wrong.code, wrong.values)]
    problems = []
    files = {read.kept: read.shown for read in statements}
    for record in broken_records(joining.book):
        if disturbed := disturbing(joining, record):
            kept, strange = disturbed
            problems.append(Problem(files[kept], strange.line, strange.code, strange.values))
        else:
            values = {"account": book.account.name, "first": str(record.first), "last": str(record.last)}
            problems.append(
                Problem(record.at or files[record.file], record.line, "statement-changed", values)
            )
    return joining, found, problems


def _days(read: ReadStatement) -> tuple[date, date]:
    return read.statement.first or date.max, read.statement.last or date.max


def _recognise(
    books: Books, bank: Bank, book: BankBook, joined: Sequence[JoinedLine], progress: Progress
) -> list[ImportedLine]:
    """Each line as it is to stand in the books."""
    suspense = books.chart.with_role(SUSPENSE)[0]
    open_bookings: dict[Decimal, list[HandBooking]] = {}
    made = bank.confirmable(book.account.name)
    for booking in unconfirmed(made, book.lines):
        open_bookings.setdefault(booking.amount, []).append(booking)

    def made_by_hand(line: BankLine) -> list[Recognised]:
        there = open_bookings.get(line.amount, ())
        return [confirming(each) for each in there if can_confirm(line.day, line.amount, each)]

    other = {(b.holder, b.day, b.amount): b.others for b in made}
    paid = bank.paid
    payables = dict(bank.payables)
    finders: list[Finder] = [
        lambda line: paid.recognise(line, book.account.name),
        lambda line: paid_invoices(line, payables),
        made_by_hand,
        lambda line: [each for each in by_rule(line, bank.rules, books.chart) if _can_be(books, line, each)],
    ]
    found: list[ImportedLine] = []
    new: dict[str, BookedLine] = {}
    for nth, line in enumerate(joined):
        if line.known:
            booked = new.get(line.booked.id, line.booked)
            if booked.booked and (others := other.get((booked.holder, booked.booked, booked.amount))):
                booked = booked._replace(legs=(CounterLeg(others[0], -booked.amount),))
            found.append(ImportedLine(book.account.name, booked, known=True))
            continue
        known = recognised(line.source, finders)
        if known and known.booked:
            there = open_bookings[line.booked.amount]
            there.remove(next(b for b in there if (b.holder, b.day) == (known.holder, known.booked)))
        if known and numbers_paid(known.why):
            after_payment(payables, known.why, line.booked.amount)
        booked = _booked(line.booked, known, suspense)
        paid.note(booked)
        found.append(ImportedLine(book.account.name, booked, known=False))
        new[line.booked.id] = booked
        if nth % 1000 == 0:
            progress(nth, len(joined))
    return found


def _can_be(books: Books, line: BankLine, known: Recognised) -> bool:
    """Whether accounts and holder are there on the day of the line, of which a rule knows nothing."""
    accounts = [leg.account for leg in known.legs]
    there = all(books.chart.open_on(account, line.day) for account in accounts)
    return there and not holder_wrong(books, known.holder, accounts, line.day)


def _unconfirmed(statements: Sequence[ReadStatement], after: BankBook) -> Iterator[Problem]:
    """The statements of which no balance says whether all lines are there."""
    to = covered_to(after)
    for read in statements:
        without = read.statement.opening is None and read.statement.closing is None
        if without and (to is None or _days(read)[1] > to):
            values = {"account": read.account.name}
            yield Problem(read.shown, read.statement.line, "statement-no-balances", values, True)


def _booked(line: BookedLine, known: Recognised | None, suspense: str) -> BookedLine:
    if known is None:
        return line._replace(legs=(CounterLeg(suspense, -line.amount),), settled=False)
    return line._replace(holder=known.holder, legs=known.legs, why=known.why, booked=known.booked)


def _months(books: Books, before: BankBook, after: BankBook) -> tuple[dict[Path, bytes], list[Problem]]:
    """The months of the account that change, with what is new in each."""
    account, coop = before.account, books.coop
    there = {line.id for line in before.lines}
    entries: dict[Path, list[tuple[date, str]]] = {}
    problems: list[Problem] = []

    def put(day: date, entry: str) -> None:
        entries.setdefault(month_path(coop, account.name, day), []).append((day, entry))

    for line in after.lines:
        if line.id not in there:
            put(line.day, bank_line_text(line, account.account))
            for used in (account.account, *(leg.account for leg in line.legs)):
                if not books.chart.open_on(used, line.day):
                    values = {"account": used, "day": str(line.day)}
                    problems.append(Problem(coop.shown(coop.chart), 1, "bank-not-open", values))
    for gap in after.gaps:
        if gap not in before.gaps:
            put(gap.last, gap_text(account.name, gap))
    for record in after.statements:
        if record not in before.statements:
            put(record.last, record_text(account.name, record))
    texts = {text.shown: text.data.decode() for text in month_texts(coop, account.name)}
    changed: dict[Path, bytes] = {}
    for path, new in entries.items():
        text = with_entries(texts.get(coop.shown(path)), account.name, new)
        if month_too_large(text):
            problems.append(Problem(coop.shown(path), 1, "bank-month-size", {"lines": str(len(new))}))
        changed[path] = text.encode()
    return changed, problems
