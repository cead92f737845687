"""A bank account in words: what an import brought, and how bank and books stand."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from scharrel.core.across import HandBooking
from scharrel.core.money import total
from scharrel.formats.records import BankStatement
from scharrel.ledger.books import Books
from scharrel.text.accounts import account_name
from scharrel.text.table import columns, signed
from scharrel.text.words import Words, catalogue
from scharrel.treasury.accounts import BankAccount
from scharrel.treasury.invoice_recognition import Payable
from scharrel.treasury.lines import BookedLine
from scharrel.treasury.standing import Standing
from scharrel.treasury.suggestions import Answer, Suggestion

LISTED = 20
"""Lines of one kind that are told one by one."""


def account_title(account: BankAccount) -> str:
    """Its name, and its number in groups of four."""
    parts = (account.iban[at : at + 4] for at in range(0, len(account.iban), 4))
    return f"{account.name} · {' '.join(parts)}"


def days_line(words: Words, statements: Sequence[BankStatement], to: date | None) -> str:
    """What the statements say of an account of which all days up to `to` are covered."""
    days = [day for one in statements for day in (one.first, one.last) if day]
    first, last = min(days), max(days)
    values = {"first": words.short_day(first), "last": words.short_day(last)}
    opens = [one.opening for one in statements if one.first == first and one.opening is not None]
    closes = [one.closing for one in statements if one.last == last and one.closing is not None]
    if opens and closes:
        return words("bank.balances", **values, opening=words.money(opens[0]), closing=words.money(closes[0]))
    return words("bank.days-known" if to and last <= to else "bank.days", **values)


def found_lines(words: Words, new: Sequence[BookedLine], known: int) -> Iterator[str]:
    """How many lines there are, and by what those that are new found their place."""
    yield words("bank.new", count=len(new)) + (" " + words("bank.known", count=known) if known else "")
    kinds = Counter("open" if not line.settled else line.why.partition(" ")[0] for line in new)
    order = [*catalogue(words.lang)["bank"]["found"]]
    width = len(str(max(kinds.values(), default=0)))
    for kind in order:
        if kinds[kind]:
            yield f"  {kinds[kind]:>{width}}  " + words(f"bank.found.{kind}")


def meeting_lines(words: Words, stands: Standing) -> Iterator[str]:
    """Whether bank and books meet."""
    if not stands.difference:
        yield words("bank.meets", amount=words.money(stands.bank))
        return
    yield words(
        "bank.differs",
        bank=words.money(stands.bank),
        books=words.money(stands.books),
        difference=words.money(stands.difference),
    )
    yield words("bank.why")


def standing_lines(words: Words, stands: Standing, names: Mapping[str, str], width: int) -> Iterator[str]:
    """The account as a whole: the days, what it holds by bank and books, and what makes the difference."""
    if stands.to:
        values = {"first": words.day(stands.account.day), "last": words.day(stands.to)}
        yield words("bank.covered", **values)
    else:
        yield words("bank.nothing")
    rows = [
        [words(f"bank.{key}"), words.amount(amount)]
        for key, amount in (("bank", stands.bank), ("books", stands.books), ("difference", stands.difference))
    ]
    yield from (f"  {line}" for line in columns(rows, (0,), width))
    reasons = [*_reasons(words, stands, names)]
    if reasons:
        yield words("bank.because")
        widest = max(len(amount) for amount, _ in reasons)
        yield from (f"  {amount:>{widest}} {reason}" for amount, reason in reasons)
    if stands.open_lines:
        yield words("bank.open", count=len(stands.open_lines))
        told = stands.open_lines[:LISTED]
        rows = [[words.short_day(line.day), signed(words, line.amount), line_of(line)] for line in told]
        yield from (f"  {line}" for line in columns(rows, (0, 2), width - 2))
        if (more := len(stands.open_lines) - LISTED) > 0:
            yield f"  {words('bank.more', count=more)}"


def _reasons(words: Words, stands: Standing, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is on one side only, with what it does to the difference."""
    for booking in stands.outstanding:
        late = stands.overdue(booking)
        yield signed(words, -booking.amount), outstanding_text(words, booking, names, late=late)
    for line in stands.lost:
        values = {"day": words.short_day(line.booked or line.day), "what": line_of(line)}
        yield signed(words, line.amount), words("bank.lost", **values, place=f"{line.file}:{line.line}")
    for gap, missing in stands.gaps:
        days = {"first": words.short_day(gap.first), "last": words.short_day(gap.last)}
        yield signed(words, missing), words("bank.gap", **days, reason=gap.reason)


def outstanding_text(words: Words, booking: HandBooking, names: Mapping[str, str], *, late: bool) -> str:
    """A hand-made booking that no line confirms."""
    values = {"name": names.get(booking.holder, words("bank.coop")), "day": words.short_day(booking.day)}
    place = f"{booking.file}:{booking.line}"
    return words(f"bank.{'overdue' if late else 'outstanding'}", **values, what=booking.text, place=place)


def line_of(line: BookedLine) -> str:
    """With whom a line is, and what they wrote."""
    return " · ".join(part for part in (line.name, line.text) if part) or line.iban


def answer_text(words: Words, answer: Answer | HandBooking, books: Books) -> str:
    """What was answered."""
    holder = books.names.get(answer.holder, answer.holder) or words("bank.coop")
    if isinstance(answer, HandBooking):
        return words("assign.is-booking", name=holder, day=words.short_day(answer.day), what=answer.text)
    parts = [holder, account_name(words, books.chart, answer.account)]
    if answer.rate:
        parts.append(words("assign.with-vat", rate=words.rate(answer.rate)))
    if answer.earned:
        parts.append(words("assign.earned", day=words.short_day(answer.earned)))
    if answer.invoice:
        numbers = answer.invoice.split()
        parts.append(words("assign.pays", count=len(numbers), numbers=", ".join(numbers)))
    return ", ".join(part for part in parts if part)


def paid_text(
    words: Words, answer: Answer | HandBooking, line: BookedLine, payables: Mapping[str, Payable]
) -> str:
    """What of the invoices that an open line now pays is still to come, or came in too much; else nothing."""
    if isinstance(answer, HandBooking) or not answer.invoice or line.settled:
        return ""
    left = total(payables[number].open for number in answer.invoice.split()) - line.amount
    if not left:
        return ""
    return words(f"assign.{'left-to-pay' if left > 0 else 'paid-too-much'}", amount=words.money(abs(left)))


def suggestion_text(words: Words, suggestion: Suggestion, books: Books) -> str:
    """What a line may be, and why."""
    said = answer_text(words, suggestion.booking or suggestion.answer, books)
    if suggestion.by == "booking":
        return said
    if suggestion.open is not None:
        return f"{said} ({words('assign.by-invoice', amount=words.money(suggestion.open))})"
    day = words.short_day(suggestion.day) if suggestion.day else ""
    return f"{said} ({words(f'assign.by-{suggestion.by}', day=day)})"
