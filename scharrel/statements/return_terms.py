"""What an official wants to know beside the amounts of a return: what was worked, why nothing is exempt,
which limits hold, what counts in another month."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.income import part_of
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pack import Figure, NoValueError, Param, Step
from scharrel.core.trace import LimitLevel
from scharrel.statements.data import StatementData
from scharrel.text.grounds import source_in_line
from scharrel.text.periods import months_named
from scharrel.text.sentences import fact_in_words, role_name
from scharrel.text.words import Words, capital, usual


class Late(NamedTuple):
    """An amount in euros booked in one month that counts in another."""

    role: str
    amount: Decimal
    booked: Month
    counts: Month


class Norm(NamedTuple):
    """A limit of a step that holds for the member this month, in euros: about whom, if not everyone, and what
    it rests on."""

    label: str
    code: str
    figure: Figure
    about: str
    source: str


class Worked(NamedTuple):
    """Of hours, kilometres or the like that the agreement asks for: how many in the month and in the year so
    far, and how many a year may have if that is agreed."""

    role: str
    label: str
    month: Decimal
    year: Decimal
    most: Decimal | None


class Shifted(NamedTuple):
    """Costs of a step that earlier months could not take off, and those that are left for a later one, in
    euros; below zero what came back."""

    label: str
    earlier: Decimal
    later: Decimal


def norm_of(words: Words, data: StatementData, named: str, level: LimitLevel) -> Norm:
    """The limit of the step of that name."""
    figure, pack = level.figure, data.allocation.pack
    param = pack.params.get(figure.param or "")
    fact = data.member.facts(data.month).get(param.by) if param and param.by else None
    about = fact_in_words(words, param.by, fact) if param and param.by and fact is not None else ""
    source = source_in_line(words, pack.sources[figure.source]) if figure.source else ""
    return Norm(named, level.code, figure, about, source)


def granted(words: Words, data: StatementData) -> list[str]:
    """What holds of the member by which something is exempt, and since when the register says so."""
    month = data.allocation
    facts = {
        fact: value
        for r in month.steps
        if r.paid and part_of(month.pack, r.step) == "exempt"
        for fact, value in r.step.when
    }
    return [
        words(
            "return.granted",
            fact=capital(fact_in_words(words, fact, value)),
            month=words.month(Month.of(where.day)),
        )
        for fact, value in facts.items()
        if (where := data.member.said(fact, data.month))
    ]


def months_exempt(words: Words, data: StatementData, step: Step) -> str:
    """The months in which the step of today's rules paid."""
    pack = data.allocation.pack.id
    paid = [
        a.month
        for a in data.allocations
        if a.pack.id == pack
        and a.month <= data.month
        and any(r.step.id == step.id and r.paid for r in a.steps)
    ]
    return months_named(words, paid)


def paid_on(data: StatementData, made: date) -> date | None:
    """The day on which all that was due to the municipality up to the month had been booked as paid, if that
    was before the paper is made."""
    paying = [
        r
        for a in data.allocations
        if a.month <= data.month
        for r in a.steps
        if r.step.party == "municipality" and not r.step.reduction
    ]
    due, accounts = total(r.paid for r in paying), {r.step.to for r in paying}
    paid, found = ZERO, None
    for m in sorted(data.movements, key=lambda m: m.day):
        if m.account in accounts and m.currency == "EUR" and m.day <= made:
            paid -= m.amount
            found = (found or m.day) if paid >= due > 0 else None
    return found


def permission(data: StatementData) -> date | None:
    """The last day on which the member may work as these rules have it, if they need leave for that."""
    facts = data.member.facts(data.month)
    days = [day for fact in data.allocation.pack.permissions() if isinstance(day := facts.get(fact), date)]
    return min(days, default=None)


def worked_units(words: Words, data: StatementData) -> list[Worked]:
    """What the rules pay for by the hour or kilometre, and whatever they set a yearly limit to."""
    month = data.allocation
    most: dict[str, Decimal | None] = {r.step.role: None for r in month.steps if r.units and r.step.role}
    for limit in month.pack.year_limits:
        operand = limit.year
        try:
            facts = data.member.facts(data.month)
            most[limit.role] = (
                operand.figure(data.month, facts).value if isinstance(operand, Param) else operand
            )
        except NoValueError:
            most[limit.role] = None
    year = data.year_so_far()
    counted = [m for m in data.movements if most and m.currency != "EUR" and m.counts in year]
    return [
        Worked(
            role,
            role_name(words, role),
            total(m.amount for m in counted if data.roles.get(m.account) == role and m.counts == data.month),
            total(m.amount for m in counted if data.roles.get(m.account) == role),
            limit_of_year,
        )
        for role, limit_of_year in most.items()
    ]


def counted_elsewhere(words: Words, data: StatementData) -> list[Late]:
    """By role and month, in words: what counts in another month than that in which it was booked."""
    seen = data.allocation.pack.roles()
    sums: dict[tuple[str, Month, Month], Decimal] = {}
    for movement in data.movements:
        if movement.earned is None or movement.currency != "EUR":
            continue
        booked = Month.of(movement.day)
        role = data.roles.get(movement.account)
        if role in seen and booked != movement.counts and data.month in (booked, movement.counts):
            key = (str(role), booked, movement.counts)
            sums[key] = sums.get(key, ZERO) + movement.amount
    return [
        Late(usual(words, "role", role) or role, amount, booked, counts)
        for (role, booked, counts), amount in sorted(sums.items())
    ]
