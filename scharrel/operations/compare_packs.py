"""The whole of `rules compare`: one person's real months, divided again under each pack."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from scharrel.core.facts import Holder
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.problems import Problem, errors
from scharrel.ledger.books import Books
from scharrel.operations.divide import divide_group
from scharrel.operations.simulate import read_history, simulate
from scharrel.reports.under_packs import UnderPack, under_pack, with_early_figures


class Comparison(NamedTuple):
    """What each pack leaves, most first; by id `early`, from when a pack has figures of its own where it has
    none for the first month, and `unfit`, why another cannot be for this person (None: it is not for one
    person). `problems` is what stands against the books as they are; with an error nothing is compared."""

    rows: list[UnderPack]
    early: dict[str, Month]
    unfit: dict[str, Problem | None]
    problems: list[Problem]


def compare_packs(
    books: Books, member: Holder, packs: Sequence[Pack], first: Month, last: Month, today: date
) -> Comparison:
    """What the months of the period would have left under each pack; nothing is written."""
    rows: list[UnderPack] = []
    early: dict[str, Month] = {}
    unfit: dict[str, Problem | None] = {}
    group = next(group for group in books.groups() if member in group)
    problems = divide_group(books, group, last, today, sealed=False).problems
    said = {fact for directive in member.directives for fact in directive.values}
    for pack in packs if not errors(problems) else ():
        if pack.kind != "member" or pack.collective:
            unfit[pack.id] = None
            continue
        tried, since = with_early_figures(pack, first)
        history = read_history(books, tried, {member.id: None}, first, last, today)
        if wrong := errors(history.problems):
            unfit[pack.id] = wrong[0]
            continue
        months = [p.becomes for p in simulate(history, tried) if p.was.member == member.id]
        if months:
            amounts = history.amounts[member.id]
            rows.append(under_pack(tried, months, amounts, books.chart.spending, said))
            if since:
                early[pack.id] = since
    rows.sort(key=lambda row: (-row.sums.kept, row.pack.id))
    return Comparison(rows, early, unfit, problems)
