"""Everything that is read before anything is divided: chart, register, packs, and what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from scharrel.core.facts import KNOWN_KEYS, Group, Member, groups
from scharrel.core.month import Month, months
from scharrel.core.pack import NoValueError, Pack
from scharrel.core.problems import Problem
from scharrel.core.settling import settled_steps
from scharrel.files.chart import Chart, nearest, read_chart
from scharrel.files.coop import Coop
from scharrel.files.ledger import Ledger
from scharrel.files.packs import read_packs
from scharrel.files.register import read_register
from scharrel.files.seals import last_closed


class Books(NamedTuple):
    """A cooperative without its members' ledgers; `closed` is the last month that was closed."""

    coop: Coop
    title: str
    chart: Chart
    members: Mapping[str, Member]
    packs: Mapping[str, Pack]
    problems: list[Problem]
    closed: Month | None = None

    @property
    def first_open(self) -> Month | None:
        """The month in which closed months are corrected, if any is closed."""
        return self.closed.plus(1) if self.closed else None

    @property
    def pots(self) -> frozenset[str]:
        """Every account that allocations pay into, and the other side of them."""
        paid = {step.to for pack in self.packs.values() for step in pack.steps if step.to}
        return frozenset(paid | {self.chart.appropriation})

    def groups(self) -> list[Group]:
        """Members who have to be computed together."""
        collective = frozenset(pack.id for pack in self.packs.values() if pack.collective)
        return groups(list(self.members.values()), collective)


def read_books(coop: Coop) -> Books:
    """The chart, the register and the packs; `problems` has what is wrong with them."""
    chart, problems = read_chart(coop)
    title, members, more = read_register(coop)
    problems += more
    packs: dict[str, Pack] = {}
    if not any(problem.code == "one-appropriation" for problem in problems) and chart.accounts:
        packs, more = read_packs(coop, chart)
        problems += more
    problems += _unregistered(coop, members)
    closed = last_closed(coop)
    for member in members.values():
        problems += _settlement_problems(coop.shown(coop.register), member, packs, closed)
    in_force = {member.id: _settled_so_far(member, closed) for member in members.values()}
    return Books(coop, title, chart, in_force, packs, problems, closed)


def _settled_so_far(member: Member, closed: Month | None) -> Member:
    """The member with the settlements that count: those of years that are closed."""
    in_force = tuple(s for s in member.settlements if closed and _last_of(member, s.year) <= closed)
    return replace(member, settlements=in_force)


def _last_of(member: Member, year: int) -> Month:
    """The last month in the year that is one of the member's; December if none is."""
    own = [month for month in months(Month(year, 1), Month(year, 12)) if member.active(month)]
    return own[-1] if own else Month(year, 12)


def _settlement_problems(
    register: str, member: Member, packs: Mapping[str, Pack], closed: Month | None
) -> Iterator[Problem]:
    """Settlements of years that were not the member's or are not closed, or of steps that are not tax."""
    for settlement in member.settlements:
        values = {"member": member.id, "year": str(settlement.year)}

        def at(code: str, /, warning: bool = False, **more: str) -> Problem:
            excerpt = f'custom "settlement" "{member.id}" "{settlement.year}"'  # noqa: B023
            return Problem(register, settlement.line, code, values | more, warning, excerpt)  # noqa: B023

        year = list(months(Month(settlement.year, 1), Month(settlement.year, 12)))
        own = [packs.get(str(member.facts(month).get("rules"))) for month in year if member.active(month)]
        if not own:
            yield at("settlement-no-member")
            continue
        last = _last_of(member, settlement.year)
        if closed is None or closed < last:
            yield at("settlement-open", warning=True, month=str(last))
        steps = dict.fromkeys(step for pack in own if pack for step in settled_steps(pack))
        for step, _ in settlement.due:
            if step not in steps:
                code = "settlement-step" if steps else "settlement-no-tax"
                yield at(code, step=step, steps=", ".join(steps))


