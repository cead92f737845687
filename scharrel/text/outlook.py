"""An outlook in words: what comes and goes by day, the lowest day, months below the norm, and what to do."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from scharrel.core.facts import Movement
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.period import Period
from scharrel.text.grounds import cited
from scharrel.text.periods import period_name
from scharrel.text.specifications import known_by
from scharrel.text.words import Words, visible
from scharrel.treasury.outlook import BENEFIT, PAYOUT, CashFlow, MonthInHand, Outlook, Uncounted
from scharrel.treasury.remedies import BufferNotice, LowDay, Remedy, for_month, low_day, months_paid


def flow_name(words: Words, flow: CashFlow) -> str:
    """What it is, in a few words."""
    if flow.kind == BENEFIT:
        return words("outlook.flow.benefit", month=words.month(flow.about[0]))
    if flow.kind == PAYOUT and flow.expected:
        return words("outlook.flow.payout-expected")
    return flow.name if flow.name and flow.kind.startswith("fixed") else words(f"outlook.flow.{flow.kind}")


def flow_how(words: Words, flow: CashFlow) -> Iterator[str]:
    """How the amount comes about."""
    if flow.kind == BENEFIT:
        values = {"norm": words.money(flow.norm), "apart": words.money(flow.apart)}
        values |= {"reduced": words.money(abs(flow.reduced)), "earned": words.month(flow.about[1])}
        way = "less" if flow.reduced > 0 else "more" if flow.reduced < 0 else "whole"
        yield words(f"outlook.how.benefit-{way}{'' if flow.apart else '-paid'}", **values)
        if flow.expected:
            yield words("outlook.how.expected")
    elif flow.about:
        yield words(f"outlook.how.{flow.kind}", months=_months(words, flow.about))


def place_line(words: Words, flow: CashFlow) -> str:
    """Where it stands, and what it rests on."""
    return ", ".join([*flow.places, *([cited(words, flow.rule)] if flow.rule else [])])


def _months(words: Words, months: tuple[Month, ...]) -> str:
    first, last = min(months), max(months)
    if first == last:
        return words.month(first)
    return words("period.months", first=words.month(first), last=words.month(last))


def low_lines(words: Words, outlook: Outlook, low: LowDay, member: str, *, relative: bool) -> Iterator[str]:
    """The lowest day, and what to do about it."""
    day, amount = words.day(low.day), words.money(abs(low.balance))
    if low.balance >= 0:
        key = "never-lower" if relative or low.day == outlook.first else "lowest"
    else:
        key = "lower" if relative else "short"
    yield words(f"outlook.{key}", day=day, amount=amount)
    for remedy in low.remedies:
        yield remedy_line(words, remedy, member, low.day)


def month_lines(words: Words, outlook: Outlook, member: str) -> Iterator[tuple[str, list[str]]]:
    """Of each month below the norm how much is missing, and what can be done."""
    paid = months_paid(outlook)
    for month in (month for month in outlook.months if month.missing):
        does = [
            remedy_line(words, remedy, member, month.month.last_day)
            for remedy in for_month(outlook, month, paid)
        ]
        yield below_line(words, month), does


def short_lines(words: Words, outlook: Outlook) -> Iterator[str]:
    """The lowest day of who has fixed costs, counted from the first, and months below the norm, each with
    what to do; nothing where there is nothing to look out for."""
    member, months = outlook.member.id, list(month_lines(words, outlook, outlook.member.id))
    if any(flow.amount < 0 for flow in outlook.flows):
        low = low_day(outlook, ZERO)
        values = {"day": words.day(low.day), "amount": words.money(abs(low.balance))}
        key = "paper-lower" if low.balance < 0 else "paper-enough"
        yield words(f"outlook.{key}", first=words.day(outlook.first), **values)
        yield from (remedy_line(words, remedy, member, low.day) for remedy in low.remedies)
    elif not months:
        return
    for said, does in months:
        yield said
        yield from does
    yield words("outlook.paper-more")


def below_line(words: Words, month: MonthInHand) -> str:
    sums = {key: words.money(getattr(month, key)) for key in ("benefit", "own", "least", "missing")}
    return words("outlook.below", month=words.month(month.month), **sums)


def remedy_line(words: Words, remedy: Remedy, member: str, by: date) -> str:
    values = {"amount": words.money(remedy.amount), "member": member, "by": words.day(by)}
    values |= {"day": words.day(remedy.day)} if remedy.day else {}
    values |= {"month": words.month(remedy.month), "text": str(remedy.month)} if remedy.month else {}
    return words(f"outlook.do.{remedy.code}", name=remedy.name, **values)


def uncounted_line(words: Words, one: Uncounted) -> str:
    """What is not in the figures, and what can be done to have it there."""
    return words(f"outlook.not.{one.code}", **{key: _said(words, value) for key, value in one.values.items()})


def _said(words: Words, value: object) -> str:
    if isinstance(value, Decimal):
        return words.money(value)
    if isinstance(value, Period):
        return period_name(words, value)
    if isinstance(value, Month):
        return words.month(value)
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, Pack):
        return value.title
    return ", ".join(value) if isinstance(value, list) else str(value)


def notice_lines(
    words: Words, outlook: Outlook, notice: BufferNotice, coop: str, town: str, today: date
) -> Iterator[str]:
    """A draft of what the member tells the municipality."""
    short, values = notice.short, {"coop": coop, "town": town}
    values |= {"month": words.month(short.month), "earned": words.month(notice.earned)}
    sums = {key: words.money(getattr(short, key)) for key in ("least", "benefit", "own", "missing")}
    sums |= {"sum": words.money(short.benefit + short.own), "left": words.money(notice.buffer.left)}
    sums |= {"asked": words.money(min(notice.buffer.left, short.missing))}
    values |= {"day": words.day(today), "year": str(notice.benefit.year)}
    values |= {"source": cited(words, notice.buffer.source)}
    yield words("outlook.notice.to", **values)
    yield words.day(today)
    for key in ("about", "dear"):
        yield from ("", words(f"outlook.notice.{key}", **values))
    yield from ("", words("outlook.notice.why", **values))
    came = [f for f in outlook.flows if f.kind == PAYOUT and not f.expected and notice.earned in f.about]
    if came and Month.of(came[0].day) != short.month:
        got = {"got": words.money(came[0].amount), "came": words.day(came[0].day)}
        yield words("outlook.notice.came", **got)
    yield ""
    for key in ("least", "benefit", "own", "sum", "missing"):
        yield "- " + words(f"outlook.notice.{key}", **values) + f": {sums[key]}"
    if booked := outlook.bookings.get(notice.earned):
        yield from ("", words("outlook.notice.bookings", **values))
        for place, movement in booked:
            yield booking_line(words, place, movement)
    yield ""
    for key in ("ask", "left"):
        yield words(f"outlook.notice.{key}", **values, **sums)
    yield from ("", words("outlook.notice.regards"))
    yield visible(outlook.member.name)
    yield from known_by(words, outlook.member, short.month)


def booking_line(words: Words, place: str, movement: Movement) -> str:
    """A booking with its place."""
    said = f"{words.day(movement.day)}: {words.money(movement.amount)}, {visible(movement.text)}"
    return f"- {said} ({place})"
