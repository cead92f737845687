"""Every step of an allocation as plain sentences."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from scharrel.core.allowances import Room, passed, room
from scharrel.core.money import ZERO, to_cents, total
from scharrel.core.pack import FactValue, Pack, Step
from scharrel.core.trace import Allocation, Limit, Received, StepResult
from scharrel.text.words import Words, catalogue, usual, visible

_STOPS = ("not-deductible", "condition", "age", "months-used")


def opening(words: Words, allocation: Allocation) -> Iterator[str]:
    """What came in and what of it is divided."""
    month = words.month(allocation.month)
    if allocation.came_in > 0:
        yield words("explain.came-in", month=month, amount=words.money(allocation.came_in))
    elif allocation.came_in < 0:
        yield words("explain.negative", month=month, amount=words.money(-allocation.came_in))
        if not allocation.last:
            yield words("explain.negative-next")
    else:
        divided = any(result.paid for result in allocation.steps)
        yield words("explain.nothing-but" if divided else "explain.nothing", month=month)
    if allocation.pack.contributions:
        paid: dict[str, Decimal] = {}
        for part in allocation.received:
            paid[part.name] = paid.get(part.name, ZERO) + part.amount
        for name, amount in paid.items():
            yield words("explain.contributed", amount=words.money(amount), name=name)
    else:
        for part in allocation.received:
            key = "received" if allocation.came_in > 0 else "received-still"
            yield words(f"explain.{key}", amount=words.money(part.amount), project=part.name)
            yield from _how_shared(words, allocation.member, part)
    if allocation.carried:
        carried, pool = words.money(-allocation.carried), words.money(allocation.pool)
        yield words("explain.carried", amount=carried, pool=pool)
    if allocation.last and allocation.loss:
        yield words("explain.loss-left", amount=words.money(allocation.loss))
    for entry in allocation.left_open:
        if entry.role:
            key = "explain.waiting-left" if entry.amount > 0 else "explain.waiting-back"
            yield words(key, amount=words.money(abs(entry.amount)), role=role_name(words, entry.role))


def _how_shared(words: Words, member: str, received: Received) -> Iterator[str]:
    """What the project had to share, by what, and how much of that was the member's."""
    if received.shared:
        parts = received.shared.parts
        own, all_of = (
            total(p.weight for p in who) for who in ([p for p in parts if p.member == member], parts)
        )
        counted = all_of > 0 and (received.shared.step.role or received.shared.step.weighted)
        yield words(
            "explain.received-by" if counted else "explain.received-equal",
            amount=words.money(received.shared.paid),
            by=_by(words, received.shared),
            own=words.number(own),
            all=words.number(all_of),
            count=len(parts),
        )


def label(words: Words, step: Step) -> str:
    """The step's name for people."""
    return visible(step.label[words.lang])


def step_label(words: Words, pack: Pack | None, step_id: str) -> str:
    """The name of a step that may not be in the pack any more."""
    steps = pack.steps if pack else ()
    return next((label(words, step) for step in steps if step.id == step_id), step_id)


def left_open(words: Words, allocation: Allocation) -> list[tuple[str, Decimal]]:
    """What stays open where the membership ends, by name, in euros."""
    return [
        (
            label(words, entry.step)
            if entry.step
            else role_name(words, entry.role)
            if entry.role
            else words("explain.loss"),
            entry.amount,
        )
        for entry in allocation.left_open
    ]


def sentences(words: Words, result: StepResult, pack: Pack, *, last: bool = False) -> Iterator[str]:
    """What the step asked, what bound it, what is left over, and what it rests on; `last` says that no month
    of the member's comes after this one."""
    stopped = [limit for limit in result.limits if limit.code in _STOPS]
    if result.definitive is not None:
        span = "year" if result.step.party == "tax" else pack.settled
        yield words(f"explain.definitive-{span}", amount=words.money(result.definitive))
        for limit in result.limits:
            yield _limit(words, limit, result, pack)
    elif stopped:
        if result.step.kind == "input":
            yield from _asked(words, result, pack)
        yield _limit(words, stopped[0], result, pack)
    else:
        yield from _asked(words, result, pack)
        if result.waiting > 0:
            yield words("explain.waiting", amount=words.money(result.waiting))
        elif result.waiting < 0:
            yield words("explain.waiting-refund", amount=words.money(-result.waiting))
        for limit in result.limits:
            if limit.code != "below-threshold":
                yield _limit(words, limit, result, pack)
    if result.limits and result.paid > 0:
        yield words(
            "explain.paid-less",
            paid=words.money(result.paid),
            receiver=_receiver(words, result.step, pack),
        )
    if elsewhere := total(level.used for level in result.levels if level.code == "cap-month"):
        yield words("explain.elsewhere", amount=words.money(elsewhere))
    if (left := room(result)) and left.units:
        yield room_left(words, result.step, left)
    if over := passed(result):
        yield words("explain.passed", used=words.money(over.used), limit=words.money(over.limit.figure.value))
    if result.shortfall > 0:
        key = "explain.shortfall-left" if last else "explain.shortfall"
        yield words(key, amount=words.money(result.shortfall))
    elif result.shortfall < 0:
        key = "explain.refund-left" if last else "explain.refund-waits"
        yield words(key, amount=words.money(-result.shortfall))
    if result.own > 0:
        yield words("own.step", amount=words.money(result.own))
    if result.step.reduction and result.paid:
        yield words("explain.reduction")
    if result.step.max_months and result.paid > 0:
        yield words("explain.months", used=result.months_used + 1, limit=result.step.max_months)


