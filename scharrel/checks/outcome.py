"""What came of dividing a group of members, and what is wrong with that."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from scharrel.checks.accounts import account_problems
from scharrel.checks.permits import permit_problems
from scharrel.checks.seals import corrected_unsealed
from scharrel.core.allowances import passed, room
from scharrel.core.corrections import Correction, Sealed
from scharrel.core.facts import Group, Holder
from scharrel.core.money import ZERO, plain
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.pack import Pack
from scharrel.core.pots import Drawn, overdrawn, withdrawals
from scharrel.core.problems import Problem
from scharrel.core.trace import Allocation, StepResult
from scharrel.ledger.books import Books, said_of
from scharrel.ledger.ledger import Ledger
from scharrel.store.digests import rules_digest


@dataclass(slots=True)
class Outcome:
    """What came of one group of members: their ledgers as they were read, allocations and, by member, the
    corrections of closed months that are due and those that were booked before; or the problems that stood
    in the way, `standing` those of the books and its `own`. `later` are the allocations of months after the
    one that was asked for, as far as those were divided too; `costs` those that need an approval, `seals`
    those of closed months."""

    ledgers: dict[str, Ledger]
    allocations: list[Allocation] = field(default_factory=list)
    later: list[Allocation] = field(default_factory=list)
    corrections: dict[str, list[Correction]] = field(default_factory=dict)
    booked: dict[str, dict[Month, list[Correction]]] = field(default_factory=dict)
    costs: dict[str, list[Drawn]] = field(default_factory=dict)
    seals: dict[str, list[Sealed]] = field(default_factory=dict)
    standing: list[Problem] = field(default_factory=list)
    own: list[Problem] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """All that is wrong."""
        return [*self.standing, *self.own]

    @property
    def all_allocations(self) -> list[Allocation]:
        """Those of every month that was divided."""
        return [*self.allocations, *self.later]

    def placed(self) -> "Outcome":
        """The same with each of its own problems in the file that has its line: of bank lines not
        the ledger."""
        texts = {ledger.shown: ledger.text for ledger in self.ledgers.values()}
        self.own = [texts[p.file].placed(p) if p.file in texts else p for p in self.own]
        return self

    def corrected(self, member: str, first_open: Month | None) -> dict[Month, list[Correction]]:
        """All corrections of a member, by the month in which they are booked."""
        due = self.corrections.get(member)
        return self.booked.get(member, {}) | ({first_open: due} if first_open and due else {})


def outcome_problems(
    books: Books, group: Group, outcome: Outcome, through: Month, today: date, *, sealed: bool
) -> Iterator[Problem]:
    """What is wrong with what came of dividing; of closed months only when they were put right."""
    allocations = outcome.all_allocations
    if sealed:
        yield from corrected_unsealed(books.coop, group, books.closed)
    yield from account_problems(books, outcome.ledgers, allocations, outcome.corrections)
    yield from _share_problems(books, allocations)
    for member in group:
        own = [allocation for allocation in allocations if allocation.member == member.id]
        ledger = outcome.ledgers[member.id]
        if (seals := outcome.seals.get(member.id)) is not None:
            yield from _joined_too_early(books, member, seals)
            yield from _rules_changed(own, seals)
        yield from permit_problems(books, member, ledger, today)
        yield from _unapproved(member.id, ledger, outcome.costs[member.id])
        yield from _pot_problems(member, own, ledger)
        yield from _no_pot(books, member, own, ledger)
        yield from _allowance_problems(books, member, own, ledger, through)


def _unapproved(member: str, ledger: Ledger, costs: Iterable[Drawn]) -> Iterator[Problem]:
    """Costs that count only as far as there is an approval, where there is none."""
    for entry in costs:
        if entry.missing:
            amount = plain(entry.missing)
            yield ledger.text.problem(
                entry.movement.line, "cost-not-approved", True, amount=amount, member=member
            )


def _pot_problems(member: Holder, own: list[Allocation], ledger: Ledger) -> Iterator[Problem]:
    """Withdrawals without a reason or an approval or for another purpose, and pots below zero."""
    at = ledger.text.problem
    found = list(withdrawals(member, own, ledger.movements))
    for withdrawal in found:
        line = withdrawal.movement.line
        if not withdrawal.movement.reason.strip():
            yield at(line, "no-reason", not withdrawal.strict)
        if withdrawal.refused:
            purpose, allowed = withdrawal.movement.purpose, withdrawal.allowed
            values = {"purpose": purpose, "purposes": ", ".join(allowed)}
            values["near"] = nearest(purpose, frozenset(allowed))
            yield at(line, "purpose" if purpose else "no-purpose", False, **values)
        if withdrawal.missing:
            amount = plain(withdrawal.missing)
            yield at(
                line, "not-approved", False, amount=amount, member=member.id, day=str(withdrawal.movement.day)
            )
    for month, account, balance, strict in overdrawn(own):
        lines = [w.movement.line for w in found if Month.of(w.movement.day) <= month]
        values = {"account": account, "amount": plain(-balance), "month": str(month)}
        yield at(lines[-1] if lines else 1, "pot-below-zero", not strict, **values)


def _no_pot(books: Books, member: Holder, allocations: list[Allocation], ledger: Ledger) -> Iterator[Problem]:
    """Where more is taken than was put in, of what is a pot only in rules that the member never had."""
    own = {pot for a in allocations for pot in a.pack.pots()}
    others = {pot for pack in books.packs.values() for pot in pack.pots()} - own
    left = dict.fromkeys(others, ZERO)
    moved = [movement for movement in ledger.movements if movement.account in left]
    for movement in sorted(moved, key=lambda m: (m.day, m.line)):
        account = movement.account
        before = left[account]
        left[account] += movement.amount
        if left[account] < 0 <= before:
            values = {"account": account, "member": member.name}
            yield ledger.text.problem(movement.line, "no-pot", True, **values)


def _allowance_problems(
    books: Books, member: Holder, allocations: list[Allocation], ledger: Ledger, through: Month
) -> Iterator[Problem]:
    """Allowances near their cap in the last month, and those that pass it together with what others paid."""
    told: set[str] = set()
    for allocation in allocations:
        if allocation.month.year != through.year:
            continue
        for result in allocation.steps:
            over = passed(result)
            left = room(result) if allocation.month == through else None
            if over and over.limit.code == "cap-year" and result.step.id in told:
                continue  # a year that is passed stays so
            if not over and not (left and left.near and result.step.counts):
                continue
            counted = {result.step.role, *result.step.counts}
            lines = [
                m.line
                for m in ledger.counted
                if m.counts == allocation.month and books.chart.role(m.account) in counted
            ]
            line = max(lines, default=1)
            values = {"member": member.id, "step": result.step.id, "month": str(allocation.month)}
            if over:
                told.add(result.step.id)
                values |= {"used": plain(over.used), "limit": plain(over.limit.figure.value)}
                yield ledger.text.problem(line, "over-cap", True, **values)
            elif left and result.figure:
                hours = "-hours" if (result.step.role or "").endswith("hours") else ""
                values |= {"units": str(left.units), "figure": plain(result.figure.value)}
                values |= {"limit": plain(left.limit.figure.value)}
                code = f"near-cap{hours}" if left.units else "at-cap"
                yield ledger.text.problem(line, code, True, **values)


def _share_problems(books: Books, allocations: list[Allocation]) -> Iterator[Problem]:
    """A project's money with nobody to share it, and a part that the member's rules do not divide."""
    told: set[tuple[str, str]] = set()
    for allocation in allocations:
        member = books.holders[allocation.member]
        last, month = allocation.steps[-1], str(allocation.month)
        if member.project and last.paid and not last.parts and (member.id, "") not in told:
            told.add((member.id, ""))
            values = {"month": month, "project": member.id}
            yield books.register.problem(member.directives[0].line, "nobody-takes-part", **values)
        sealed = books.closed and allocation.month <= books.closed
        if _nobody_worked(last) and not sealed and (member.id, "work") not in told:
            told.add((member.id, "work"))
            values = {"month": month, "project": member.id, "role": str(last.step.role)}
            values["amount"] = plain(last.paid)
            place = books.coop.shown(books.coop.ledger(member.id))
            yield Problem(place, 1, "nobody-worked", values, warning=True)
        for part in allocation.received:
            if (
                member.person
                and part.role not in allocation.pack.pool
                and (member.id, part.project) not in told
            ):
                told.add((member.id, part.project))
                values = {"member": member.id, "pack": allocation.pack.id, "role": part.role, "month": month}
                line = member.directives[0].line
                yield books.register.problem(line, "share-not-divided", True, **values)


def _nobody_worked(last: StepResult) -> bool:
    """Whether a project's money goes by what was done, and nobody booked that."""
    return bool(last.paid and last.step.role and last.parts and not any(p.weight for p in last.parts))


def _rules_changed(allocations: list[Allocation], seals: list[Sealed]) -> Iterator[Problem]:
    """Rules of a closed month can only change from an open month on."""
    sealed = {seal.month: seal for seal in seals}
    for allocation in allocations:
        seal = sealed.get(allocation.month)
        pack = allocation.pack
        if seal and seal.pack == pack.id and seal.rules != rules_as_sealed(pack, seal):
            values = {"pack": pack.id, "month": str(allocation.month)}
            yield Problem(f"rules/{pack.id}.toml", 1, "rules-of-closed", values)
            return


def rules_as_sealed(pack: Pack, seal: Sealed) -> str:
    """The digest of the rules by now, in the terms of the seal."""
    return rules_digest(pack, seal.month, roles=seal.basis.rests is None)


def _joined_too_early(books: Books, member: Holder, seals: Collection[Sealed]) -> Iterator[Problem]:
    """A member of closed months of whom nothing was closed: whatever was booked then would stay undivided."""
    if seals or not books.closed or member.first > books.closed:
        return
    yield said_of(
        books, member, member.directives[0], "joined-too-early", name=member.name,
        first=str(member.first), closed=str(books.closed), open=str(books.first_open),
    )  # fmt: skip
