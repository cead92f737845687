"""Closing months and auditing them: what was sealed, and what has changed since."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from scharrel.checks.across import across_of, with_others
from scharrel.checks.bank import read_banks, unready_bank
from scharrel.checks.books import in_books
from scharrel.checks.outcome import Outcome, rules_as_sealed
from scharrel.checks.receipt_files import receipt_findings, receipts_to_seal, unready_receipts
from scharrel.checks.seals import STOPS, SealFinding, corrected_unsealed, seal_findings, written_findings
from scharrel.checks.treasury import read_treasury, treasury_basis, treasury_changes
from scharrel.core.across import Across
from scharrel.core.corrections import (
    Change,
    Posted,
    Sealed,
    Turned,
    changed_bookings,
    known,
    postings,
    turned,
)
from scharrel.core.facts import Group, Holder
from scharrel.core.month import Month, months
from scharrel.core.names import COOP_ID
from scharrel.core.problems import Problem, errors
from scharrel.ledger.basis import basis_of
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.operations.allocate import workers_for
from scharrel.operations.divide import divide_group
from scharrel.operations.statement_data import not_allocated
from scharrel.store.digests import digest_of, rules_digest
from scharrel.store.durable import remove, write_text, write_texts
from scharrel.store.paths import Coop
from scharrel.store.processes import spread
from scharrel.store.seals import (
    BrokenSealError,
    Chain,
    Closings,
    Seals,
    chain_path,
    chain_text,
    closings_text,
    member_seal_path,
    read_seals,
    read_seals_of,
    seal_text,
    short,
)
from scharrel.store.text import read_text


class Closed(NamedTuple):
    """The months that were closed, the code of the last seal, and the problems that stood in the way."""

    months: list[Month]
    code: str
    problems: list[Problem]


class _Ready(NamedTuple):
    """What came of one group: the text of each seal by month and member, what of it bears on others, and the
    problems that stand in the way."""

    seals: dict[Month, dict[str, str]]
    across: list[Across]
    problems: list[Problem]


def close_all(books: Books, through: Month, today: date) -> Closed:
    """Seal every open month up to and including this one, in order; WriteError if that fails.

    A month is closed from the moment that its own seal is there: it is written after those of its members.
    The second place is told before the first what is being closed, and after the last what was.
    """
    problems = in_books(books, list(books.holders.values()), today)
    across: list[Across] = []
    of_members: dict[Month, dict[str, str]] = defaultdict(dict)
    groups = books.groups()
    with workers_for(books, groups) as pool:
        for piece in spread(pool, partial(_ready_all, books, through, today), groups):
            for ready in piece:
                problems += ready.problems
                across += ready.across
                for month, texts in ready.seals.items():
                    of_members[month] |= texts
    treasury, of_treasury = read_treasury(books, today) or (None, [])
    problems += of_treasury
    across += [across_of(books, COOP_ID, treasury)] if treasury else []
    banks = read_banks(books)
    entries = [entry for one in across for entry in one.receipts]
    problems = [
        *with_others(books, problems, across, today, banks),
        *unready_bank(books, banks, through),
        *unready_receipts(books, entries, through, today),
    ]
    if errors(problems):
        return Closed([], "", problems)
    coop = books.coop
    first = _first(books, through)
    receipts = receipts_to_seal(books, entries, first, through, today)
    seals = read_seals_of(coop)
    digests = {month: digest_of(text.encode()) for month, (_, text) in seals.chains.items()}
    write_text(coop.closings, closings_text(Closings(digests, through)))
    text = ""
    done = []
    for month in months(first, through):
        sealed = of_members[month]
        if treasury:
            sealed[COOP_ID] = seal_text(_sealed_treasury(books, treasury, month, opens=month == first))
        for name, has in seals.members.items():
            if month in has and name not in sealed:
                remove(member_seal_path(coop, name, month))  # left by a run that was stopped
        write_texts({member_seal_path(coop, name, month): text for name, text in sealed.items()})
        by_name = {name: digest_of(text.encode()) for name, text in sealed.items()}
        text = chain_text(Chain(month, digests.get(month.plus(-1), ""), by_name, receipts.get(month, {})))
        write_text(chain_path(coop, month), text)
        digests[month] = digest_of(text.encode())
        done.append(month)
    write_text(coop.closings, closings_text(Closings(digests)))
    return Closed(done, short(text) if text else "", problems)


def _first(books: Books, through: Month) -> Month:
    """The month that is closed first."""
    beginning = min((member.first for member in books.holders.values()), default=through)
    return books.first_open or beginning


def _ready_all(books: Books, through: Month, today: date, groups: Sequence[Group]) -> list[_Ready]:
    return [_ready(books, through, today, group) for group in groups]


def _ready(books: Books, through: Month, today: date, group: Group) -> _Ready:
    outcome = divide_group(books, group, through, today)
    across = [across_of(books, holder, ledger) for holder, ledger in outcome.ledgers.items()]
    problems = outcome.problems
    if not errors(problems):
        problems += not_allocated(books, group, outcome, through)
    if errors(problems):
        return _Ready({}, across, problems)
    first = _first(books, through)
    seals: dict[Month, dict[str, str]] = {}
    for month in months(first, through):
        seals[month] = {}
        for member in group:
            if not books.never_sealed(member) and (member.active(month) or month == first):
                seal = _sealed(books, member, outcome, month, opens=month == first)
                if member.active(month) or seal.posted or seal.revised:
                    seals[month][member.id] = seal_text(seal)
    return _Ready(seals, across, problems)


def _sealed(books: Books, member: Holder, outcome: Outcome, month: Month, *, opens: bool) -> Sealed:
    allocation = next((a for a in outcome.allocations if a.member == member.id and a.month == month), None)
    path = books.coop.allocation(member.id, month)
    ledger = outcome.ledgers[member.id]
    posted = list(postings(allocation)) if allocation else []
    if opens:
        posted += [
            Posted(c.of, c.pack, c.step, c.account, c.difference, c.settles, c.project, c.against, c.period)
            for c in outcome.corrections.get(member.id, [])
        ]
    before = known(read_seals(books.coop, member.id, books.closed)) if opens else {}
    return Sealed(
        month,
        digest_of(path.read_bytes()) if path.is_file() else "",
        allocation.pack.id if allocation else "",
        rules_digest(allocation.pack, month, roles=False) if allocation else "",
        basis_of(books, member, ledger, month),
        tuple(
            (earlier, now)
            for earlier, basis in before.items()
            if (now := basis_of(books, member, ledger, earlier)) != basis
        ),
        tuple(posted),
    )


def _sealed_treasury(books: Books, ledger: Ledger, month: Month, *, opens: bool) -> Sealed:
    """The cooperative's own month, of which nothing is divided or corrected."""
    seals = read_seals(books.coop, COOP_ID, books.closed) if opens else []
    return Sealed(
        month,
        "",
        "",
        "",
        treasury_basis(books, ledger, month, begins=opens and not seals),
        tuple(
            (earlier, now)
            for earlier, basis in known(seals).items()
            if (now := treasury_basis(books, ledger, earlier, begins=earlier == seals[0].month)) != basis
        ),
        (),
    )


