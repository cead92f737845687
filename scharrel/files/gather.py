"""Everything that is read before anything is divided: chart, register, packs, and what is wrong."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from scharrel.core.exchanges import ROLE as EXCHANGE
from scharrel.core.facts import KNOWN_KEYS, Group, Member, groups
from scharrel.core.grants import Grant
from scharrel.core.month import Month, months
from scharrel.core.pack import NoValueError, Pack
from scharrel.core.period import Period
from scharrel.core.problems import Problem, errors
from scharrel.core.quotes import ROLE as RECEIVABLE
from scharrel.core.settling import ends, packs_in, settled_steps
from scharrel.files.chart import Chart, nearest, read_chart
from scharrel.files.coop import MEMBER_ID, Coop
from scharrel.files.exchanges import exchange_problems
from scharrel.files.grants import grant_problems
from scharrel.files.ledger import Ledger
from scharrel.files.packs import read_packs
from scharrel.files.register import read_register
from scharrel.files.seals import last_closed
from scharrel.files.source import read_text


class Books(NamedTuple):
    """A cooperative without its members' ledgers; `closed` is the last month that was closed."""

    coop: Coop
    title: str
    chart: Chart
    members: Mapping[str, Member]
    packs: Mapping[str, Pack]
    problems: list[Problem]
    closed: Month | None = None
    grants: Mapping[str, Grant] = {}

    @property
    def first_open(self) -> Month | None:
        """The month in which closed months are corrected, if any is closed."""
        return self.closed.plus(1) if self.closed else None

    @property
    def pots(self) -> frozenset[str]:
        """Every account that allocations pay into, and the other side of them."""
        paid = {step.to for pack in self.packs.values() for step in pack.steps if step.to}
        accounts = self.chart.accounts.items()
        return frozenset(paid | {name for name, known in accounts if known.role == "appropriation"})

    def groups(self) -> list[Group]:
        """Members who have to be computed together."""
        # A project shares with those who take part in it, not with others under the same rules.
        collective = frozenset(p.id for p in self.packs.values() if p.collective and not p.for_projects)
        return groups(list(self.members.values()), collective)


def read_books(coop: Coop) -> Books:
    """The chart, the register and the packs; `problems` has what is wrong with them."""
    chart, problems = read_chart(coop)
    title, members, grants, more = read_register(coop)
    coop = coop._replace(
        project_ids=frozenset(m.id for m in members.values() if m.project),
        subcooperative_ids=frozenset(m.id for m in members.values() if m.kind == "subcooperative"),
    )
    problems += more
    packs: dict[str, Pack] = {}
    if not any(problem.code == "one-appropriation" for problem in problems) and chart.accounts:
        packs, more = read_packs(coop, chart)
        # A role may stand on a line of the chart that cannot be read.
        problems += [p for p in more if not errors(problems) or p.file != coop.shown(coop.chart)]
    if not any(problem.file == coop.shown(coop.register) for problem in errors(problems)):
        problems += _unregistered(coop, members)
    closed = last_closed(coop)
    register = coop.shown(coop.register)
    for member in members.values():
        problems += _settlement_problems(register, member, packs, closed)
    problems += _almost_facts(coop, members, packs)
    in_force = {member.id: _settled_so_far(member, closed) for member in members.values()}
    return Books(coop, title, chart, in_force, packs, problems, closed, grants)


def _almost_facts(coop: Coop, members: Mapping[str, Member], packs: Mapping[str, Pack]) -> Iterator[Problem]:
    """Keys in the register that no rule looks at and that look like one that means something."""
    asked = {fact for pack in packs.values() for step in pack.steps for fact, _ in step.when}
    asked |= {param.by for pack in packs.values() for param in pack.params.values() if param.by}
    asked |= {fact for pack in packs.values() for fact in pack.permissions()}
    known = KNOWN_KEYS | asked | {"born", "left_for"}
    for member in members.values():
        for directive in member.directives:
            for key in directive.values.keys() - known:
                if near := nearest(key, known):
                    text = read_text(coop, coop.register)
                    line = text.key_line(directive.line, key)
                    values = {"key": key, "near": near}
                    yield Problem(coop.shown(coop.register), line, "near-key", values, True, text.line(line))


def _settled_so_far(member: Member, closed: Month | None) -> Member:
    """The member with the settlements that count: those of periods that are closed."""
    if not member.settlements:
        return member
    in_force = tuple(s for s in member.settlements if closed and ends(member, s.period) <= closed)
    return replace(member, settlements=in_force)


