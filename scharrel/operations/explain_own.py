"""A month of the cooperative itself, as it is explained: what it got from whom, and what it booked."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from scharrel.checks.treasury import read_treasury
from scharrel.core.corrections import Correction
from scharrel.core.facts import Group
from scharrel.core.income import corrected_part
from scharrel.core.month import Month
from scharrel.core.problems import Problem, errors
from scharrel.ledger.books import Books
from scharrel.operations.allocate import workers_for
from scharrel.operations.divide import divide_group
from scharrel.reports.own_month import Named, OwnMonth, OwnShare, own_month, own_shares
from scharrel.store.allocations import step_lines
from scharrel.store.durable import read_written
from scharrel.store.processes import spread
from scharrel.text.corrections import correction_label
from scharrel.text.words import Words


class OwnExplained(NamedTuple):
    """A month of the cooperative itself; `places` has where each share is booked, as far as it was. The
    problems may stand in the way."""

    month: OwnMonth
    places: Sequence[str]
    problems: list[Problem]


def explain_treasury(words: Words, books: Books, month: Month, today: date) -> OwnExplained:
    """What the cooperative got in the month from whom, and what it booked itself."""
    groups = books.groups()
    shares: list[OwnShare] = []
    problems = list(books.problems)
    with workers_for(books, groups) as pool:
        for piece in spread(pool, partial(_shared, words.lang, books, month, today), groups):
            for found, wrong in piece:
                shares += found
                problems += wrong
    ledger, of_treasury = read_treasury(books, today) or (None, [])
    shares.sort(key=lambda share: (share.name, share.of != month))
    lines: dict[str, dict[tuple[str, bool], int]] = {}
    places = []
    for share in shares:
        path = books.coop.allocation(share.holder, month)
        if share.holder not in lines:
            lines[share.holder] = step_lines(read_written(path) or "")
        line = lines[share.holder].get((share.step, share.of != month))
        places.append(f"{books.coop.shown(path)}:{line}" if line else "")
    return OwnExplained(own_month(shares, ledger, month), places, problems + of_treasury)


def _named(words: Words, books: Books, correction: Correction) -> Named:
    name = correction_label(words, books.packs, books.holders, correction)
    return name, corrected_part(books.packs.get(correction.pack), correction)[1], correction


def _shared(
    lang: str, books: Books, month: Month, today: date, groups: Sequence[Group]
) -> list[tuple[list[OwnShare], list[Problem]]]:
    words = Words(lang)
    done = []
    for group in groups:
        outcome = divide_group(books, group, month, today)
        found: list[OwnShare] = []
        for holder in () if errors(outcome.problems) else group:
            if holder.practice:
                continue
            own = (a for a in outcome.allocations if a.member == holder.id and a.month == month)
            corrected = {
                when: [_named(words, books, c) for c in told]
                for when, told in outcome.corrected(holder.id, books.first_open).items()
            }
            found += own_shares(words, holder, month, next(own, None), corrected)
        done.append((found, outcome.problems))
    return done
