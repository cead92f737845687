"""Dividing groups of members again; of a group in which only members' own bookings changed, those alone."""

import pickle
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.checks.across import across_of
from scharrel.checks.outcome import Outcome
from scharrel.core.corrections import Correction
from scharrel.core.facts import Group, Holder
from scharrel.core.history import Given, received_from
from scharrel.core.month import Month
from scharrel.core.problems import BANK, PAYMENTS, TREASURY, Problem
from scharrel.core.trace import Allocation, Received, Summary, summary_of
from scharrel.ledger.books import Books
from scharrel.ledger.consolidated import sums_of_ledger
from scharrel.ledger.ledger import Ledger
from scharrel.operations.divide import divide_group, texts
from scharrel.store.consolidated import Booked
from scharrel.store.digests import digest_of_texts
from scharrel.store.kept import Kept, Seen, Shares
from scharrel.store.text import digest


class Task(NamedTuple):
    """A group to divide: with what is `kept` of it when nothing but ledgers changed, those of `changed`."""

    group: Group
    kept: Kept | None
    changed: Group


class Done(NamedTuple):
    """What came of one group; `ledgers` are as they were read. `to_write` has what is to be written for each
    member who was divided again; packed, because most of it goes on to another process as it is."""

    group: Group
    ledgers: Sequence[Seen]
    rows: list[Summary]
    allocations: list[Allocation]
    corrections: list[tuple[str, Correction]]
    to_write: Mapping[str, bytes]
    problems: list[Problem]
    shares: Shares


def divide_all(books: Books, through: Month, today: date, whole: bool, tasks: Sequence[Task]) -> list[Done]:
    """Divide each group; every allocation is part of the outcome only if the `whole` is asked for."""
    return [
        _in_part(books, through, today, task) or _anew(books, through, today, whole, task) for task in tasks
    ]


def _anew(books: Books, through: Month, today: date, whole: bool, task: Task) -> Done:
    outcome = divide_group(books, task.group, through, today)
    shares: dict[str, dict[str, dict[str, str]]] = {}
    if _parted(books, task.group, through):
        for allocation in (*outcome.allocations, *outcome.later):
            for part in allocation.received:
                of = shares.setdefault(allocation.member, {}).setdefault(part.project, {})
                of[str(allocation.month)] = str(part.amount)
    return Done(
        task.group,
        [seen_of(books, member.id, outcome.ledgers[member.id]) for member in task.group],
        _rows(outcome, through),
        outcome.allocations if whole else [],
        _corrections(outcome),
        _packed(books, outcome, through),
        outcome.own,
        shares,
    )


def _in_part(books: Books, through: Month, today: date, task: Task) -> Done | None:
    """The group with only those divided again whose ledgers changed: members, when what they did for projects
    is as it was. What the projects share is then as it was too."""
    kept = task.kept
    if not kept or not _parted(books, task.group, through) or any(not m.person for m in task.changed):
        return None
    who = {member.id for member in task.changed}
    if any(c.project and member in who for member, c in kept.corrections):
        return None  # what is behind it stands with the project or with others
    if any(p.file.startswith((BANK, PAYMENTS, TREASURY)) for p in kept.problems):
        return None  # whose they are is not known
    outcome = divide_group(
        books, task.changed, through, today, given=_given(books, kept.shares, task.changed)
    )
    now = {member: seen_of(books, member, ledger) for member, ledger in outcome.ledgers.items()}
    seen = [now.get(member.id, before) for member, before in zip(task.group, kept.ledgers, strict=True)]
    if any(new.work != before.work for new, before in zip(seen, kept.ledgers, strict=True)):
        return None
    files = {ledger.shown for ledger in outcome.ledgers.values()}
    return Done(
        task.group,
        seen,
        [*(row for row in kept.rows if row.member not in now), *_rows(outcome, through)],
        [],
        [*(c for c in kept.corrections if c[0] not in now), *_corrections(outcome)],
        _packed(books, outcome, through),
        [
            *(p for p in kept.problems if p.file not in files and p.values.get("member") not in now),
            *outcome.own,
        ],
        kept.shares,
    )


def _packed(books: Books, outcome: Outcome, through: Month) -> dict[str, bytes]:
    by_member = texts(books, outcome, through)
    return {
        member: pickle.dumps((by_member.get(member, {}), sums_of_ledger(ledger)))
        for member, ledger in outcome.ledgers.items()
    }


def unpacked(parts: bytes) -> tuple[Mapping[str, str], Booked]:
    """What is to be written for a member: the text of each allocation by month, and the ledger's sums."""
    texts_by_month, booked = pickle.loads(parts)
    return texts_by_month, booked


def _parted(books: Books, group: Group, through: Month) -> bool:
    """Whether all that members of the group have to do with each other are parts of projects, in months that
    are all divided."""
    packs = {str(d.values.get("rules")) for member in group if member.person for d in member.directives}
    return (
        not any(member.kind == "subcooperative" for member in group)
        and not any(books.packs[pack].collective for pack in packs & books.packs.keys())
        and (books.closed is None or books.closed <= through)
    )


def _given(books: Books, shares: Shares, members: Sequence[Holder]) -> Given:
    given: dict[str, dict[Month, list[Received]]] = {}
    for member in members:
        for name, by_month in shares.get(member.id, {}).items():
            project = books.holders[name]
            for text, amount in by_month.items():
                month = Month.parse(text)
                pack = books.packs[str(project.facts(month)["rules"])]
                parts = given.setdefault(member.id, {}).setdefault(month, [])
                parts.append(received_from(project, pack, Decimal(amount)))
    return given


def _rows(outcome: Outcome, through: Month) -> list[Summary]:
    return [summary_of(a) for a in outcome.allocations if a.month == through]


def _corrections(outcome: Outcome) -> list[tuple[str, Correction]]:
    return [(member, c) for member, found in outcome.corrections.items() for c in found]


def seen_of(books: Books, holder: str, ledger: Ledger) -> Seen:
    """The ledger as it was read."""
    months = [str(Month(*month)) for month in sorted({(day.year, day.month) for day, _ in ledger.days})]
    work = sorted((month, *sorted(done.items())) for month, done in ledger.amounts.projects.items())
    work_digest = digest_of_texts([repr(work)]) if work else ""
    across = across_of(books, holder, ledger)
    return Seen(digest(ledger.text), ledger.text.state, tuple(months[-2:]), work_digest, across)