def room_left(words: Words, step: Step, left: Room) -> str:
    """How much more can be done before the cap."""
    limit = words.money(left.limit.figure.value)
    return words(f"explain.room-{left.limit.code}", amount=quantity(words, step, left.units), limit=limit)


def quantity(words: Words, step: Step, units: int) -> str:
    """So many of what the step counts: 3 uur, 12 km."""
    unit = next((unit for unit in ("hours", "km") if (step.role or "").endswith(unit)), "other")
    return words(f"unit.{unit}", count=units, number=words.number(Decimal(units)))


def own_costs(words: Words, allocation: Allocation) -> Iterator[str]:
    """What the member spent that does not count, and what it leaves of what is kept."""
    if allocation.own > 0:
        left = allocation.keep - allocation.own
        yield words("own.total", amount=words.money(allocation.own))
        yield words("own.left" if left >= 0 else "own.more", left=words.money(abs(left)))
    elif allocation.own < 0:
        yield words("own.back", amount=words.money(-allocation.own))


def closing(words: Words, allocation: Allocation) -> str:
    """What the member keeps of the month."""
    if allocation.steps[-1].parts and not allocation.steps[-1].paid:
        return words("explain.shared-nothing")
    if allocation.steps[-1].parts:
        return words("explain.shared", amount=words.money(allocation.steps[-1].paid))
    if allocation.pack.contributions:
        return words("explain.reserve", amount=words.money(allocation.keep))
    pot = allocation.paid_to("pot")
    amount = words.money(allocation.keep)
    if pot:
        return words("explain.keep-pot", amount=amount, pot=words.money(pot))
    return words("explain.keep", amount=amount)


def _asked(words: Words, result: StepResult, pack: Pack) -> Iterator[str]:
    step = result.step
    amount = words.money(to_cents(result.wanted, step.rounding))
    name = _within(label(words, step))
    values: dict[str, object] = {
        "amount": amount,
        "receiver": _receiver(words, step, pack),
    }
    figure = result.figure
    if step.kind == "input":
        key = "input" if result.wanted > 0 else "input-refund" if result.wanted < 0 else "input-none"
        key += "-together" if together(pack) else ""
        if not result.written or result.wanted != total(w.amount for w in result.written):
            yield words(f"explain.{key}", amount=words.money(abs(result.wanted)), label=name)
        for entry in result.written:
            yield words(
                "own.gone" if entry.gone else "own.written",
                what=entry.purchase.what,
                amount=words.money(entry.amount),
                proceeds=words.money(entry.purchase.proceeds),
                nth=entry.nth,
                lifetime=entry.purchase.lifetime,
                left=words.money(entry.left),
            )
    elif step.kind == "amount" and figure:
        yield words("explain.amount", figure=words.money(figure.value))
    elif step.kind == "per" and not result.units:
        yield words("explain.per-none", role=role_name(words, step.role))
    elif step.kind == "per" and figure:
        units = words.number(result.units or ZERO)
        yield words("explain.per", units=units, figure=words.money(figure.value), amount=amount)
    elif step.kind == "all":
        yield words("explain.all" if result.wanted else "explain.all-none", **values)
    elif step.kind == "share" and result.parts and not result.paid:
        yield words("explain.parts-nothing")
    elif step.kind == "share" and result.parts:
        yield words("explain.parts", amount=words.money(result.paid), by=_by(words, result))
        for part in result.parts:
            yield words(
                "explain.part",
                name=part.name,
                weight=words.number(part.weight),
                amount=words.money(part.amount),
            )
    elif step.kind == "share":
        units = words.number(result.units or ZERO)
        by = (
            words("explain.share-role", role=role_name(words, step.role), units=units)
            if step.role
            else words("explain.share-equal")
        )
        yield words(
            "explain.share", shared=words.money(result.shared or ZERO), amount=words.money(result.paid), by=by
        )
    elif result.base == 0 and not step.over_year:
        named = next((s for s in pack.steps if step.base == f"after.{s.id}"), None)
        key = "explain.nothing-after" if named else "explain.nothing-of"
        yield words(key, label=label(words, named) if named else "")
    elif result.base is not None:
        values["base"] = words.money(result.base)
        values["reached"] = words.money(result.year_before + result.base)
        values["of"] = _base(words, step, pack)
        year = "-year" if step.over_year else ""
        if "below-threshold" in result.why and result.above:
            yield words(f"explain.below{year}", **values, above=words.money(result.above.value))
        elif figure:
            above = "-above" if result.above else ""
            values |= {"rate": words.rate(figure.value)}
            values |= {"above": words.money(result.above.value)} if result.above else {}
            yield words(f"explain.rate{year}{above}", **values)
        else:
            bands = ", ".join(
                words("explain.band", rate=words.rate(rate.value), start=words.money(start.value))
                for start, rate in result.bands
            )
            yield words(f"explain.bands{year}", bands=bands, **values)


