"""How statements follow one another: each adds up, opens with the balance that was reached, or overlaps with
the same lines."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from scharrel.core.money import ZERO, plain, total
from scharrel.formats.records import BankLine, BankStatement
from scharrel.treasury.accounts import BankAccount
from scharrel.treasury.lines import (
    AcceptedGap,
    BankBook,
    BookedLine,
    StatementRecord,
    base_identity,
    identity_form,
    on_one_line,
    same_counterparty,
)

_DAY = timedelta(days=1)

_MOST_STARTS = 20
"""Places within a day where a statement is tried, if the balance is the same at more."""


class StatementRefused(Exception):
    """A statement that does not fit: a code, the line of its file and what the message needs."""

    def __init__(self, code: str, line: int, /, **values: str):
        super().__init__(code, line, values)
        self.code = code
        self.line = line
        self.values = values


class JoinedLine(NamedTuple):
    """A line of a statement beside the one in the books; `known` if that was there before."""

    source: BankLine
    booked: BookedLine
    known: bool


def covered_to(book: BankBook) -> date | None:
    """The last day to which statements with balances cover the account, each following on the one before."""
    return max((s.last for s in book.statements if s.closing is not None), default=None)


def gap_amounts(book: BankBook) -> list[tuple[AcceptedGap, Decimal]]:
    """The gaps that were accepted with what is missing in each, in euros; none that was filled since."""
    found = []
    for gap in book.gaps:
        others = book._replace(gaps=tuple(other for other in book.gaps if other != gap))
        missing = gap.balance - _Balances(others).before(gap.last + _DAY)
        if missing:
            found.append((gap, missing))
    return found


def balance_of(book: BankBook) -> Decimal:
    """What the account holds by the bank, in euros: after every line that was imported."""
    return _Balances(book).before(date.max)


def broken_records(book: BankBook) -> list[StatementRecord]:
    """The statements by whose balances the lines in the books are not all there, or not as they were."""
    balances = _Balances(book)
    return [
        record
        for record in book.statements
        if record.opening is not None
        and not (record.opening in balances.on(record.first) and record.closing in balances.on(record.last))
    ]


class _Balances:
    """What an account holds at the start of each day, and after each line of it; lines may be added."""

    def __init__(self, book: BankBook):
        self.opening = book.account.opening
        self.gaps = sorted(book.gaps, key=lambda gap: gap.last)
        self.amounts: dict[date, list[Decimal]] = {}
        self.sums: dict[date, Decimal] = {}
        for line in book.lines:
            self.add(line.day, line.amount)

    def add(self, day: date, amount: Decimal) -> None:
        self.amounts.setdefault(day, []).append(amount)
        self.sums[day] = self.sums.get(day, ZERO) + amount

    def before(self, day: date) -> Decimal:
        gap = next((gap for gap in reversed(self.gaps) if gap.last < day), None)
        if gap is None:
            return self.opening + total(euros for booked, euros in self.sums.items() if booked < day)
        later = (euros for booked, euros in self.sums.items() if gap.last < booked < day)
        return gap.balance + total(later)

    def on(self, day: date) -> list[Decimal]:
        return list(accumulate(self.amounts.get(day, ()), initial=self.before(day)))


class Joining:
    """The book of an account to which statements are joined, in order of their days."""

    def __init__(self, book: BankBook):
        self.account = book.account
        self.days: dict[date, list[BookedLine]] = {}
        for line in book.lines:
            self.days.setdefault(line.day, []).append(line)
        self.ids = {line.id: line for line in book.lines}
        self.records = list(book.statements)
        self.gaps = list(book.gaps)
        self.balances = _Balances(book)
        self.brought: list[tuple[str, JoinedLine]] = []

    @property
    def book(self) -> BankBook:
        lines = tuple(line for day in sorted(self.days) for line in self.days[day])
        return BankBook(self.account, lines, tuple(self.records), tuple(self.gaps))

    def fits(self, statement: BankStatement) -> bool:
        """Whether it opens with the balance that was reached where it begins."""
        return bool(self._starts(_from_first_day(self.account, statement)))

    def join(self, statement: BankStatement, file: str, reason: str) -> list[JoinedLine]:
        """Join the statement of this file, or StatementRefused; a gap before it needs a reason."""
        statement = _from_first_day(self.account, statement)
        if statement.first is None or statement.last is None:
            return []
        _check_sums(statement)
        starts = self._starts(statement)
        if not starts:
            self._open_gap(statement, reason)
            starts = [0]
        found = self._all_fitted(statement, starts)
        for line in found:
            if not line.known:
                self.days.setdefault(line.booked.day, []).append(line.booked)
                self.ids[line.booked.id] = line.booked
                self.balances.add(line.booked.day, line.booked.amount)
                self.brought.append((file, line))
        days_and_balances = statement.first, statement.last, statement.opening, statement.closing
        if not any(record[:5] == (*days_and_balances, file) for record in self.records):
            self.records.append(StatementRecord(*days_and_balances, file))
        return found

    def _starts(self, statement: BankStatement) -> list[int]:
        """After how many of the lines that are there on its first day the statement can begin."""
        if statement.first is None:
            return []
        if statement.opening is None:
            return [0]
        begins = self.balances.on(statement.first)
        return [nth for nth, balance in enumerate(begins) if balance == statement.opening][:_MOST_STARTS]

    def _all_fitted(self, statement: BankStatement, starts: Sequence[int]) -> list[JoinedLine]:
        """The lines beside those in the books, wherever the statement can begin; StatementRefused if it
        differs from what is there."""
        first, refused = starts[0], None
        attempts = [
            (first, False, False),
            *([(first, True, True)] if self._named_otherwise(statement) else []),
            *((start, False, False) for start in starts[1:]),
            *((start, True, False) for start in starts),
        ]
        for start, loosely, wholly in attempts:
            try:
                found = self._fitted(statement, start, loosely, wholly)
            except StatementRefused as wrong:
                refused = refused or wrong
            else:
                if found is not None:
                    return found
        raise refused or self._difference(statement, first)

    def _open_gap(self, statement: BankStatement, reason: str) -> None:
        """Accept that statements are missing before this one; StatementRefused without a reason, or where
        it cannot be that."""
        assert statement.first is not None
        assert statement.opening is not None
        values = {
            "opening": plain(statement.opening),
            "expected": plain(self.balances.before(statement.first)),
            "account": self.account.name,
            "day": str(statement.first),
        }
        if not self.records:
            values["register"] = str(self.account.day)
            raise StatementRefused("statement-opening", statement.line, **values)
        if statement.first <= max([*self.days, *(record.last for record in self.records)]):
            raise StatementRefused("statement-overlap", statement.line, **values)
        last = statement.first - _DAY
        covered = covered_to(self.book)
        first = min(covered + _DAY if covered else self.account.day, last)
        if not reason:
            raise StatementRefused(
                "statement-gap", statement.line, **values, first=str(first), last=str(last)
            )
        self.gaps.append(AcceptedGap(first, last, statement.opening, reason))
        self.balances = _Balances(self.book)

    def _named_otherwise(self, statement: BankStatement) -> bool:
        """Whether it calls lines otherwise than those of its first day in the books are called, so that it is
        more likely all of them again than what comes next."""
        assert statement.first is not None
        own = [line for line in statement.lines if line.day == statement.first]
        ours = {identity_form(base_identity(self.account.name, line)) for line in own}
        return not any(identity_form(known.id) in ours for known in self.days.get(statement.first, ()))

    def _fitted(
        self, statement: BankStatement, start: int, loosely: bool, wholly: bool
    ) -> list[JoinedLine] | None:
        """The lines beside those in the books, if the statement begins after so many lines of its first day
        and all that is there since is in it, or comes after it; `loosely` by day, amount and counterparty
        where identities differ, `wholly` with nothing on one side alone but on days that are to come."""
        found, left = self._beside(statement, start, loosely)
        new = [line.booked.day for line in found if not line.known]
        if wholly and (left or any(day <= max(self.days) for day in new)):
            return None
        if any(line.day != statement.last or statement.last in new for line in left):
            return None
        return found

    def _beside(
        self, statement: BankStatement, start: int, loosely: bool
    ) -> tuple[list[JoinedLine], list[BookedLine]]:
        """Each line of it beside the one in the books, and those of its days in the books that it lacks."""
        first, last = statement.first, statement.last
        assert first is not None
        assert last is not None
        before = self.days.get(first, [])[:start]
        used = {line.id for line in before}
        left = {
            line.id: line
            for day in sorted(day for day in self.days if first <= day <= last)
            for line in self.days[day]
            if line.id not in used
        }
        found: list[JoinedLine] = []
        strange: list[int] = []
        counts: dict[str, int] = {}
        for line in statement.lines:
            base = identity = base_identity(self.account.name, line)
            while identity in used:
                counts[base] = counts.get(base, 1) + 1
                identity = f"{base}~{counts[base]}"
            used.add(identity)
            known = self.ids.get(identity)
            if known is not None and known.amount != line.amount:
                values = {"id": identity, "day": str(known.day), "amount": plain(known.amount)}
                values |= {"other": plain(line.amount)}
                raise StatementRefused("statement-reference", line.line, **values)
            if known is None:
                strange.append(len(found))
                known = BookedLine(
                    identity, line.day, line.amount, on_one_line(line.name), line.iban, on_one_line(line.text)
                )
                found.append(JoinedLine(line, known, known=False))
            else:
                left.pop(identity, None)
                found.append(JoinedLine(line, known, known=True))
        if loosely:
            by_amount: dict[tuple[date, Decimal], list[BookedLine]] = {}
            for each in left.values():
                by_amount.setdefault((each.day, each.amount), []).append(each)
            for nth in strange:
                line = found[nth].source
                there = by_amount.get((line.day, line.amount), [])
                if alike := [each for each in there if same_counterparty(line, each)]:
                    same = min(alike, key=lambda each: (each.iban != line.iban, each.name != line.name))
                    there.remove(same)
                    found[nth] = JoinedLine(line, left.pop(same.id), known=True)
        return found, list(left.values())

    def _difference(self, statement: BankStatement, start: int) -> StatementRefused:
        """The first line by which the statement differs from what is there."""
        found, left = self._beside(statement, start, loosely=True)
        missing = left[0]
        strange = next((line for line in found if not line.known and line.booked.day <= left[-1].day), None)
        if strange:
            return _unknown(strange)
        values = {"id": missing.id, "day": str(missing.day), "amount": plain(missing.amount)}
        return StatementRefused("statement-lacks-line", statement.line, **values)


def _unknown(line: JoinedLine) -> StatementRefused:
    values = {"day": str(line.booked.day), "amount": plain(line.booked.amount), "name": line.booked.name}
    return StatementRefused("statement-strange-line", line.source.line, **values)


def disturbing(joining: Joining, broken: StatementRecord) -> tuple[str, StatementRefused] | None:
    """The file and the line by which the lines of days that were there already are not as they were; nothing
    if they were not before."""
    for file, line in joining.brought:
        if broken.first <= line.booked.day <= broken.last and file != broken.file:
            return file, _unknown(line)
    return None


def _from_first_day(account: BankAccount, statement: BankStatement) -> BankStatement:
    """The statement without what lies before the day from which on statements are expected, over the days of
    all its lines; with both balances if it has one."""
    lines = tuple(line for line in statement.lines if line.day >= account.day)
    days = [day for day in (statement.first, statement.last, *(line.day for line in lines)) if day]
    if not days or max(days) < account.day:
        return statement._replace(first=None, last=None, lines=())
    opening, closing, brought = statement.opening, statement.closing, _sum(statement)
    if opening is None and closing is not None:
        opening = closing - brought
    elif closing is None and opening is not None:
        closing = opening + brought
    if opening is not None:
        opening += brought - total(line.amount for line in lines)
    first = max(min(days), account.day)
    return statement._replace(first=first, last=max(days), opening=opening, closing=closing, lines=lines)


def _sum(statement: BankStatement) -> Decimal:
    return total(line.amount for line in statement.lines)


def _check_sums(statement: BankStatement) -> None:
    """StatementRefused where opening and lines are not the closing balance."""
    if statement.opening is None or statement.closing is None:
        return
    reached = statement.opening + _sum(statement)
    if reached != statement.closing:
        values = {"opening": statement.opening, "closing": statement.closing, "reached": reached}
        values["difference"] = statement.closing - reached
        told = {key: plain(value) for key, value in values.items()}
        raise StatementRefused("statement-sum", statement.line, **told, lines=str(len(statement.lines)))
