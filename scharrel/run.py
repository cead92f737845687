"""One run: files → facts of a month → rules → allocations with their trace."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from scharrel.core.facts import Group, Member
from scharrel.core.history import replay
from scharrel.core.month import Month
from scharrel.core.problems import Problem, errors
from scharrel.core.trace import Allocation
from scharrel.files.gather import Books, member_problems
from scharrel.files.ledger import Ledger, read_ledger
from scharrel.files.source import read_text
from scharrel.files.writing import allocation_text


@dataclass(slots=True)
class Outcome:
    """What came of one group of members: allocations by member, or the problems that stood in the way."""

    allocations: list[Allocation]
    problems: list[Problem]
    ledgers: dict[str, Ledger]


def compute(books: Books, group: Group, through: Month, today: date) -> Outcome:
    """Read and divide for members who have to be computed together."""
    ledgers = {member.id: read_ledger(books.coop, member.id, books.chart) for member in group}
    problems = [
        problem
        for member in group
        for problem in member_problems(books, member, ledgers[member.id], through, today)
    ]
    if errors(problems) or errors(involved(books, group)):
        return Outcome([], problems, ledgers)
    amounts = {member: ledger.amounts for member, ledger in ledgers.items()}
    return Outcome(list(replay(group, amounts, books.packs, through)), problems, ledgers)


def involved(books: Books, members: Collection[Member]) -> list[Problem]:
    """The problems of the books that concern these members: all but those of packs they never use."""
    used = {f"rules/{d.values['rules']}.toml" for m in members for d in m.directives if "rules" in d.values}
    return [p for p in books.problems if not p.file.startswith("rules/") or p.file in used]


def texts(books: Books, allocations: list[Allocation]) -> dict[str, dict[str, str]]:
    """The text of every allocation file, by member and month."""
    found: dict[str, dict[str, str]] = {}
    for allocation in allocations:
        text = allocation_text(allocation, books.chart.appropriation)
        months = found.setdefault(allocation.member, {})
        if text is not None:
            months[str(allocation.month)] = text
    return found


def last_booked(books: Books, today: date, known: Iterable[str] = ()) -> Month:
    """The last month in which any member booked something, among the months that have ended.

    `known` are months with a booking that need not be looked for.
    """
    ended = Month.of(today).plus(-1)
    first = min((member.first for member in books.members.values()), default=ended)
    found = max((month for month in known if month <= str(ended)), default="")
    text_of = cache(lambda member: read_text(books.coop, books.coop.ledger(member)).data)
    for back in range(ended.since(first) + 1):
        month = ended.plus(-back)
        if str(month) == found:
            return month
        # Looking for the month as text is quick; only a ledger that has it is read.
        written = re.compile(rb"%04d[-/]0*%d[-/]" % month)
        for member in books.members:
            if written.search(text_of(member)):
                days = read_ledger(books.coop, member, books.chart).days
                if any(Month.of(day) == month for day, _ in days):
                    return month
    return ended