def _settlement_problems(
    register: str, member: Member, packs: Mapping[str, Pack], closed: Month | None
) -> Iterator[Problem]:
    """Settlements of periods that were not the member's or are not closed, by which the municipality does not
    settle, or of steps that none of them is about."""
    for settlement in member.settlements:
        period = settlement.period
        values = {"member": member.id, "period": str(period)}

        def at(code: str, /, warning: bool = False, **more: str) -> Problem:
            excerpt = f'custom "settlement" "{member.id}" "{period}"'  # noqa: B023
            return Problem(register, settlement.line, code, values | more, warning, excerpt)  # noqa: B023

        if not any(member.active(month) for month in period.months()):
            yield at("settlement-no-member")
            continue
        last = ends(member, period)
        if closed is None or closed < last:
            yield at("settlement-open", warning=True, month=str(last))
        used = packs_in(member, packs, period)
        if period.span == "quarter" and used and not any(pack.settled == "quarter" for pack in used):
            yield at("settlement-no-quarter", pack=used[-1].id, settled=used[-1].settled)
            continue
        steps = dict.fromkeys(step for pack in used for step in settled_steps(pack, period))
        for step, _ in settlement.due:
            quarter = Period.of("quarter", last)
            if step not in steps and any(step in settled_steps(pack, quarter) for pack in used):
                yield at("settlement-by-quarter", step=step, quarter=str(quarter))
            elif step not in steps:
                code = "settlement-step" if steps else "settlement-no-tax"
                yield at(code, step=step, steps=", ".join(steps))


def _unregistered(coop: Coop, members: Mapping[str, Member]) -> Iterator[Problem]:
    for folder, ids, code in (
        (coop.projects, coop.project_ids, "project-not-registered"),
        (coop.subcooperatives, coop.subcooperative_ids, "subcooperative-not-registered"),
    ):
        for name, more in _ledgers_in(folder):
            if name not in ids and not more:
                shown = coop.shown(folder / f"{name}.beancount")
                yield Problem(shown, 1, code, {"id": name, "near": nearest(name, ids)})
    found = _ledgers_in(coop.members)
    if found and not members:
        yield Problem(coop.shown(coop.register), 1, "no-members")
        return
    for name, more in found:
        if name in members and members[name].person and not more:
            continue
        shown, near = coop.shown(coop.members / f"{name}.beancount{more}"), nearest(name, members)
        if near and not coop.ledger(near).exists():
            yield Problem(shown, 1, "ledger-name", {"id": near})
        elif not more:
            code = "not-registered" if MEMBER_ID.fullmatch(name) else "not-a-ledger"
            yield Problem(shown, 1, code, {"id": name})


def _ledgers_in(folder: Path) -> list[tuple[str, str]]:
    """The files that look like ledgers: each name, and what more follows `.beancount`."""
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    split = (name.partition(".beancount") for name in names if not name.startswith("."))
    return [(name, more) for name, ending, more in split if ending]


def member_problems(
    books: Books, member: Member, ledger: Ledger, through: Month, today: date
) -> Iterator[Problem]:
    """What is wrong with a member's ledger in the light of the register and the packs."""
    yield from _rules_problems(books, member, through)
    shown = books.coop.shown(books.coop.ledger(member.id))
    early = {line for month, lines in ledger.booked.items() if month < member.first for line in lines}
    asserted = {line for account, line in ledger.balances if account in books.pots}
    misnamed = any(p.code == "ledger-name" and p.values["id"] == member.id for p in books.problems)
    for problem in ledger.problems:
        told = (
            (problem.code == "account-not-open" and problem.line in early)
            or (problem.code == "balance-wrong" and problem.line in asserted)
            or (problem.code == "no-file" and misnamed)
        )
        if problem.code == "no-file" and not told:
            yield problem._replace(code="no-ledger", values={"id": member.id})
        elif not told:
            yield problem

    def at(line: int, code: str, /, warning: bool = False, **values: str) -> Problem:
        return Problem(shown, line, code, values, warning, ledger.text.line(line))

    for month, lines in ledger.booked.items():
        if member.active(month):
            continue
        code = "before-membership" if month < member.first else "after-leaving"
        # What is wrong is a date or the register: the other bookings of the month say nothing new.
        yield at(lines[0], code, month=str(month), first=str(member.first), name=member.name)
    for day, line in [*ledger.days, *ledger.earned]:
        if day > today:
            yield at(line, "future", warning=True, date=str(day))
    for account, line in ledger.balances:
        if account in books.pots:
            yield at(line, "balance-on-pot", account=account)
    yield from _work_problems(books, member, ledger)
    yield from exchange_problems(member, ledger, books.members)
    yield from grant_problems(books, member, ledger)
    unused: set[str] = set()
    for month, roles in sorted(ledger.role_lines.items()):
        pack = books.packs.get(str(member.facts(month).get("rules")))
        for role, line in roles.items():
            if pack and role not in pack.roles() | {"vat", EXCHANGE, RECEIVABLE, *unused}:
                unused.add(role)
                yield at(line, "unused-role", warning=True, role=role, pack=pack.id)


