"""Permissions and rules that end, and yearly limits: what to warn about before it is too late."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from scharrel.core.allowances import NEAR
from scharrel.core.engine import lasts
from scharrel.core.facts import Holder
from scharrel.core.money import ZERO
from scharrel.core.month import Month, months
from scharrel.core.pack import NoValueError, Pack, Param
from scharrel.core.problems import Problem
from scharrel.ledger.books import Books, said_of
from scharrel.ledger.ledger import Ledger

AHEAD = 2
"""Months before the end of a permission, or of rules, from which to warn."""


def permit_problems(books: Books, member: Holder, ledger: Ledger, today: date) -> Iterator[Problem]:
    """Warnings about permissions and yearly limits of the packs that the member has been under."""
    named = {str(d.values["rules"]) for d in member.directives if "rules" in d.values}
    packs = [pack for name in named if (pack := books.packs.get(name))]
    if any(pack.permissions() for pack in packs):
        yield from _ending(books, member, today)
        yield from _after_the_end(books, member, ledger)
    if any(pack.year_limits for pack in packs):
        yield from _year_limits(books, member, ledger, today)


def _pack(books: Books, member: Holder, month: Month) -> Pack | None:
    if not member.active(month):
        return None
    return books.packs.get(str(member.facts(month).get("rules")))


def _ending(books: Books, member: Holder, today: date) -> Iterator[Problem]:
    """A permission of now that ends within two months, or that the register lacks."""
    month = Month.of(today)
    pack = _pack(books, member, month)
    for fact in sorted(pack.permissions()) if pack else ():
        said = [d for d in member.directives if fact in d.values and Month.of(d.day) <= month]
        until = said[-1].values[fact] if said else None
        if until is None:
            code = "no-permission"
        elif isinstance(until, date) and today <= until < _same_day(today, AHEAD):
            code = "permission-ends"
        else:
            continue
        yield said_of(
            books, member, (said or member.directives)[-1], code, True,
            name=member.name, fact=fact, until=str(until or ""),
        )  # fmt: skip


def rules_ending(books: Books, members: Iterable[Holder], today: date) -> Iterator[Problem]:
    """The rules of now that end within two months, where nothing says which hold afterwards."""
    for member in members:
        yield from _rules_ending(books, member, today)


def _rules_ending(books: Books, member: Holder, today: date) -> Iterator[Problem]:
    pack = _pack(books, member, Month.of(today))
    last = pack.valid_until if pack else None
    if not pack or not last or last.last_day >= _same_day(today, AHEAD) or last < Month.of(today):
        return
    if _pack(books, member, last.plus(1)) is not pack:
        return
    said = [d for d in member.directives if d.values.get("rules") == pack.id and Month.of(d.day) <= last]
    yield said_of(
        books, member, said[-1], "rules-end", True, name=member.name, kind=member.kind,
        pack=pack.id, until=str(last.last_day), next=str(last.plus(1).first_day),
    )  # fmt: skip


def _same_day(day: date, later: int) -> date:
    """The same day so many months later, or the last of that month if it is shorter."""
    month = Month.of(day).plus(later)
    return month.last_day.replace(day=min(day.day, month.last_day.day))


def _after_the_end(books: Books, member: Holder, ledger: Ledger) -> Iterator[Problem]:
    """The first booking in a month that no permission covers, for each permission."""
    told: set[tuple[str, str]] = set()
    for month, lines in sorted(ledger.booked.items()):
        pack = _pack(books, member, month)
        for fact in sorted(pack.permissions()) if pack else ():
            until = member.facts(month).get(fact)
            if isinstance(until, date) and not lasts(until, month) and (fact, str(until)) not in told:
                told.add((fact, str(until)))
                values = {"until": str(until), "month": str(month), "member": member.id, "fact": fact}
                line = min(lines)
                yield ledger.text.problem(line, "permission-over", True, **values)


def _year_limits(books: Books, member: Holder, ledger: Ledger, today: date) -> Iterator[Problem]:
    """Where a year passes a limit, or in this year comes near it."""
    reached: dict[tuple[int, str], Decimal] = {}
    told: set[tuple[int, str, str]] = set()
    for month in months(member.first, max(ledger.booked, default=member.first)):
        done = dict(ledger.amounts.of_role(month))
        for (_, role), amount in ledger.amounts.projects.get(month, {}).items():
            done[role] = done.get(role, ZERO) + amount
        for role, amount in done.items():
            reached[month.year, role] = reached.get((month.year, role), ZERO) + amount
        pack = _pack(books, member, month)
        for year_limit in pack.year_limits if pack else ():
            role = year_limit.role
            if not done.get(role):
                continue
            try:
                most = year_limit.year
                limit = most.figure(month, member.facts(month)).value if isinstance(most, Param) else most
            except NoValueError:
                continue
            now = reached[month.year, role]
            code = "limit-passed" if now > limit else "limit-near"
            if now < limit * NEAR or (code == "limit-near" and month.year != today.year):
                continue
            if (month.year, role, code) not in told:
                told.add((month.year, role, code))
                line = ledger.role_lines.get(month, {}).get(role) or min(ledger.booked[month])
                values = {
                    "role": role, "year": str(month.year), "reached": f"{now.normalize():f}",
                    "limit": f"{limit.normalize():f}", "left": f"{(limit - now).normalize():f}",
                }  # fmt: skip
                yield ledger.text.problem(line, code, True, **values)
