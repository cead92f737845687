"""A pack with one thing changed: whoever wrote its cases should have one that then comes out otherwise.

Every small change is made, whatever it does. One that no case notices counts when the trials show someone
with other money: members who work for some months under the pack as it is, and as it becomes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, Literal, NamedTuple

from scharrel.analysis.cases import noticed_by, replayed
from scharrel.analysis.trials import Trials
from scharrel.core.case import Case
from scharrel.core.money import CENT
from scharrel.core.month import Month
from scharrel.core.pack import KEPT_PARTIES, LIMITS, PARTIES, Operand, Pack, Param, Step, Term

TENTH_OF_A_PERCENT = Decimal("0.001")

_ELSEWHERE = "Liabilities:Elders"


class Place(NamedTuple):
    """Where a pack says something: the key in the nth table of this name, on the line with `having`."""

    table: str
    key: str
    nth: int = 0
    having: str = ""


class Mutation(NamedTuple):
    """A pack with one change, and what it is.

    `of` is the parameter or step (none for the pack itself), `key` the word that says it. A figure has its
    unit; one with dates the month from which it holds, and `choice` if it goes by a fact.
    """

    code: Literal["figure", "since", "change", "add", "drop", "order"]
    place: Place
    pack: Pack
    of: str
    key: str
    was: Any
    becomes: Any = None
    unit: str = ""
    month: Month | None = None
    choice: str = ""


class Noticed(NamedTuple):
    """How many changes make a difference, and those of them that no case notices."""

    tried: int
    unnoticed: list[Mutation]


def try_all(pack: Pack, cases: Sequence[Case]) -> Noticed:
    """Put every change of the pack to the cases, which hold for the pack as it is."""
    first = [(case, replayed(pack, case)) for case in cases]
    trials = Trials(pack)
    unnoticed = []
    tried = 0
    for mutation in mutations(pack):
        noticed = next((kept for kept in first if noticed_by(*kept, mutation.pack)), None)
        if noticed:
            # The next change is like this one, so the same case will most likely notice it.
            first.remove(noticed)
            first.insert(0, noticed)
        elif mutation.pack.counts != pack.counts or trials.differ(mutation.pack):
            unnoticed.append(mutation)
        else:
            continue
        tried += 1
    return Noticed(tried, unnoticed)


def mutations(pack: Pack) -> Iterator[Mutation]:
    """Every change, in the order of the pack's parts."""
    yield from _of_pack(pack)
    for param in pack.used_params():
        yield from _of_param(pack, param)
    for nth in range(len(pack.steps)):
        yield from _of_step(pack, nth)
    yield from _of_order(pack)


def _of_pack(pack: Pack) -> Iterator[Mutation]:
    dates = {"valid_from": pack.valid_from, "valid_until": pack.valid_until}
    for key, month in dates.items():
        for moved in (month.plus(-1), month.plus(1)) if month else ():
            changed: dict[str, Any] = {key: moved}
            yield Mutation("change", Place("pack", key), replace(pack, **changed), "", key, month, moved)
    for role in pack.pool:
        left = tuple(other for other in pack.pool if other != role)
        yield Mutation("drop", Place("pack", "pool"), replace(pack, pool=left), "", "pool", role)
    if pack.by_payment:
        yield Mutation(
            "drop", Place("pack", "counts"), replace(pack, counts="invoiced"), "", "counts", pack.counts
        )


def _of_param(pack: Pack, param: Param) -> Iterator[Mutation]:
    def mutated(values: Sequence[Any]) -> Pack:
        new = replace(param, values=tuple(sorted(values, key=lambda row: row[0])))
        return pack.with_params({**pack.params, param.id: new})

    for nth, (since, value) in enumerate(param.values):
        before, after = param.values[:nth], param.values[nth + 1 :]
        place = Place(f"param.{param.id}", "values", having=f"from = {since.first_day}")
        choices = value if isinstance(value, Mapping) else {"": value}
        for choice, figure in choices.items():
            for becomes in _nudged(figure, param.unit):
                changed = {**choices, choice: becomes} if isinstance(value, Mapping) else becomes
                new = mutated([*before, (since, changed), *after])
                yield Mutation(
                    "figure", place, new, param.id, param.id, figure, becomes, param.unit, since, choice
                )
        for moved in (since.plus(-1), since.plus(1)):
            new = mutated([*before, (moved, value), *after])
            yield Mutation("since", place, new, param.id, param.id, since, moved)


def _nudged(figure: Decimal, unit: str) -> list[Decimal]:
    """A cent or a tenth of a percent more, and less where that is possible."""
    little = TENTH_OF_A_PERCENT if unit == "rate" else CENT
    return [nudged for nudged in (figure - little, figure + little) if nudged >= 0]


