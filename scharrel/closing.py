"""Closing months and auditing them: what was sealed, and what has changed since."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from scharrel.checks.across import Across, across_of, with_others
from scharrel.checks.books import examples_problems, involved
from scharrel.checks.written import written_problems
from scharrel.core.closing import Basis, Posted, Sealed, changed_bookings, known, postings
from scharrel.core.facts import Group
from scharrel.core.month import Month, months
from scharrel.core.problems import Problem, errors
from scharrel.dossiers import not_allocated
from scharrel.files.coop import Coop
from scharrel.files.durable import write_text, write_texts
from scharrel.files.gather import Books
from scharrel.files.seals import (
    BrokenSealError,
    Chain,
    chain_path,
    chain_text,
    closed_months,
    digest_of,
    facts_digest,
    marks,
    member_seal_path,
    read_chain,
    read_seal,
    read_seals,
    rules_digest,
    seal_text,
)
from scharrel.run import Outcome, compute


class Closed(NamedTuple):
    """The months that were closed, the code of the last seal, and the problems that stood in the way."""

    months: list[Month]
    code: str
    problems: list[Problem]


class Finding(NamedTuple):
    """Something in a closed month that is not as it was sealed: where, what, and the month."""

    file: str
    code: str
    month: Month
    detail: str = ""


def close_all(books: Books, through: Month, today: date) -> Closed:
    """Seal every open month up to and including this one, in order; WriteError if that fails.

    A month is closed from the moment that its own seal is there: it is written last.
    """
    members = list(books.members.values())
    problems = [*involved(books, members), *examples_problems(books, members)]
    problems += written_problems(books, members)
    across: list[Across] = []
    outcomes: list[tuple[Group, Outcome]] = []
    for group in books.groups():
        outcome = compute(books, group, through, today)
        problems += outcome.problems
        across += [across_of(books, holder, ledger) for holder, ledger in outcome.ledgers.items()]
        if not errors(outcome.problems):
            problems += not_allocated(books, group, outcome, through)
        outcomes.append((group, outcome))
    problems = list(with_others(books, problems, across))
    if errors(problems):
        return Closed([], "", problems)
    beginning = min((member.first for member in books.members.values()), default=through)
    first = books.first_open or beginning
    text = _read(books.coop, books.closed) if books.closed else ""
    done = []
    for month in months(first, through):
        sealed = {
            member.id: seal_text(_sealed(books, member.id, outcome, month, opens=month == first))
            for group, outcome in outcomes
            for member in group
            if member.active(month) or (month == first and outcome.corrections.get(member.id))
        }
        write_texts({member_seal_path(books.coop, m, month): seal for m, seal in sealed.items()})
        previous = digest_of(text.encode()) if text else ""
        chain = Chain(month, previous, {m: digest_of(seal.encode()) for m, seal in sealed.items()})
        text = chain_text(chain)
        write_text(chain_path(books.coop, month), text)
        done.append(month)
    return Closed(done, digest_of(text.encode())[-64:-48] if text else "", problems)


def _sealed(books: Books, member: str, outcome: Outcome, month: Month, *, opens: bool) -> Sealed:
    allocation = next((a for a in outcome.allocations if a.member == member and a.month == month), None)
    path = books.coop.allocation(member, month)
    posted = list(postings(allocation)) if allocation else []
    if opens:
        posted += [
            Posted(c.of, c.pack, c.step, c.account, c.difference, c.settles, c.project, c.against, c.period)
            for c in outcome.corrections.get(member, [])
        ]
    before = known(read_seals(books.coop, member, books.closed)) if opens else {}
    return Sealed(
        month,
        digest_of(path.read_bytes()) if path.is_file() else "",
        allocation.pack.id if allocation else "",
        rules_digest(allocation.pack, month) if allocation else "",
        _basis(books, member, outcome, month),
        tuple(
            (earlier, now)
            for earlier, basis in before.items()
            if (now := _basis(books, member, outcome, earlier)) != basis
        ),
        tuple(posted),
    )


def _basis(books: Books, member: str, outcome: Outcome, month: Month) -> Basis:
    facts = facts_digest(books.members[member], month)
    return Basis(marks(outcome.ledgers[member].movements, month), facts)


def audit(books: Books, today: date) -> tuple[list[Finding], list[Problem]]:
    """Everything in closed months that is not as it was sealed."""
    coop = books.coop
    closed = closed_months(coop)
    findings = list(_chain_findings(coop, closed))
    problems: list[Problem] = []
    if closed:
        for group in books.groups():
            # What was changed in rules or seals is what this is about: it stops nothing here.
            outcome = compute(books, group, closed[-1], today, sealed=False)
            problems += [*involved(books, group), *outcome.problems]
            for member in group:
                findings += _member_findings(books, member.id, outcome, closed[-1])
    return sorted(set(findings), key=lambda f: (f.month, f.file, f.code, f.detail)), problems


def _chain_findings(coop: Coop, closed: list[Month]) -> Iterator[Finding]:
    """The seals themselves: each readable, unbroken, whole, and the files that they cover."""
    previous = ""
    for nth, month in enumerate(closed):
        path = chain_path(coop, month)
        shown = coop.shown(path)
        for missing in months(closed[nth - 1].plus(1), month.plus(-1)) if nth else ():
            yield Finding(coop.shown(chain_path(coop, missing)), "missing-month", missing)
        text = _read(coop, month)
        try:
            chain = read_chain(path)
        except BrokenSealError:
            yield Finding(shown, "broken-seal", month)
            previous = digest_of(text.encode())
            continue
        if chain.month != month or chain_text(chain) != text:
            yield Finding(shown, "changed-seal", month)
        if chain.previous != previous:
            earlier = closed[nth - 1] if nth else month
            yield Finding(coop.shown(chain_path(coop, earlier)), "broken-chain", month)
            if month == closed[-1]:
                yield Finding(shown, "seals-differ", month, coop.shown(chain_path(coop, earlier)))
        previous = digest_of(text.encode())
        for member, digest in chain.members.items():
            yield from _seal_findings(coop, member, month, digest, last=month == closed[-1])


def _seal_findings(coop: Coop, member: str, month: Month, digest: str, *, last: bool) -> Iterator[Finding]:
    path = member_seal_path(coop, member, month)
    allocation = coop.allocation(member, month)
    if not path.is_file():
        yield Finding(coop.shown(path), "missing-seal", month)
        return
    if digest_of(path.read_bytes()) != digest:
        yield Finding(coop.shown(path), "changed-seal", month)
        if last:
            # No later seal vouches for the month's own: it may just as well be that one.
            yield Finding(coop.shown(chain_path(coop, month)), "seals-differ", month, coop.shown(path))
    try:
        seal = read_seal(path)
    except BrokenSealError:
        return
    if not allocation.is_file():
        if seal.allocation:
            yield Finding(coop.shown(allocation), "missing-allocation", month)
    elif digest_of(allocation.read_bytes()) != seal.allocation:
        yield Finding(coop.shown(allocation), "changed-allocation", month)


def _member_findings(books: Books, member: str, outcome: Outcome, last: Month) -> Iterator[Finding]:
    """Bookings, rules and facts that are not what a closed month rests on."""
    try:
        seals = read_seals(books.coop, member, last)
    except BrokenSealError as broken:
        path: Path = broken.args[0]
        code = "broken-seal" if path.is_file() else "missing-seal"
        yield Finding(books.coop.shown(path), code, Month.parse(path.stem))
        return
    ledger = outcome.ledgers[member]
    packs = {a.month: a.pack for a in outcome.allocations if a.member == member}
    for month, basis in known(seals).items():
        now = _basis(books, member, outcome, month)
        gone, new = changed_bookings(basis.bookings, now.bookings)
        for mark in gone:
            yield Finding(ledger.shown, "booking-gone", month, mark.shown)
        for mark in new:
            yield Finding(ledger.shown, "booking-new", month, mark.shown)
        if now.facts != basis.facts:
            yield Finding(books.coop.shown(books.coop.register), "changed-facts", month, member)
    for seal in seals:
        pack = packs.get(seal.month)
        if pack and pack.id == seal.pack and rules_digest(pack, seal.month) != seal.rules:
            yield Finding(f"rules/{pack.id}.toml", "changed-rules", seal.month)


def _read(coop: Coop, month: Month | None) -> str:
    return chain_path(coop, month).read_text("utf-8", "replace") if month else ""
