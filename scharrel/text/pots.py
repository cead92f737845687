"""What a pot may be spent on, and what was taken out of it, in sentences."""

from collections.abc import Iterator, Mapping, Sequence

from scharrel.core.pots import Drawn
from scharrel.text.words import Words, catalogue


def purpose(words: Words, name: str) -> str:
    """A purpose for people: usual ones in the language of the reader, others as the rules name them."""
    known: Mapping[str, str] = catalogue(words.lang)["purpose"]["names"]
    return known.get(name, name)


def spendable(words: Words, purposes: Mapping[str, bool]) -> str:
    """What the pot may be spent on, freely or with an approval; nothing where the rules leave it open."""
    free = [purpose(words, name) for name, approval in purposes.items() if not approval]
    asked = [purpose(words, name) for name, approval in purposes.items() if approval]
    said = [words("purpose.free", purposes=_listed(words, free))] if free else []
    said += [words("purpose.approval", purposes=_listed(words, asked))] if asked else []
    return " ".join(said)


def taken(words: Words, withdrawal: Drawn) -> str:
    """A withdrawal: when, how much, for what and why, and who approved it."""
    movement = withdrawal.movement
    said = words("purpose.taken", day=words.day(movement.day), amount=words.money(-movement.amount))
    if movement.purpose:
        said += " " + words("purpose.for", purpose=purpose(words, movement.purpose))
    if movement.reason:
        said += f" ({movement.reason})"
    for approval in withdrawal.approvals:
        by = " " + words("purpose.by", by=approval.by) if approval.by else ""
        day = words.day(approval.day)
        said += "; " + words("purpose.approved", day=day, by=by, what=approval.what)
    return said + "."


def approved(words: Words, cost: Drawn) -> Iterator[str]:
    """Each approval that a cost draws on: when, by whom, for what, and for how much."""
    for approval in cost.approvals:
        by = " " + words("purpose.by", by=approval.by) if approval.by else ""
        day, amount = words.day(approval.day), words.money(approval.amount)
        yield words("own.approved", day=day, by=by, what=approval.what, amount=amount)


def _listed(words: Words, names: Sequence[str]) -> str:
    """One, two and three."""
    *others, last = names
    return f"{', '.join(others)} {words('purpose.and')} {last}" if others else last
