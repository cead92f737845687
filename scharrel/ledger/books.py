"""Everything that is read before anything is divided: chart, register, packs, and what is wrong."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from scharrel.checks.seals import read_seals_of, seal_problems
from scharrel.checks.signs import signs_of_all
from scharrel.checks.versions import copies, ledger_copies, torn_templates
from scharrel.core.chart import Chart
from scharrel.core.facts import KNOWN_KEYS, Group, Member, MemberDirective, groups
from scharrel.core.grants import Grant
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.pack import Pack
from scharrel.core.period import Period
from scharrel.core.problems import Problem, errors
from scharrel.core.settling import ends, packs_in, settled_steps
from scharrel.ledger.chart import read_chart
from scharrel.ledger.register import read_register
from scharrel.packs.packs import read_packs
from scharrel.store.paths import MEMBER_ID, Coop
from scharrel.store.text import read_text


class Books(NamedTuple):
    """A cooperative without its members' ledgers; `closed` is the last month that was closed, `sealed` has by
    closed month and member the digest that the member's seal should have."""

    coop: Coop
    title: str
    chart: Chart
    members: Mapping[str, Member]
    packs: Mapping[str, Pack]
    problems: list[Problem]
    closed: Month | None = None
    grants: Mapping[str, Grant] = {}
    sealed: Mapping[Month, Mapping[str, str]] = {}

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

    def never_sealed(self, member: Member) -> bool:
        """Whether it is a member to practise on; one that was closed in earnest stays so."""
        return member.practice and not any(member.id in members for members in self.sealed.values())

    def groups(self) -> list[Group]:
        """Members who have to be computed together."""
        # A project shares with those who take part in it, not with others under the same rules.
        collective = frozenset(p.id for p in self.packs.values() if p.collective and not p.for_projects)
        return groups(list(self.members.values()), collective)


def said_of(
    books: Books, member: Member, said: MemberDirective, code: str, warning: bool = False, /, **values: str
) -> Problem:
    """A problem with what a directive of the register says of a member."""
    shown = books.coop.shown(books.coop.register)
    excerpt = f'{said.day} custom "{member.kind}" "{member.id}"'
    return Problem(shown, said.line, code, {"member": member.id, **values}, warning, excerpt)


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
    problems += [*copies(coop, members), *torn_templates(coop)]
    seals = read_seals_of(coop)
    problems += seal_problems(coop, seals)
    closed = seals.closed
    register = coop.shown(coop.register)
    for member in members.values():
        problems += _settlement_problems(register, member, packs, closed)
    problems += _almost_facts(coop, members, packs)
    problems += signs_of_all(coop)
    problems += _examples_in_use(coop, members, packs)
    in_force = {member.id: _settled_so_far(member, closed) for member in members.values()}
    return Books(coop, title, chart, in_force, packs, problems, closed, grants, seals.digests)


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


def _examples_in_use(
    coop: Coop, members: Mapping[str, Member], packs: Mapping[str, Pack]
) -> Iterator[Problem]:
    """Rules that nobody here decided on, and by which someone works in earnest."""
    for pack in packs.values():
        under = [m for m in members.values() if any(d.values.get("rules") == pack.id for d in m.directives)]
        names = [member.name for member in under if not member.practice]
        if pack.example and names:
            text = read_text(coop, coop.rules / f"{pack.id}.toml")
            lines = text.data.decode("utf-8", "replace").split("\n")
            line = next((n for n, said in enumerate(lines, 1) if said.lstrip().startswith("example")), 1)
            values = {"names": ", ".join(names)}
            yield Problem(f"rules/{pack.id}.toml", line, "example-rules", values, True, text.line(line))


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
        for name, more in _ledgers_in(folder, members):
            if name not in ids and not more:
                shown = coop.shown(folder / f"{name}.beancount")
                yield Problem(shown, 1, code, {"id": name, "near": nearest(name, ids)})
    found = _ledgers_in(coop.members, members)
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


def _ledgers_in(folder: Path, members: Mapping[str, Member]) -> list[tuple[str, str]]:
    """The files that look like ledgers and are no copies: each name, and what more follows `.beancount`."""
    copied = ledger_copies(folder, members)
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    split = (n.partition(".beancount") for n in names if not n.startswith(".") and n not in copied)
    return [(name, more) for name, ending, more in split if ending]
