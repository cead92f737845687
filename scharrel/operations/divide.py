"""One run: files → facts of a month → rules → allocations with their trace."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from types import MappingProxyType

from scharrel.checks.accounts import account_problems
from scharrel.checks.books import involved
from scharrel.checks.members import member_problems, rules_hold
from scharrel.checks.permits import permit_problems
from scharrel.checks.seals import corrected_unsealed
from scharrel.core.allowances import passed, room
from scharrel.core.corrections import Cause, Correction, Sealed, booked, changed_since, corrections, followed
from scharrel.core.facts import Group, Member
from scharrel.core.history import Given, replay
from scharrel.core.money import ZERO, plain
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.pack import Pack
from scharrel.core.pots import overdrawn, packs_of, with_approvals, withdrawals
from scharrel.core.problems import Problem, errors
from scharrel.core.trace import Allocation, StepResult
from scharrel.ledger.basis import basis_of
from scharrel.ledger.books import Books, said_of
from scharrel.ledger.ledger import Ledger, read_ledger
from scharrel.store.allocations import allocation_text
from scharrel.store.digests import rules_digest
from scharrel.store.seals import BrokenSealError, read_seals
from scharrel.store.text import read_text


@dataclass(slots=True)
class Outcome:
    """What came of one group of members: allocations and, by member, the corrections of closed months
    that are due and those that were booked before; or the problems that stood in the way. `later` are the
    allocations of months after the one that was asked for, as far as those were divided too."""

    allocations: list[Allocation]
    problems: list[Problem]
    ledgers: dict[str, Ledger]
    corrections: dict[str, list[Correction]] = field(default_factory=dict)
    booked: dict[str, dict[Month, list[Correction]]] = field(default_factory=dict)
    later: list[Allocation] = field(default_factory=list)

    def corrected(self, member: str, first_open: Month | None) -> dict[Month, list[Correction]]:
        """All corrections of a member, by the month in which they are booked."""
        due = self.corrections.get(member)
        return self.booked.get(member, {}) | ({first_open: due} if first_open and due else {})


def compute(
    books: Books,
    group: Group,
    through: Month | None,
    today: date,
    *,
    sealed: bool = True,
    given: Given = MappingProxyType({}),
) -> Outcome:
    """Read and divide for members who have to be computed together, or for some of them when what the
    projects share with those is `given`; as far as there are rules, if no month is asked for.

    With `sealed` it looks at what was posted for closed months, and puts it right. What is wrong in a later
    month than the one that is asked for, up to that of today, is wrong too.
    """
    ledgers = {member.id: read_ledger(books.coop, member.id, books.chart) for member in group}
    now = Month.of(today)
    reach = now if rules_hold(books, group, now) else now.plus(-1)
    through = through or reach
    problems = [
        problem
        for member in group
        for problem in member_problems(books, member, ledgers[member.id], through, today)
    ]
    if errors(problems) or errors(involved(books, group)):
        return Outcome([], problems, ledgers)
    for member in group:
        problems += permit_problems(books, member, ledgers[member.id], today)
        problems += _approved(books, member, ledgers[member.id])
    amounts = {member: ledger.amounts for member, ledger in ledgers.items()}
    days = [day for ledger in ledgers.values() for day, _ in ledger.days]
    booked_in = [month for ledger in ledgers.values() for month in ledger.booked]
    last = max(through, books.closed or through, min(reach, max([*map(Month.of, days), *booked_in, through])))
    allocations = list(replay(group, amounts, books.packs, last, given=given))
    problems += corrected_unsealed(books.coop, group, books.closed) if sealed else ()
    corrected: dict[str, list[Correction]] = {}
    earlier: dict[str, dict[Month, list[Correction]]] = {}
    sealed_of: dict[str, list[Sealed]] = {}
    try:
        for member in (m for m in group if sealed and not books.never_sealed(m)):
            own = [allocation for allocation in allocations if allocation.member == member.id]
            seals = sealed_of[member.id] = read_seals(books.coop, member.id, books.closed, books.sealed)
            problems += _joined_too_early(books, member, seals)
            problems += _rules_changed(own, seals)
            earlier[member.id] = booked(seals)
            as_now = partial(basis_of, books, member, ledgers[member.id])
            due = corrections(own, seals, books.closed, member.id, as_now)
            corrected[member.id] = [_settling(member, c) for c in due]
        corrected = followed(group, corrected, cache(partial(_changed_of, books, ledgers, sealed_of)))
    except BrokenSealError as broken:
        month = {"month": broken.path.stem}
        problems.append(Problem(books.coop.shown(broken.path), 1, broken.code, month))
    problems += account_problems(books, ledgers, allocations, corrected)
    problems += _share_problems(books, allocations)
    for member in group:
        problems += _pot_problems(member, allocations, ledgers[member.id])
        problems += _no_pot(books, member, allocations, ledgers[member.id])
        problems += _allowance_problems(books, member, allocations, ledgers[member.id], through)
    within = [a for a in allocations if a.month <= through]
    later = [a for a in allocations if a.month > through]
    return Outcome(within, problems, ledgers, corrected, earlier, later)


def _changed_of(
    books: Books, ledgers: Mapping[str, Ledger], seals: Mapping[str, list[Sealed]], who: str
) -> Mapping[Month, tuple[Cause, ...]]:
    """What changed of someone since months were closed; nothing of who is not divided again."""
    if who not in seals:
        return {}
    return changed_since(who, seals[who], partial(basis_of, books, books.members[who], ledgers[who]))


def _settling(member: Member, correction: Correction) -> Correction:
    """The correction as part of what settles its month, if anything does: what was said of it last."""
    settlement = member.settled(correction.of)
    if settlement is None:
        return correction
    period = "" if settlement.period.span == "year" else str(settlement.period)
    return correction._replace(settles=settlement.source, period=period)


def _approved(books: Books, member: Member, ledger: Ledger) -> Iterator[Problem]:
    """Let costs that need an approval count as far as there is one; tell where there is none."""
    pack_in = packs_of(member, books.packs)
    ledger.amounts, costs = with_approvals(member, pack_in, ledger.movements, ledger.amounts)
    for entry in costs:
        if entry.missing:
            line = entry.movement.line
            values = {"amount": plain(entry.missing), "member": member.id}
            yield Problem(ledger.shown, line, "cost-not-approved", values, True, ledger.text.line(line))


def _pot_problems(member: Member, allocations: list[Allocation], ledger: Ledger) -> Iterator[Problem]:
    """Withdrawals without a reason or an approval or for another purpose, and pots below zero."""
    own = [allocation for allocation in allocations if allocation.member == member.id]

    def at(line: int, code: str, /, warning: bool, **values: str) -> Problem:
        return Problem(ledger.shown, line, code, values, warning, ledger.text.line(line))

    found = list(withdrawals(member, own, ledger.movements))
    for withdrawal in found:
        line = withdrawal.movement.line
        if not withdrawal.movement.reason.strip():
            yield at(line, "no-reason", warning=not withdrawal.strict)
        if withdrawal.refused:
            purpose, allowed = withdrawal.movement.purpose, withdrawal.allowed
            values = {"purpose": purpose, "purposes": ", ".join(allowed)}
            values["near"] = nearest(purpose, frozenset(allowed))
            yield at(line, "purpose" if purpose else "no-purpose", warning=False, **values)
        if withdrawal.missing:
            amount = plain(withdrawal.missing)
            yield at(
                line, "not-approved", False, amount=amount, member=member.id, day=str(withdrawal.movement.day)
            )
    for month, account, balance, strict in overdrawn(own):
        lines = [w.movement.line for w in found if Month.of(w.movement.day) <= month]
        values = {"account": account, "amount": plain(-balance), "month": str(month)}
        yield at(lines[-1] if lines else 1, "pot-below-zero", warning=not strict, **values)


def _no_pot(books: Books, member: Member, allocations: list[Allocation], ledger: Ledger) -> Iterator[Problem]:
    """Where more is taken than was put in, of what is a pot only in rules that the member never had."""
    own = {pot for a in allocations if a.member == member.id for pot in a.pack.pots()}
    others = {pot for pack in books.packs.values() for pot in pack.pots()} - own
    left = dict.fromkeys(others, ZERO)
    moved = [movement for movement in ledger.movements if movement.account in left]
    for movement in sorted(moved, key=lambda m: (m.day, m.line)):
        account = movement.account
        before = left[account]
        left[account] += movement.amount
        if left[account] < 0 <= before:
            values = {"account": account, "member": member.name}
            yield Problem(
                ledger.shown, movement.line, "no-pot", values, True, ledger.text.line(movement.line)
            )


def _allowance_problems(
    books: Books, member: Member, allocations: list[Allocation], ledger: Ledger, through: Month
) -> Iterator[Problem]:
    """Allowances near their cap in the last month, and those that pass it together with what others paid."""
    told: set[str] = set()
    for allocation in allocations:
        if allocation.member != member.id or allocation.month.year != through.year:
            continue
        for result in allocation.steps:
            over = passed(result)
            left = room(result) if allocation.month == through else None
            if over and over.quota.code == "cap-year" and result.step.id in told:
                continue  # a year that is passed stays so
            if not over and not (left and left.near and result.step.counts):
                continue
            counted = {result.step.role, *result.step.counts}
            lines = [
                m.line
                for m in ledger.movements
                if m.counts == allocation.month and books.chart.role(m.account) in counted
            ]
            line = max(lines, default=1)
            values = {"member": member.id, "step": result.step.id, "month": str(allocation.month)}
            if over:
                told.add(result.step.id)
                values |= {"used": plain(over.used), "limit": plain(over.quota.figure.value)}
                yield Problem(ledger.shown, line, "over-cap", values, True, ledger.text.line(line))
            elif left and result.figure:
                hours = "-hours" if (result.step.role or "").endswith("hours") else ""
                values |= {"units": str(left.units), "figure": plain(result.figure.value)}
                values |= {"limit": plain(left.quota.figure.value)}
                code = f"near-cap{hours}" if left.units else "at-cap"
                yield Problem(ledger.shown, line, code, values, True, ledger.text.line(line))


def _share_problems(books: Books, allocations: list[Allocation]) -> Iterator[Problem]:
    """A project's money with nobody to share it, and a part that the member's rules do not divide."""
    register = books.coop.shown(books.coop.register)
    told: set[tuple[str, str]] = set()
    for allocation in allocations:
        member = books.members[allocation.member]
        last, month = allocation.steps[-1], str(allocation.month)
        if member.project and last.paid and not last.parts and (member.id, "") not in told:
            told.add((member.id, ""))
            line = member.directives[0].line
            excerpt = f'custom "project" "{member.id}"'
            values = {"month": month, "project": member.id}
            yield Problem(register, line, "nobody-takes-part", values, excerpt=excerpt)
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
                excerpt = f'custom "participant" "{part.project}" "{member.id}"'
                line = member.directives[0].line
                yield Problem(register, line, "share-not-divided", values, True, excerpt)


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


def _joined_too_early(books: Books, member: Member, seals: Collection[Sealed]) -> Iterator[Problem]:
    """A member of closed months of whom nothing was closed: whatever was booked then would stay undivided."""
    if seals or not books.closed or member.first > books.closed:
        return
    yield said_of(
        books, member, member.directives[0], "joined-too-early", name=member.name,
        first=str(member.first), closed=str(books.closed), open=str(books.first_open),
    )  # fmt: skip


def texts(books: Books, outcome: Outcome, through: Month) -> dict[str, dict[str, str]]:
    """The text of every allocation file of an open month, by member and month."""
    found: dict[str, dict[str, str]] = {member: {} for member in outcome.ledgers}
    first_open = books.first_open
    corrected = dict(outcome.corrections) if first_open and first_open <= through else {}
    for allocation in outcome.allocations:
        if books.closed and allocation.month <= books.closed:
            continue
        now = corrected.pop(allocation.member, []) if allocation.month == first_open else []
        text = allocation_text(
            allocation.month, allocation, now, books.chart.appropriation, books.packs, books.members
        )
        if text is not None:
            found[allocation.member][str(allocation.month)] = text
    # Someone who is no member any more may still have something put right.
    for member, text in corrections_texts(books, corrected).items():
        found[member][str(first_open)] = text
    return found


def corrections_texts(books: Books, due: Mapping[str, Sequence[Correction]]) -> dict[str, str]:
    """The text by which the first open month puts right no more than this, by member, where that is
    anything."""
    found: dict[str, str] = {}
    for member, now in due.items():
        if books.first_open and now:
            text = allocation_text(
                books.first_open, None, now, books.chart.appropriation, books.packs, books.members
            )
            if text is not None:
                found[member] = text
    return found


def last_booked(books: Books, today: date, known: Iterable[str] = ()) -> Month:
    """The last month in which any member booked something, among the months that have ended.

    `known` are months with a booking that need not be looked for.
    """
    ended = Month.of(today).plus(-1)
    first = min((member.first for member in books.members.values()), default=ended)
    end = str(ended)
    found = max((month for month in known if month <= end), default="")
    text_of = cache(lambda member: read_text(books.coop, books.coop.ledger(member)).data)
    for back in range(ended.since(first) + 1):
        month = ended.plus(-back)
        if str(month) == found:
            return month
        # Looking for the month as text is quick; only a ledger that has it is read.
        written = re.compile(rb"%04d[-/]0*%d[-/]" % month)
        for member in books.members:
            if written.search(text_of(member)):
                days = read_ledger(books.coop, member, books.chart).days
                if any(Month.of(day) == month for day, _ in days):
                    return month
    return ended
