"""A member's ledger in the light of the register and the packs: what is wrong with it."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from scharrel.checks.accounts import divided_only
from scharrel.checks.barter import barter_problems
from scharrel.checks.facts import birth_problems, type_problems
from scharrel.checks.grants import grant_problems
from scharrel.checks.invoices import invoice_problems
from scharrel.checks.quotes import quote_problems
from scharrel.checks.signs import signs_in
from scharrel.checks.suspicions import suspicions
from scharrel.core.barter import BARTER
from scharrel.core.facts import KNOWN_KEYS, Holder
from scharrel.core.month import Month, months
from scharrel.core.names import nearest
from scharrel.core.pack import NoValueError, Pack
from scharrel.core.problems import PAYMENTS, Problem, errors
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.reading import read_ledger
from scharrel.treasury.accounts import OWN_ROLES

_AT_FACT = ("no-value-for-fact", "fact-word")
"""What is told at the line of the fact, not at that of the rules."""


def read_ledgers(
    books: Books, members: Collection[str], today: date
) -> tuple[dict[str, Ledger], list[Problem]]:
    """The ledgers of these, and every problem that stands in the way of reading them, in its own file."""
    ledgers = {member: read_ledger(books.coop, member, books.chart) for member in members}
    ended = Month.of(today).plus(-1)
    problems = list(books.problems)
    for member, ledger in ledgers.items():
        found = member_problems(books, books.holders[member], ledger, ended, today)
        problems += map(ledger.text.placed, found)
    return ledgers, problems


def ledger_problems(
    books: Books, members: Iterable[Holder], ledgers: Mapping[str, Ledger], through: Month, today: date
) -> list[Problem]:
    """Everything that stands in the way of dividing these ledgers."""
    return [
        problem
        for member in members
        for problem in member_problems(books, member, ledgers[member.id], through, today)
    ]


def member_problems(
    books: Books, member: Holder, ledger: Ledger, through: Month, today: date
) -> Iterator[Problem]:
    """What is wrong with a member's ledger in the light of the register and the packs, in every month that
    has ended too; what the rules lack in the month of today stops nothing until that month is asked for."""
    now = Month.of(today)
    due = max(through, now.plus(-1))
    lacking = list(_rules_problems(books, member, member.first, due))
    yield from lacking
    if due < now and not errors(lacking):
        yield from _warned(_rules_problems(books, member, max(member.first, now), now))
    yield from type_problems(member, books.packs, books.register)
    yield from birth_problems(member, today, books.register)
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

    text = ledger.text
    late = _of_no_rules(ledger)
    # Without rules in its first line the register is told, which may have a wrong date there.
    for month, booked in ledger.booked.items() if "rules" in member.directives[0].values else ():
        lines = [line for line in booked if month < member.first or line not in late]
        if member.active(month) or not lines:
            continue
        code = "before-membership" if month < member.first else "after-leaving"
        # What is wrong is a date or the register: the other bookings of the month say nothing new.
        yield text.problem(lines[0], code, month=str(month), first=str(member.first), name=member.name)
    for day, line in [*ledger.days, *ledger.earned]:
        if day > today and not text.at(line)[0].startswith(PAYMENTS):  # a run may be for a day to come
            yield text.problem(line, "future", True, date=str(day))
    for account, line in ledger.balances:
        if account in books.pots:
            yield text.problem(line, "balance-on-pot", account=account)
    yield from divided_only(ledger, books.pots)
    yield from _work_problems(books, member, ledger)
    yield from barter_problems(member, ledger, books.holders)
    yield from grant_problems(books, member, ledger)
    yield from quote_problems(ledger)
    yield from invoice_problems(books, member.id, ledger)
    yield from suspicions(ledger, books.chart)
    if not ledger.text.problems:
        yield from signs_in(ledger.text)
    unused: set[str] = set()
    for month, roles in sorted(ledger.role_lines.items()):
        pack = books.packs.get(str(member.facts(month).get("rules")))
        for role, line in roles.items():
            if pack and role not in pack.roles() | {"vat", "appropriation", BARTER, *OWN_ROLES, *unused}:
                unused.add(role)
                yield text.problem(line, "unused-role", True, role=role, pack=pack.id)


def _of_no_rules(ledger: Ledger) -> set[int]:
    """The lines of payments, and of bank lines about these, which may come after a membership ended: nothing
    that any rules look at is in them."""
    others = {m.line for m in ledger.movements if not ledger.text.own(m.line)} if ledger.text.parts else set()
    return others - {m.line for m in ledger.movements if m.role and m.role not in OWN_ROLES}


def _work_problems(books: Books, member: Holder, ledger: Ledger) -> Iterator[Problem]:
    """Work for a project that there is not, or in which the member takes no part."""
    told: set[tuple[str, Month]] = set()
    for movement in ledger.movements:
        if not (name := movement.project) or (name, month := movement.counts) in told:
            continue
        told.add((name, month))
        project = books.holders.get(name)
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
            yield ledger.text.problem(line, code, **values)


def rules_hold(books: Books, members: Collection[Holder], month: Month) -> bool:
    """Whether there are rules for each of these members in the month, with every value that they need."""
    return not any(errors(_rules_problems(books, m, month, month)) for m in members if month >= m.first)


def _rules_problems(books: Books, member: Holder, first: Month, through: Month) -> Iterator[Problem]:
    """Packs that are missing or not in force, and parameters without a value."""
    told: set[tuple[str, ...]] = set()
    words_of: dict[str, dict[str, list[str]]] = {}

    def at(when: Month, code: str, /, **values: str) -> Iterator[Problem]:
        same = (code, *(value for name, value in values.items() if name != "month"))
        if same in told:
            return
        told.add(same)
        in_force = [d for d in member.directives if Month.of(d.day) <= when]
        key = values["fact"] if code in _AT_FACT else "rules"
        said = member.said(key, when) or in_force[-1]
        line = books.register.key_line(said.line, key if code in _AT_FACT else "")
        yield books.register.problem(line, code, member=member.id, **values)

    for month in months(first, through):
        if not member.active(month):
            continue
        facts = member.facts(month)
        name = str(facts.get("rules"))
        pack = books.packs.get(name)
        if pack is None:
            lies_there = os.path.lexists(books.coop.rules / f"{name}.toml")  # what is wrong with it is told
            if isinstance(facts.get("rules"), str) and not lies_there:
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
                    known["choices"] = ", ".join(param.cases(month))
                    if missing.fact == "":
                        yield from at(month, "missing-fact", **known)
                    elif isinstance(missing.fact, str):  # else its type is told
                        yield from at(month, "no-value-for-fact", **known)
            if step.min_age is not None and "born" not in facts and _met(step.when, facts):
                yield from _warned(at(month, "no-birthday", step=step.id, pack=pack.id))
        if name not in words_of:
            words_of[name] = _words_of(pack)
        for fact, words in words_of[name].items():
            if isinstance(value := facts.get(fact), str) and value not in words:
                values = {"fact": fact, "pack": pack.id, "value": value, "choices": ", ".join(words)}
                yield from _warned(at(month, "fact-word", **values, near=nearest(value, words)))


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
