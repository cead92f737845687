"""What a member sees of a month: what it is stated from, the mistakes in files of their own, and what it
would be if something else came in."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.analysis.breakpoints import Curve, curve
from scharrel.analysis.what_if import WhatIf, what_if
from scharrel.checks.across import with_others
from scharrel.checks.books import in_books
from scharrel.core.facts import Group, Holder, facts_of
from scharrel.core.history import with_income
from scharrel.core.month import Month, months
from scharrel.core.problems import Problem, errors, in_order
from scharrel.ledger.books import Books
from scharrel.operations.divide import divide_group
from scharrel.operations.statement_data import standing, statement_data
from scharrel.statements.data import StatementData
from scharrel.text.words import Words


class MemberMonth(NamedTuple):
    """A month of a member. `data` is what it is stated from, nothing while something is wrong; `problems` are
    those in files that are the member's own, `elsewhere` is how many errors there are in other files, which
    are not the member's to see."""

    month: Month
    data: StatementData | None
    problems: Sequence[Problem]
    elsewhere: int


def member_month(words: Words, books: Books, who: Holder, asked: Month | None, today: date) -> MemberMonth:
    """The month of a member that is asked for, or else the last one in which something came in."""
    month = asked or months_of(who, today)[0]
    group = _group(books, who)
    found, across, wrong = statement_data(words, books, group, month, today, posted=False)
    data = next((one for one in found if one.member.id == who.id), None)
    if asked is None and data:
        last = max((a.month for a in data.allocations if a.came_in), default=month)
        if last != month:
            return member_month(words, books, who, last, today)
    problems = in_order(with_others(books, [*in_books(books, [who], today), *wrong], across, today))
    own = [problem for problem in problems if _is_own(books, who, problem)]
    return MemberMonth(month, data, own, len(errors(problems)) - len(errors(own)))


def months_of(who: Holder, today: date) -> list[Month]:
    """The months of a membership that have begun, the last one first; the first of it if it is yet to."""
    now = Month.of(today)
    begun = [month for month in months(who.first, now) if who.active(month)] if who.first <= now else []
    return begun[::-1] or [who.first]


def _group(books: Books, who: Holder) -> Group:
    return next(group for group in books.groups() if who in group)


def _is_own(books: Books, who: Holder, problem: Problem) -> bool:
    coop = books.coop
    whole = {coop.shown(path) for path in (coop.ledger(who.id), coop.book(who.id))}
    return problem.file in whole or problem.file.startswith(f"{coop.shown(coop.allocations)}/{who.id}/")


class SupposedMonth(NamedTuple):
    """A month as it would be if so much came in. `curve` is what is kept of any amount, nothing where that is
    not the member's alone."""

    what: WhatIf
    curve: Curve | None


def suppose_earned(
    books: Books, who: Holder, month: Month, earned: Decimal | None, today: date
) -> SupposedMonth | None:
    """The member's month if `earned` euros came in, or as it is; nothing while something is wrong or if it is
    no month of theirs."""
    group = _group(books, who)
    outcome = divide_group(books, group, month, today, sealed=False)
    if errors(outcome.problems) or not who.active(month):
        return None
    amounts = {member: ledger.amounts for member, ledger in outcome.ledgers.items()}
    now = next(a for a in outcome.allocations if a.member == who.id and a.month == month)
    extra = {now.pack.pool[0]: Decimal(0) if earned is None else earned - now.came_in}
    what = what_if(group, amounts, books.packs, who, month, extra)
    assert what  # it is a month of the member
    if now.pack.collective or who.settled(month) is not None:
        return SupposedMonth(what, None)
    facts = with_income(facts_of(who, amounts[who.id], month), now.received)
    return SupposedMonth(what, curve(now.pack, facts, standing(books, group, outcome, month)[who.id]))