def _of_step(pack: Pack, nth: int) -> Iterator[Mutation]:
    """Every change of the nth step."""
    step = pack.steps[nth]

    def become(code: Any, key: str, was: Any, becomes: Any, new: Step, unit: str = "") -> Mutation:
        steps = (*pack.steps[:nth], new, *pack.steps[nth + 1 :])
        place = Place("step", key.partition(".")[0], nth)
        return Mutation(code, place, replace(pack, steps=steps), step.id, key, was, becomes, unit)

    def change(key: str, was: Any, becomes: Any, **fields: Any) -> Mutation:
        return become("change", key, was, becomes, replace(step, **fields))

    def drop(key: str, was: Any, **fields: Any) -> Mutation:
        return become("drop", key, was, None, replace(step, **fields))

    def toggled(key: str, field: str = "") -> Mutation:
        was = getattr(step, field or key)
        fields: dict[str, Any] = {field or key: not was}
        return become("drop" if was else "add", key, None, None, replace(step, **fields))

    for term in step.terms():
        key = "bands" if term.nth else LIMITS.get(term.place) or {"above": "above"}.get(term.place, step.kind)
        if isinstance(term.operand, Decimal):
            for figure in _nudged(term.operand, term.unit):
                new = step.with_terms(partial(_other, term.about, figure))
                yield become("change", key, term.operand, figure, new, term.unit)
        if term.place in LIMITS or term.place == "above":
            yield become("drop", key, None, None, step.with_terms(partial(_other, term.about, None)))
    if step.kind in ("input", "per"):
        yield drop("input" if step.kind == "input" else "units", step.role, role=None)
    if step.kind in ("rate", "bands"):
        for base in ("pool", *(f"after.{earlier.id}" for earlier in pack.steps[:nth])):
            if base != step.base:
                yield change("of", step.base, base, base=base)
    if step.bands or step.above is not None:
        yield toggled("over", "over_year")
    if step.kind in ("per", "rate", "bands"):
        becomes = "down" if step.rounding == "half-up" else "half-up"
        yield change("rounding", step.rounding, becomes, rounding=becomes)
    for key in ("max_months", "min_age"):
        if count := getattr(step, key):
            for other in (count - 1, count + 1):
                yield change(key, count, other, **{key: other})
            yield drop(key, count, **{key: None})
    if step.max_months:
        yield toggled("consecutive")
    for key in ("after", "not_with", "until"):
        if getattr(step, key):
            yield drop(key, getattr(step, key), **{key: None})
    for key in ("own", "approval"):
        if getattr(step, key):
            yield toggled(key)
    for position, (fact, value) in enumerate(step.when):
        rest = (*step.when[:position], *step.when[position + 1 :])
        yield drop("when", fact, when=rest)
        if isinstance(value, bool):
            yield change("when", (fact, value), (fact, not value), when=(*rest, (fact, not value)))
    for role in step.counts:
        yield drop("counts", role, counts=tuple(other for other in step.counts if other != role))
    if not step.closes:
        yield toggled("carry")
    yield from _of_receiver(pack, step, change)


def _other(about: str, becomes: Operand | None, term: Term) -> Operand | None:
    return becomes if term.about == about else term.operand


def _of_receiver(pack: Pack, step: Step, change: Callable[..., Mutation]) -> Iterator[Mutation]:
    """Who ends up with the money, and on which account."""
    kin = [party for party in PARTIES if (party in KEPT_PARTIES) == (step.party in KEPT_PARTIES)]
    party = kin[(kin.index(step.party) + 1) % len(kin)]
    yield change("party", step.party, party, party=party)
    if step.to:
        others = [other.to for other in pack.steps if other.to not in (None, step.to)]
        account = others[0] if others else _ELSEWHERE
        yield change("to", step.to, account, to=account)
    if step.party == "municipality":
        was, becomes = ("reduction", "payment") if step.reduction else ("payment", "reduction")
        yield change("settle", was, becomes, reduction=not step.reduction)


def _of_order(pack: Pack) -> Iterator[Mutation]:
    """Neighbours in the other order, where neither refers to the other."""
    for nth, (one, other) in enumerate(zip(pack.steps[:-2], pack.steps[1:-1], strict=True)):
        if f"after.{one.id}" != other.base and one.id not in (other.after, other.not_with):
            steps = (*pack.steps[:nth], other, one, *pack.steps[nth + 2 :])
            place = Place("step", "id", nth + 1)
            yield Mutation("order", place, replace(pack, steps=steps), one.id, "id", one.id, other.id)