def _unregistered(coop: Coop, members: Mapping[str, Member]) -> Iterator[Problem]:
    for path in sorted(coop.members.glob("*.beancount")):
        if path.stem not in members and not path.name.startswith("."):
            near = nearest(path.stem, members)
            yield Problem(coop.shown(path), 1, "not-registered", {"id": path.stem, "near": near})


def member_problems(
    books: Books, member: Member, ledger: Ledger, through: Month, today: date
) -> Iterator[Problem]:
    """What is wrong with a member's ledger in the light of the register and the packs."""
    yield from ledger.problems
    yield from _rules_problems(books, member, through)
    shown = books.coop.shown(books.coop.ledger(member.id))

    def at(line: int, code: str, /, warning: bool = False, **values: str) -> Problem:
        return Problem(shown, line, code, values, warning, ledger.text.line(line))

    for month, lines in ledger.booked.items():
        if member.active(month):
            continue
        code = "before-membership" if month < member.first else "after-leaving"
        for line in lines:
            yield at(line, code, month=str(month), first=str(member.first), name=member.name)
    for day, line in ledger.days:
        if day > today:
            yield at(line, "future", warning=True, date=str(day))
    for account, line in ledger.balances:
        if account in books.pots:
            yield at(line, "balance-on-pot", account=account)
    told: set[str] = set()
    for month, roles in sorted(ledger.role_lines.items()):
        pack = books.packs.get(str(member.facts(month).get("rules")))
        for role, line in roles.items():
            if pack and role not in pack.roles() | {"vat", *told}:
                told.add(role)
                yield at(line, "unused-role", warning=True, role=role, pack=pack.id)


def _rules_problems(books: Books, member: Member, through: Month) -> Iterator[Problem]:
    """Packs that are missing or not in force, and parameters without a value."""
    register = books.coop.shown(books.coop.register)
    told: set[tuple[str, ...]] = set()

    def at(when: Month, code: str, /, **values: str) -> Iterator[Problem]:
        key = (code, *(value for name, value in values.items() if name != "month"))
        if key in told:
            return
        told.add(key)
        told_by = [d for d in member.directives if Month.of(d.day) <= when]
        line = told_by[-1].line
        values["member"] = member.id
        yield Problem(register, line, code, values, excerpt=f'custom "member" "{member.id}"')

    for month in months(member.first, through):
        if not member.active(month):
            continue
        facts = member.facts(month)
        name = str(facts.get("rules"))
        pack = books.packs.get(name)
        if pack is None:
            if "rules" in facts and not (books.coop.rules / f"{name}.toml").is_file():
                near = nearest(name, books.packs)
                yield from at(month, "unknown-pack", pack=name, near=near)
            continue
        if not pack.holds_in(month):
            yield from at(month, "pack-not-in-force", pack=pack.id, month=str(month))
            continue
        for step in pack.steps:
            for param in step.params():
                try:
                    param.figure(month, facts)
                except NoValueError as missing:
                    if missing.fact is None:
                        yield from at(month, "no-value", param=param.id, pack=pack.id, month=str(month))
                    else:
                        yield from at(
                            month,
                            "no-value-for-fact",
                            param=param.id,
                            pack=pack.id,
                            month=str(month),
                            fact=param.by or "",
                            value=str(missing.fact) or "-",
                        )
            needed = [fact for fact, _ in step.when if fact not in KNOWN_KEYS]
            if step.min_age is not None and "born" not in facts and _met(step.when, facts):
                yield from _warned(at(month, "no-birthday", step=step.id, pack=pack.id))
            for fact in needed:
                if dict(step.when)[fact] is True and not isinstance(facts.get(fact, True), bool):
                    yield from _warned(at(month, "fact-not-true", fact=fact, pack=pack.id))


def _met(when: Sequence[tuple[str, object]], facts: Mapping[str, object]) -> bool:
    return all(facts.get(fact) == value for fact, value in when)


def _warned(problems: Iterator[Problem]) -> Iterator[Problem]:
    return (problem._replace(warning=True) for problem in problems)
