"""The yearly list of what members did for each other, and how they stand with one another."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.barter import Barter
from scharrel.core.money import ZERO
from scharrel.text.table import amount_rows
from scharrel.text.words import Words, unit_name, visible


class BarterBalance(NamedTuple):
    """A member's year in one commodity: what was owed to them at its start and its end (negative: what they
    owe), and between these what they gave and took."""

    member: str
    commodity: str
    start: Decimal = ZERO
    given: Decimal = ZERO
    taken: Decimal = ZERO

    @property
    def end(self) -> Decimal:
        return self.start + self.given - self.taken


def barter_balances(barters: Iterable[Barter], year: int) -> list[BarterBalance]:
    """Everyone who gave or took something up to the year's end, by commodity and member; all ends of one
    commodity together are zero."""
    found: dict[tuple[str, str], BarterBalance] = {}
    for barter in barters:
        if barter.day.year > year:
            continue
        for member, side, sign in ((barter.giver, "given", 1), (barter.taker, "taken", -1)):
            balance = found.get((barter.commodity, member), BarterBalance(member, barter.commodity))
            if barter.day.year < year:
                balance = balance._replace(start=balance.start + sign * barter.amount)
            else:
                balance = balance._replace(**{side: getattr(balance, side) + barter.amount})
            found[barter.commodity, member] = balance
    return [found[key] for key in sorted(found)]


def barter_rows(words: Words, names: Mapping[str, str], barters: Sequence[Barter]) -> list[list[str]]:
    """A heading and a row for each: the day, who did it, for whom, what, and how much."""
    return [
        [words(f"exchange.{key}") for key in ("day", "giver", "taker", "what", "amount")],
        *(
            [
                words.short_day(b.day),
                visible(names[b.giver]),
                visible(names[b.taker]),
                visible(b.text),
                f"{words.number(b.amount)} {unit_name(words, b.commodity, b.amount)}",
            ]
            for b in barters
        ),
    ]


def balance_rows(
    words: Words, names: Mapping[str, str], balances: Sequence[BarterBalance], *, whole: bool
) -> list[list[str]]:
    """A heading and a row for each member; for the `whole` cooperative the totals, which are zero at the
    start and the end."""
    return amount_rows(
        [words(f"exchange.{key}") for key in ("member", "start", "given", "taken", "end")],
        [(visible(names[b.member]), (b.start, b.given, b.taken, b.end)) for b in balances],
        words.number,
        words("exchange.total") if whole else "",
    )
