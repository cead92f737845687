"""A month with more turnover than it has: as a table, and in sentences for the member."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from scharrel.analysis.prospect import RateChange
from scharrel.analysis.what_if import WhatIf
from scharrel.core.money import ZERO
from scharrel.text.sentences import label, step_label
from scharrel.text.table import before_and_after, columns
from scharrel.text.words import Words

_BEGINS = {
    "target": "full", "cap-month": "cap", "cap-year": "cap", "cap-life": "cap", "pool-empty": "short",
}  # fmt: skip
_ENDS = {"below-threshold": "threshold", "pool-empty": "enough"}


class Table(NamedTuple):
    """Lines of one width: the heading, the pool and the steps, what is kept, and the pots."""

    heading: str
    steps: list[str]
    keep: str
    pots: list[str]


def supposition(words: Words, turnover: Decimal | None, costs: Decimal | None) -> str:
    """What is supposed to come in, and to be spent, beyond what was booked."""
    parts = [
        words(f"what-if.{what}-{'less' if amount < 0 else 'more'}", amount=words.money(abs(amount)))
        for what, amount in (("turnover", turnover), ("costs", costs))
        if amount is not None
    ]
    return words("what-if.suppose", what=words("what-if.and").join(parts))


def table(words: Words, what: WhatIf, width: int) -> Table:
    """Every step and every pot before and after."""
    pack = what.then.pack
    steps = [(words("what-if.pool"), what.now.pool, what.then.pool)]
    steps += [(label(words, then.step), now.paid, then.paid) for now, then in what.steps]
    names = {step.to: label(words, step) for step in reversed(pack.steps) if step.to}
    pots = [
        (
            words("what-if.level", label=names[account]),
            what.now.balances.get(account, ZERO),
            what.then.balances.get(account, ZERO),
        )
        for account in pack.pots()
    ]
    rows = [*steps, (words("what-if.keep"), what.now.keep, what.then.keep), *pots]
    heads = [words(f"what-if.{column}") for column in ("now", "then", "difference")]
    heading, *lines = columns(before_and_after(words, heads, rows), (0,), width)
    return Table(heading, lines[: len(steps)], lines[len(steps)], lines[len(steps) + 1 :])


def outcome(words: Words, what: WhatIf) -> Iterator[str]:
    """What the member keeps, what a month of a right it costs, and what is kept of the next euro."""
    gained = what.gained
    key = "more" if gained > 0 else "less" if gained < 0 else "same"
    yield words(f"what-if.keep-{key}", amount=words.money(abs(gained)), keep=words.money(what.then.keep))
    for now, then in what.steps:
        step = then.step
        if step.reduction and now.paid != then.paid:
            yield words("what-if.reduction", label=label(words, step))
        if step.max_months and then.paid > 0 >= now.paid:
            started = step.consecutive and not then.life_used
            values = {"label": label(words, step), "limit": step.max_months}
            if started:
                yield words("what-if.month-started", **values)
            elif not step.consecutive:
                yield words("what-if.month-used", used=then.months_used + 1, **values)
    if what.then.pack.collective:
        if what.others:
            key = "more" if what.others > 0 else "less"
            yield words(f"what-if.others-{key}", amount=words.money(abs(what.others)))
        yield words("what-if.shared")
    elif what.ahead:
        yield from _ahead(words, what)


def _ahead(words: Words, what: WhatIf) -> Iterator[str]:
    first, *later = what.ahead
    yield words("what-if.next", cents=_cents(words, first))
    if not later:
        yield words("what-if.no-bend")
        return
    (bend,) = later
    start = words.money(bend.stretch.start)
    yield words("what-if.bend", start=start, why=_why(words, what, bend), cents=_cents(words, bend))


def _cents(words: Words, bend: RateChange) -> str:
    return words.number(bend.stretch.kept * 100)


def _why(words: Words, what: WhatIf, bend: RateChange) -> str:
    """What happens at the bend, by the step that pays otherwise from there on."""
    if what.then.came_in + what.then.carried < 0:
        return words("what-if.why.deficit")
    found = [kind for code, kind in _BEGINS.items() if code in bend.begins]
    found += [kind for code, kind in _ENDS.items() if code in bend.ends]
    kind = found[0] if found else "other"
    return words(f"what-if.why.{kind}", label=step_label(words, what.then.pack, bend.step))