def _within(name: str) -> str:
    """A name inside a sentence: without its capital, unless that is an abbreviation's."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def role_name(words: Words, role: str | None) -> str:
    """What is booked on a role."""
    name = str(role)
    return usual(words, "role", name) or f'"{name}"'


def _by(words: Words, result: StepResult) -> str:
    """By what a project's share goes."""
    if not any(part.weight > 0 for part in result.parts):
        return words("explain.by-none")
    if result.step.role:
        return words("explain.by-role", role=role_name(words, result.step.role))
    return words("explain.by-weight" if result.step.weighted else "explain.by-equal")


def _limit(words: Words, limit: Limit, result: StepResult, pack: Pack) -> str:
    step = result.step
    values: dict[str, object] = {"room": words.money(limit.after), "used": words.money(limit.used)}
    if limit.figure:
        values["limit"] = words.money(limit.figure.value)
    if limit.code == "pool-empty":
        key = "explain.pool-empty" if limit.after else "explain.pool-none"
        if step.kind == "input" and not result.waiting:
            key = "explain.input-empty" if limit.after else "explain.input-none-left"
        return words(key, asked=words.money(limit.before), left=words.money(limit.after))
    if limit.code == "target" and not limit.after:
        return words("explain.target-full", **values)
    if limit.code == "months-used":
        values["limit"] = str(step.max_months)
    if limit.code == "age":
        values["age"] = step.min_age
    if limit.code == "not-approved":
        return words("own.not-approved", amount=words.money(limit.before - limit.after))
    if limit.code == "not-deductible":
        return words("own.never")
    if limit.code == "condition":
        return _condition(words, step, limit.cause, pack)
    return words(f"explain.{limit.code}", **values)


def _condition(words: Words, step: Step, cause: str, pack: Pack) -> str:
    labels = {other.id: label(words, other) for other in pack.steps}
    if cause == "not_with":
        return words("explain.condition-not-with", label=labels[str(step.not_with)])
    if cause == "after":
        return words("explain.condition-after", label=labels[str(step.after)])
    if cause == "until":
        return words("own.until")
    facts = ", ".join(fact_in_words(words, fact, value) for fact, value in step.when)
    return words("explain.condition-when", facts=facts)


def fact_in_words(words: Words, fact: str, value: FactValue) -> str:
    """What holds of a member, as people say it: medisch urenbeperkt: ja."""
    known = catalogue(words.lang)["plot"]["known"].get(f"{fact}: {fact_text(value)}")
    if isinstance(value, date):
        return f"{fact_called(words, fact)}: {words.day(value)}"
    if not isinstance(value, bool):
        return str(known or f"{spaced(fact)}: {spaced(str(value))}")
    if known and not value:
        return str(known)
    return f"{known or spaced(fact)}: {words('explain.yes' if value else 'explain.no')}"


def fact_called(words: Words, fact: str) -> str:
    """What people call a fact of the register: medisch urenbeperkt."""
    known = catalogue(words.lang)["plot"]["known"].get(f"{fact}: TRUE")
    return usual(words, "fact", fact) or str(known or spaced(fact))


def spaced(name: str) -> str:
    """A name of the register or the chart, for people."""
    return visible(name.replace("_", " ").replace("-", " "))


def fact_text(value: FactValue) -> str:
    """The value as the register writes it."""
    if isinstance(value, bool):
        return str(value).upper()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _base(words: Words, step: Step, pack: Pack) -> str:
    if step.base == "pool":
        return words("explain.of-pool")
    if step.base.startswith("after."):
        named = next(s for s in pack.steps if s.id == step.base.removeprefix("after."))
        return words("explain.of-after", label=label(words, named))
    return words("explain.of-role", role=role_name(words, step.base))


def receiver(step: Step, pack: Pack) -> str:
    """Who gets what the step takes, as a key of the catalogue: under rules of a sub-cooperative the
    cooperative is the umbrella, and the pot its reserve."""
    if pack.contributions:
        return {"coop": "umbrella", "pot": "reserve"}.get(step.party, step.party)
    return step.party


def _receiver(words: Words, step: Step, pack: Pack) -> str:
    key = "offset" if step.reduction else receiver(step, pack)
    return words("explain.receiver." + ("suppliers" if key == "supplier" and together(pack) else key))


def together(pack: Pack) -> bool:
    """Whether these are rules of a project or a sub-cooperative: what is booked is not of one person."""
    return bool(pack.contributions or pack.steps[-1].feeds)