def code_of(seals: Seals) -> tuple[Month, str] | None:
    """The last closed month and its code, if there is any."""
    if not seals.chains:
        return None
    month = max(seals.chains)
    return month, short(seals.chains[month][1])


def month_of_code(seals: Seals, code: str) -> Month | None:
    """The closed month whose seal begins with the code."""
    digests = ((month, digest_of(text.encode())) for month, (_, text) in seals.chains.items())
    return next((month for month, digest in digests if digest.startswith(f"sha256:{code}")), None)


def seals_up_to(coop: Coop, seals: Seals, month: Month, today: date) -> list[SealFinding]:
    """What is wrong with the seals up to the month and what they are about."""
    found = {*seal_findings(coop, seals), *written_findings(coop, seals)}
    found |= {*receipt_findings(coop, seals.receipts, today)}
    return _in_order(f for f in found if f.month <= month)


def audit(books: Books, seals: Seals, today: date) -> tuple[list[SealFinding], list[Problem]]:
    """Everything in closed months that is not as it was sealed."""
    coop = books.coop
    # Lost and other seals are what this is about: here they stop nothing.
    books = books._replace(problems=[p for p in books.problems if p.code not in STOPS.values()])
    findings = [*seal_findings(coop, seals), *written_findings(coop, seals), *_gone(books, seals)]
    findings += receipt_findings(coop, seals.receipts, today)
    problems: list[Problem] = []
    for group in books.groups():
        problems += corrected_unsealed(coop, group, seals.closed)
        if not seals.closed:
            continue
        outcome = divide_group(books, group, seals.closed, today, sealed=False)
        problems += outcome.problems
        for member in (m for m in group if not books.never_sealed(m)):
            findings += _member_findings(books, member, outcome, seals.closed)
    if found := read_treasury(books, today):
        treasury, of_treasury = found
        problems += [problem for problem in of_treasury if problem.code not in STOPS.values()]
        findings += _treasury_findings(books, treasury)
    return _in_order(findings), problems


