"""Is someone better off than without working? What a period brought, by member and together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from scharrel.core.barter import BARTER
from scharrel.core.facts import Amounts, Holder
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pack import KEPT_PARTIES
from scharrel.core.period import Period
from scharrel.core.pots import withdrawals
from scharrel.core.trace import Allocation, unsettled
from scharrel.ledger.ledger import Ledger
from scharrel.text.words import Words, visible

HOURS = "UUR"
SMALLEST = 3
"""Members that a group must have to be told apart where no names are told."""

WORK = ("paid work", "own business")
"""What the fact `left_for` says when someone left for work: a job, or a business of their own."""


class PeriodSums(NamedTuple):
    """What a period brought a member, or several together. Amounts in euros.

    `kept` is what the rules left the member, pot included; `own` the costs that the member bore; `better`
    counts the `months` in which more was kept than that. `saved` is what the municipality did not have to
    pay or got back; of that, `earned_back` fell in months whose whole benefit is known, together `benefit`.
    """

    members: int = 0
    months: int = 0
    better: int = 0
    kept: Decimal = ZERO
    own: Decimal = ZERO
    pot: Decimal = ZERO
    withdrawn: Decimal = ZERO
    saved: Decimal = ZERO
    earned_back: Decimal = ZERO
    benefit: Decimal = ZERO
    with_benefit: int = 0
    hours: Decimal = ZERO
    study: Decimal = ZERO
    coop: Decimal = ZERO
    community: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """What is left of what was kept after the member's own costs."""
        return self.kept - self.own

    @property
    def part(self) -> Decimal | None:
        """The part of the benefit that was earned back, if the benefit is known."""
        return self.earned_back / self.benefit if self.benefit else None


class MemberPeriod(NamedTuple):
    """What a period brought a member, under the rules of its last month (`pack`, their title).

    `participant` is false for what members have together and where the rules leave nobody anything. `left`
    is the last month of who left, `left_for` the reason in the register; `provisional` are the periods in it
    that the municipality has yet to settle.
    """

    member: str
    pack: str
    participant: bool
    sums: PeriodSums
    left: Month | None = None
    left_for: str = ""
    provisional: frozenset[Period] = frozenset()


def member_period(
    member: Holder,
    allocations: Sequence[Allocation],
    ledger: Ledger,
    spending: frozenset[str],
    first: Month,
    last: Month,
) -> MemberPeriod | None:
    """What the period from `first` to `last` brought; None without a month in it. `spending` are the roles
    on which money is spent, `allocations` all of the member's, from the first month on."""
    found = [a for a in allocations if first <= a.month <= last]
    if not found:
        return None
    sums = period_sums(month_sums(a, ledger.amounts, spending) for a in found)
    within = [m for m in ledger.counted if first <= m.counts <= last]
    worked = [
        m.amount for m in within if m.currency == HOURS and ledger.roles.get(m.account) not in (None, BARTER)
    ]
    taken = [w.movement for w in withdrawals(member, allocations, ledger.movements)]
    if member.kind == "subcooperative":
        # What it pays on has been counted with those who paid it.
        sums = sums._replace(coop=ZERO)
    sums = sums._replace(
        members=1,
        with_benefit=int(bool(sums.benefit)),
        hours=total(worked),
        withdrawn=-total(m.amount for m in taken if first <= Month.of(m.day) <= last),
    )
    end = found[-1]
    gains = any(step.party in KEPT_PARTIES for a in found for step in a.pack.steps)
    facts = member.facts(end.month)
    gone = facts.get("left") is True and not member.active(end.month.plus(1))
    return MemberPeriod(
        member.id,
        end.pack.title,
        gains and member.person,
        sums,
        end.month if gone else None,
        str(facts.get("left_for", "")) if gone else "",
        frozenset(unsettled(found)),
    )


def period_sums(several: Iterable[PeriodSums]) -> PeriodSums:
    """The sum of all."""
    columns: Iterable[Any] = map(sum, zip(*several, strict=True))
    return PeriodSums(*columns)


def grouped(results: Sequence[MemberPeriod]) -> list[tuple[str, PeriodSums]] | None:
    """Participants by the rules that they are under, without names: title and sum.

    Groups of fewer than SMALLEST are put together under an empty title; as long as these are too few
    themselves, with the next smallest, for they could be told from the total. None when all are too few.
    """
    found: dict[str, list[PeriodSums]] = {}
    for result in results:
        found.setdefault(result.pack, []).append(result.sums)
    groups = sorted(found.items(), key=lambda group: (len(group[1]), group[0]))
    rest: list[PeriodSums] = []
    while groups and (len(groups[0][1]) < SMALLEST or 0 < len(rest) < SMALLEST):
        rest += groups.pop(0)[1]
    if 0 < len(rest) < SMALLEST or not results:
        return None
    return [(title, period_sums(group)) for title, group in sorted(groups)] + (
        [("", period_sums(rest))] if rest else []
    )


def unknown_benefit_hidden(sums: PeriodSums) -> PeriodSums:
    """The sum without the part of the benefit where that would tell of too few people."""
    if _hidden(sums.with_benefit, sums.members):
        return sums._replace(earned_back=ZERO, benefit=ZERO, with_benefit=0)
    return sums


