"""All that is wrong anywhere in a cooperative."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from scharrel.checks.across import across_of, with_others
from scharrel.checks.barter import all_barter, both_problems
from scharrel.checks.books import case_problems, cases_of_nothing, in_books
from scharrel.checks.treasury import read_treasury
from scharrel.core.across import Across
from scharrel.core.barter import Barter
from scharrel.core.facts import Group
from scharrel.core.names import COOP_ID
from scharrel.core.problems import Problem, in_order
from scharrel.ledger.books import Books
from scharrel.operations.allocate import workers_for
from scharrel.operations.divide import divide_group
from scharrel.store.processes import spread


class _Checked(NamedTuple):
    """What is wrong with a group, and what of its ledgers bears on others."""

    problems: list[Problem]
    across: list[Across]
    barters: list[Barter]


def check_all(books: Books, today: date) -> list[Problem]:
    """Every problem of the books, each ledger, and what comes of dividing as far as there are rules."""
    problems = [
        *books.problems,
        *in_books(books, books.holders.values(), today, cases=False),
        *case_problems(books.coop, books.packs, books.chart),
        *cases_of_nothing(books.coop, books.packs),
    ]
    groups = books.groups()
    with workers_for(books, groups) as pool:
        found = [each for piece in spread(pool, partial(_check, books, today), groups) for each in piece]
    problems += [problem for each in found for problem in each.problems]
    across = [across for each in found for across in each.across]
    if found_treasury := read_treasury(books, today):
        treasury, of_treasury = found_treasury
        problems += of_treasury
        across.append(across_of(books, COOP_ID, treasury))
    problems += both_problems(books, [barter for each in found for barter in each.barters])
    return in_order(with_others(books, problems, across))


def _check(books: Books, today: date, groups: Sequence[Group]) -> list[_Checked]:
    checked = []
    for group in groups:
        outcome = divide_group(books, group, None, today)
        across = [across_of(books, holder, ledger) for holder, ledger in outcome.ledgers.items()]
        checked.append(_Checked(outcome.problems, across, all_barter(outcome.ledgers)))
    return checked