def _treasury_findings(books: Books, ledger: Ledger) -> Iterator[SealFinding]:
    """What the closed months of the cooperative's own ledger rest on and is not what it was."""
    assert books.own is not None
    try:
        changes = treasury_changes(books, ledger)
    except BrokenSealError as broken:
        code = "missing-seal" if broken.code == "lost-seal" else "broken-seal"
        yield SealFinding(books.coop.shown(broken.path), code, Month.parse(broken.path.stem))
        return
    for month, causes in changes.items():
        for cause in causes:
            if isinstance(cause, Change):
                code = "booking-new" if cause.new else "booking-gone"
                yield SealFinding(ledger.shown, code, month, cause.mark.shown)
            else:
                yield _turned(books, books.own, month, cause)


def _in_order(findings: Iterable[SealFinding]) -> list[SealFinding]:
    return sorted(set(findings), key=lambda f: (f.month, f.file, f.code, f.detail))


def _gone(books: Books, seals: Seals) -> Iterator[SealFinding]:
    """Who was sealed in a month and is not in the register any more."""
    register = books.coop.shown(books.coop.register)
    for month, members in seals.digests.items():
        for member in members.keys() - books.holders.keys() - {COOP_ID}:
            yield SealFinding(register, "member-gone", month, member)


def _member_findings(books: Books, member: Holder, outcome: Outcome, last: Month) -> Iterator[SealFinding]:
    """What a closed month rests on and is not what it was."""
    try:
        seals = read_seals(books.coop, member.id, last)
    except BrokenSealError as broken:
        code = "missing-seal" if broken.code == "lost-seal" else "broken-seal"
        yield SealFinding(books.coop.shown(broken.path), code, Month.parse(broken.path.stem))
        return
    register = books.coop.shown(books.coop.register)
    ledger = outcome.ledgers[member.id]
    bases = known(seals)
    for month, basis in bases.items():
        now = basis_of(books, member, ledger, month, basis)
        gone, new = changed_bookings(basis.bookings, now.bookings)
        for mark in gone:
            yield SealFinding(ledger.shown, "booking-gone", month, mark.shown)
        for mark in new:
            yield SealFinding(ledger.shown, "booking-new", month, mark.shown)
        for turn in turned(member.id, basis, now):
            yield _turned(books, member, month, turn)
    for month, members in books.sealed.items():
        if member.active(month) and member.id not in members and month not in bases:
            yield SealFinding(register, "changed-facts", month, member.id)
    for seal in seals:
        pack = books.packs.get(str(member.facts(seal.month).get("rules")))
        if pack and pack.id == seal.pack and rules_as_sealed(pack, seal) != seal.rules:
            yield SealFinding(f"rules/{pack.id}.toml", "changed-rules", seal.month)


def _turned(books: Books, member: Holder, month: Month, turn: Turned) -> SealFinding:
    coop = books.coop
    if turn.kind == "facts":
        return SealFinding(coop.shown(coop.register), "changed-facts", month, member.id)
    said = f"{turn.name}: {turn.was or '-'} → {turn.now or '-'}"
    if turn.kind == "chart":
        return SealFinding(coop.shown(coop.chart), "changed-chart", month, said, _opened_at(coop, turn.name))
    if turn.kind == "rules":
        pack = member.facts(month).get("rules")
        return SealFinding(f"rules/{pack}.toml", "changed-head", month, said)
    if turn.kind == "quote":
        return SealFinding(coop.shown(coop.ledger(member.id)), "changed-quote", month, said)
    if turn.kind == "received":
        return SealFinding(coop.shown(coop.ledger(member.id)), "changed-received", month, said)
    return SealFinding(coop.shown(coop.register), f"changed-{turn.kind}", month, said)


def _opened_at(coop: Coop, account: str) -> int:
    """The line on which the chart opens the account, or the nearest above it that it opens."""
    text = read_text(coop, coop.chart)
    while account:
        if line := text.account_line("open", account):
            return line
        account = account.rpartition(":")[0]
    return 1
