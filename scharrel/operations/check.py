"""All that is wrong anywhere in a cooperative."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from scharrel.checks.across import across_of, with_others
from scharrel.checks.barter import both_problems
from scharrel.checks.books import case_problems, cases_of_nothing, in_books
from scharrel.checks.treasury import read_treasury
from scharrel.core.facts import Group
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID
from scharrel.core.problems import Problem, errors, in_order
from scharrel.ledger.books import Books
from scharrel.operations.allocate import workers_for
from scharrel.operations.cache import Cache
from scharrel.operations.divide import divide_group
from scharrel.operations.groups import seen_of
from scharrel.packs.bank_rules import read_bank_rules
from scharrel.store.kept import Seen
from scharrel.store.processes import spread
from scharrel.store.written_state import Left


class _Checked(NamedTuple):
    """What is wrong with a group, and its ledgers as they were read."""

    group: Group
    problems: Sequence[Problem]
    ledgers: Sequence[Seen]


def check_all(
    books: Books, today: date, seen: Left = dict, only: frozenset[str] = frozenset()
) -> list[Problem]:
    """Every problem of the books, each ledger, and what comes of dividing as far as there are rules; or all
    that stands against dividing for `only` these members. A group of which nothing changed since it was
    checked on this day is not read again; `seen` is how written files were left, seals included, as far as
    that was looked at before."""
    cache = Cache(books, "checks", str(today), seen, seals=True)
    month, sound = Month.of(today), not errors(books.problems)
    found, changed = [], []
    groups = [group for group in cache.groups.values() if not only or any(m.id in only for m in group)]
    members = [member for group in groups for member in group]
    for group in groups:
        kept = cache.but_for_ledgers(group, month) if sound else None
        if kept and not any(cache.changed(group, kept)):
            found.append(_Checked(group, kept.problems, kept.ledgers))
        else:
            changed.append(group)
    looked_at = [member for group in groups if not cache.as_left(group) for member in group]
    problems = in_books(books, members, today, cases=bool(only), written=looked_at)
    sound = sound and not errors(problems)
    if not only:
        problems += [
            *books.problems,
            *case_problems(books.coop, books.packs, books.chart),
            *cases_of_nothing(books.coop, books.packs),
            *read_bank_rules(books.coop, books.chart, books.holders, books.bank_accounts)[1],
        ]
    with workers_for(books, changed) as pool:
        for piece in spread(pool, partial(_check, books, today), changed):
            for each in piece:
                cache.keep(each.group, month, each.ledgers, each.problems, cache.files(each.group))
                found.append(each)
    if sound and changed:
        cache.save()
    across = [ledger.across for each in found for ledger in each.ledgers]
    problems += [problem for each in found for problem in each.problems]
    if only:
        return in_order(with_others(books, problems, across, today))
    problems += both_problems(books, [barter for one in across for barter in one.barters])
    if found_treasury := read_treasury(books, today):
        treasury, of_treasury = found_treasury
        problems += of_treasury
        across.append(across_of(books, COOP_ID, treasury))
    return in_order(with_others(books, problems, across, today))


def _check(books: Books, today: date, groups: Sequence[Group]) -> list[_Checked]:
    checked = []
    for group in groups:
        outcome = divide_group(books, group, None, today)
        ledgers = [seen_of(books, member.id, outcome.ledgers[member.id]) for member in group]
        checked.append(_Checked(group, outcome.own, ledgers))
    return checked