def _work_problems(books: Books, member: Member, ledger: Ledger) -> Iterator[Problem]:
    """Work for a project that there is not, or in which the member takes no part."""
    told: set[tuple[str, Month]] = set()
    for movement in ledger.movements:
        if not (name := movement.project) or (name, month := movement.counts) in told:
            continue
        told.add((name, month))
        project = books.members.get(name)
        values = {"project": name, "month": str(month), "name": member.name}
        code = ""
        if project is None or not project.project:
            code = "unknown-project"
            values["near"] = nearest(name, books.coop.project_ids)
            values["projects"] = ", ".join(sorted(books.coop.project_ids)) or "-"
        elif not member.person:
            code = "work-in-project"
        elif not any(p.id == member.id and p.active(month) for p in project.participants):
            code = "no-participant"
        if code:
            line = movement.line
            yield Problem(ledger.shown, line, code, values, excerpt=ledger.text.line(line))


def _rules_problems(books: Books, member: Member, through: Month) -> Iterator[Problem]:
    """Packs that are missing or not in force, and parameters without a value."""
    register = books.coop.shown(books.coop.register)
    told: set[tuple[str, ...]] = set()

    def at(when: Month, code: str, /, **values: str) -> Iterator[Problem]:
        key = (code, *(value for name, value in values.items() if name != "month"))
        if key in told:
            return
        told.add(key)
        in_force = [d for d in member.directives if Month.of(d.day) <= when]
        said = next((d for d in reversed(in_force) if "rules" in d.values), in_force[-1])
        values["member"] = member.id
        excerpt = f'{said.day} custom "{member.kind}" "{member.id}"'
        yield Problem(register, said.line, code, values, excerpt=excerpt)

    for month in months(member.first, through):
        if not member.active(month):
            continue
        facts = member.facts(month)
        name = str(facts.get("rules"))
        pack = books.packs.get(name)
        if pack is None:
            if "rules" in facts and not os.path.isfile(books.coop.rules / f"{name}.toml"):
                near = nearest(name, books.packs)
                yield from at(
                    month, "unknown-pack", pack=name, near=near, packs=", ".join(books.packs) or "-"
                )
            continue
        if pack.kind != member.kind:
            code = "pack-for-projects" if pack.for_projects else "pack-for-members"
            if pack.kind == "subcooperative":
                code = "pack-for-subcooperatives"
            elif member.kind == "subcooperative":
                code = "subcooperative-rules"
            yield from at(month, code, pack=name)
            continue
        if not pack.holds_in(month):
            holds = " – ".join(str(day or "…") for day in (pack.valid_from, pack.valid_until))
            yield from at(month, "pack-not-in-force", pack=pack.id, month=str(month), holds=holds)
            continue
        for step in pack.steps:
            for param in step.params():
                try:
                    param.figure(month, facts)
                except NoValueError as missing:
                    known = {"param": param.id, "pack": pack.id, "month": str(month)}
                    if missing.fact is None:
                        yield from at(month, "no-value", **known)
                        continue
                    known |= {"fact": param.by or "", "value": str(missing.fact)}
                    code = "no-value-for-fact" if missing.fact != "" else "missing-fact"
                    yield from at(month, code, **known, choices=", ".join(param.cases(month)))
            needed = [fact for fact, _ in step.when if fact not in KNOWN_KEYS]
            if step.min_age is not None and "born" not in facts and _met(step.when, facts):
                yield from _warned(at(month, "no-birthday", step=step.id, pack=pack.id))
            for fact in needed:
                if dict(step.when)[fact] is True and not isinstance(facts.get(fact, True), bool):
                    yield from _warned(at(month, "fact-not-true", fact=fact, pack=pack.id))
        for fact, words in _words_of(pack).items():
            if (value := facts.get(fact, False)) not in (False, *words):
                values = {"fact": fact, "pack": pack.id, "value": str(value), "choices": ", ".join(words)}
                yield from _warned(at(month, "fact-word", **values, near=nearest(str(value), words)))


def _words_of(pack: Pack) -> dict[str, list[str]]:
    """The facts of which the pack asks whether they are one of some words, and those words."""
    asked = [(fact, value) for step in pack.steps for fact, value in step.when]
    by_word = {fact for fact, value in asked if isinstance(value, str)} - {
        fact for fact, value in asked if not isinstance(value, str)
    }
    cases = {param.by for step in pack.steps for param in step.params()}
    return {
        fact: list(dict.fromkeys(str(value) for name, value in asked if name == fact))
        for fact in sorted(by_word - cases - KNOWN_KEYS)
    }


def _met(when: Sequence[tuple[str, object]], facts: Mapping[str, object]) -> bool:
    return all(facts.get(fact) == value for fact, value in when)


def _warned(problems: Iterator[Problem]) -> Iterator[Problem]:
    return (problem._replace(warning=True) for problem in problems)