def goals(results: Sequence[MemberPeriod], *, anonymous: bool) -> dict[str, int | None]:
    """How many people: who took part, were better off, left, and left for each kind of work.

    With `anonymous` None for a number that would tell of too few people, or of too few others.
    """
    gone = [result for result in results if result.left]
    counts = {
        "better_off": sum(result.sums.net > 0 for result in results),
        "left": len(gone),
        **{f"left_for_{work.replace(' ', '_')}": sum(r.left_for == work for r in gone) for work in WORK},
    }
    shown = {
        key: None if anonymous and _hidden(count, len(results)) else count for key, count in counts.items()
    }
    return {"members": len(results), **shown}


def _hidden(count: int, of: int) -> bool:
    return 0 < count < SMALLEST or 0 < of - count < SMALLEST


def month_sums(allocation: Allocation, amounts: Amounts, spending: frozenset[str]) -> PeriodSums:
    """What one month brought. Costs that it could not bear are the member's own until a later month makes
    them good, and so is what customers got back."""
    inputs = [result for result in allocation.steps if result.step.kind == "input"]
    counted = {result.step.role for result in inputs}
    own = total(result.wanted - result.paid for result in inputs)
    roles = amounts.of_role(allocation.month)
    own += total(amount for role, amount in roles.items() if role in spending - counted)
    own += allocation.carried - min(allocation.came_in + allocation.carried, ZERO)
    saved = allocation.paid_to("municipality")
    benefit = total(
        limit.figure.value
        for result in allocation.steps
        if result.step.reduction
        for limit in result.levels
        if limit.code == "cap-month"
    )
    return PeriodSums(
        months=1,
        better=int(allocation.keep > own),
        kept=allocation.keep,
        own=own,
        pot=allocation.paid_to("pot"),
        saved=saved,
        earned_back=saved if benefit else ZERO,
        benefit=benefit,
        study=roles.get("study", ZERO),
        coop=allocation.paid_to("coop"),
        community=allocation.paid_to("community"),
    )


def money_rows(words: Words, rows: Sequence[tuple[str, PeriodSums]], *, people: bool) -> list[list[str]]:
    """What was kept, the own costs, the pot, and whether that is better: of people yes or no, of groups how
    many months of all."""
    head = ["member" if people else "rules", "kept", "own", "pot", "withdrawn", "months"]
    shown = [
        [
            visible(name),
            words.amount(s.kept),
            words.amount(s.own),
            words.amount(s.pot),
            words.amount(s.withdrawn),
            words("better-off.of-months", better=s.better, months=s.months),
            *([words("better-off.yes" if s.net > 0 else "better-off.no")] if people else [str(s.members)]),
        ]
        for name, s in rows
    ]
    return [[words(f"better-off.{key}") for key in [*head, "better" if people else "members"]], *shown]


def development_rows(
    words: Words, rows: Sequence[tuple[str, PeriodSums]], *, people: bool
) -> list[list[str]]:
    """What the municipality saved, the part of the benefit earned back, hours and study."""
    head = ["member" if people else "rules", "saved", "part", "hours", "study"]
    shown = [
        [
            visible(name),
            words.amount(s.saved),
            _part(words, s) or "-",
            words.number(s.hours),
            words.amount(s.study),
        ]
        for name, s in rows
    ]
    return [[words(f"better-off.{key}") for key in head], *shown]


def better_off_sentence(words: Words, name: str, sums: PeriodSums) -> str:
    """Whether someone was better off, in a sentence."""
    key = "verdict-yes" if sums.net > 0 else "verdict-no"
    return words(
        f"better-off.{key}",
        name=name,
        kept=words.money(sums.kept),
        own=words.money(sums.own),
        net=words.money(sums.net),
        better=sums.better,
        months=sums.months,
    )


def total_lines(words: Words, total: PeriodSums) -> Iterator[str]:
    """What all together kept, and what went to the cooperative, the community and the municipality."""
    for key in ("kept", "own", "pot", "withdrawn", "coop", "community", "saved"):
        yield words(f"better-off.total-{key}", amount=words.money(getattr(total, key)))


def goal_lines(words: Words, total: PeriodSums, goals: Mapping[str, int | None]) -> Iterator[str]:
    """The goals of part-time enterprise, each with what was reached."""
    members = goals["members"]

    def count(key: str) -> str:
        return words("better-off.few", count=SMALLEST) if goals[key] is None else str(goals[key])

    yield words("better-off.goal-better", count=count("better_off"), members=members)
    kinds = {work: count(f"left_for_{work.replace(' ', '_')}") for work in WORK}
    yield words("better-off.goal-left", count=count("left"), work=kinds[WORK[0]], business=kinds[WORK[1]])
    if part := _part(words, total):
        amounts = {"amount": words.money(total.earned_back), "benefit": words.money(total.benefit)}
        yield words("better-off.goal-benefit", part=part, **amounts)
    else:
        yield words("better-off.goal-benefit-unknown")
    yield words(
        "better-off.goal-activity",
        months=total.months,
        hours=words.number(total.hours),
        study=words.money(total.study),
    )


def _part(words: Words, sums: PeriodSums) -> str:
    """The part of the benefit that was earned back in whole percents, or nothing where it is not known."""
    return "" if sums.part is None else words.number(sums.part * 100, "0") + "%"
