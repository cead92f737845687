"""What the municipality's letters say beside the books: the month is divided again, and what explains a
difference is looked for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.analysis.deviations import (
    ROLE_VAT,
    Counted,
    Counting,
    Explanation,
    LetterMonth,
    explanations,
    known_deviations,
)
from scharrel.checks.outcome import Outcome
from scharrel.core.facts import Group, Holder, Movement, facts_of
from scharrel.core.history import replay, with_income
from scharrel.core.money import ZERO, to_cents
from scharrel.core.month import Month
from scharrel.core.pots import packs_of
from scharrel.core.problems import Problem, errors
from scharrel.core.settling import as_it_was
from scharrel.core.specifications import (
    Specification,
    at_stake,
    before_corrections,
    differing_amounts,
    latest,
    specified,
)
from scharrel.core.state import State
from scharrel.core.trace import Allocation
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.on_account import count_when_paid
from scharrel.ledger.parsing import parse
from scharrel.ledger.specifications import read_specifications, specification_text
from scharrel.operations.divide import divide_group
from scharrel.operations.receipts import with_receipts
from scharrel.store.durable import write_text
from scharrel.store.text import Text


class ExplainedLetter(NamedTuple):
    """A letter beside the books: the month as it was divided (`month`), the amounts that it should have, by
    how much the letter has more, and which mistakes explain that. `as_reported` are the amounts of the return
    before later corrections of the month, where the letter has those."""

    letter: Specification
    member: Holder
    month: Allocation
    ledger: Ledger
    books: Mapping[str, Decimal]
    more: Mapping[str, Decimal]
    found: Sequence[Explanation]
    as_reported: Mapping[str, Decimal]


class OpenLetter(NamedTuple):
    """A letter that says something else than the books: since which day one does, and what it comes to for
    the member (euros, see `at_stake`)."""

    letter: Specification
    name: str
    since: date
    amount: Decimal


def letters_about(books: Books, member: str, month: Month) -> list[Specification]:
    """The letters about the month of the member, oldest first."""
    about = (each for each in books.specifications if (each.member, each.month) == (member, month))
    return sorted(about, key=lambda each: each.day)


def explain_letter(
    books: Books, group: Group, letter: Specification, today: date
) -> tuple[ExplainedLetter | None, list[Problem]]:
    """The letter beside the books, or what stands in the way."""
    books = with_receipts(books)
    outcome = divide_group(books, group, letter.month, today)
    if errors(outcome.problems):
        return None, outcome.problems
    compared = _compared(books, outcome, letter)
    if compared.more and not compared.as_reported:
        month = letter_month_of(books, group, outcome, compared)
        found = explanations(month, known_deviations(month), letter.amounts)
        compared = compared._replace(found=found)
    return compared, outcome.problems


def open_letters(books: Books, today: date) -> tuple[list[OpenLetter], list[Problem]]:
    """The last letter about each month that says something else than the books, but for who practises."""
    books = with_receipts(books) if books.specifications else books
    found: list[OpenLetter] = []
    problems: list[Problem] = list(books.problems)
    last = [each for each in latest(books.specifications) if not books.holders[each.member].practice]
    for group in books.groups():
        members = {member.id for member in group}
        about = [each for each in last if each.member in members]
        if not about:
            continue
        outcome = divide_group(books, group, max(each.month for each in about), today)
        problems += outcome.problems
        if errors(outcome.problems):
            continue
        for letter in about:
            compared = _compared(books, outcome, letter)
            if compared.more and not compared.as_reported:
                since = _since(books, outcome, letter)
                found.append(OpenLetter(letter, compared.member.name, since, at_stake(compared.more)))
    return sorted(found, key=lambda each: (each.letter.objection_until, each.name)), problems


def add_letter(books: Books, letter: Specification) -> list[Problem]:
    """Put the letter at the end of the register, or say what stands against that; WriteError if it fails."""
    entry = specification_text(letter)
    shown = books.coop.shown(books.coop.register)
    directives, _, problems = parse(Text(entry.encode(), [], shown=shown))
    problems += read_specifications(directives, books.holders, Text(entry.encode(), [], shown=shown))[1]
    for each in letters_about(books, letter.member, letter.month):
        if each.day == letter.day:
            problems.append(Problem(shown, each.line, "specification-again", {"first": str(each.line)}))
    if not problems:
        before = books.register.data.decode("utf-8").rstrip("\n")
        write_text(books.coop.register, f"{before}\n\n{entry}\n")
    return problems


def _compared(books: Books, outcome: Outcome, letter: Specification) -> ExplainedLetter:
    own = next(a for a in outcome.all_allocations if (a.member, a.month) == (letter.member, letter.month))
    amounts = specified(own)
    corrections = [
        correction
        for corrected in outcome.corrected(letter.member, books.first_open).values()
        for correction in corrected
        if correction.of == letter.month
    ]
    before = before_corrections(amounts, books.packs, corrections) if corrections else {}
    more = differing_amounts(letter.amounts, amounts)
    as_reported = before if before and not differing_amounts(letter.amounts, before) else {}
    member, ledger = books.holders[letter.member], outcome.ledgers[letter.member]
    return ExplainedLetter(letter, member, own, ledger, amounts, more, [], as_reported)


def _since(books: Books, outcome: Outcome, letter: Specification) -> date:
    """The day of the first of the letters about the month that say something else."""
    day = letter.day
    for each in reversed(letters_about(books, letter.member, letter.month)):
        if not _compared(books, outcome, each).more:
            break
        day = each.day
    return day


def letter_month_of(books: Books, group: Group, outcome: Outcome, compared: ExplainedLetter) -> LetterMonth:
    """What the month of the letter comes from."""
    month, member, own = compared.letter.month, compared.member, compared.month
    amounts = {holder: ledger.amounts for holder, ledger in outcome.ledgers.items()}
    states = {holder.id: State.new() for holder in group}
    before = dict(states)
    last = max(a.month for a in outcome.all_allocations)
    for allocation in replay(group, amounts, books.packs, last, states):
        if allocation.month >= month:
            break
        before = dict(states)
    facts = with_income(facts_of(member, amounts[member.id], month), own.received)
    sharing = [
        a
        for a in outcome.all_allocations
        if a.month == month and a.pack.id == own.pack.id and a.member != member.id and a.pack.collective
    ]
    return LetterMonth(
        member.id,
        own.pack,
        facts,
        before[member.id],
        _counting(books, compared),
        {r.step.id: r.definitive for r in own.steps if r.definitive is not None},
        as_it_was(member, own.pack, month),
        {
            a.member: (a.steps[-1].left_before, Decimal(1) if (u := a.steps[-1].units) is None else u)
            for a in sharing
        },
    )


def _counting(books: Books, compared: ExplainedLetter) -> Counting:
    """The ways in which what was booked can count in the month."""
    ledger, month = compared.ledger, compared.letter.month
    pack_in = packs_of(compared.member, books.packs)
    received = replace(ledger)
    count_when_paid(
        received,
        lambda when: (pack := pack_in(when)) and replace(pack, counts="received"),
        books.receipts.shares.get(compared.member.id, {}),
    )
    by_receipt = [moved if moved.paid else moved._replace(earned=None) for moved in received.counted]
    shares = [(each.project, each.role, each.amount) for each in compared.month.received]
    return Counting(
        _counted(ledger.counted, ledger, month),
        _counted(by_receipt, ledger, month),
        _counted(ledger.movements, ledger, month),
        shares,
    )


def _counted(movements: Iterable[Movement], ledger: Ledger, month: Month) -> list[Counted]:
    """What of these counts in the month in a role, in euros; the VAT of a booking goes with what is sold."""
    vat: dict[int, Decimal] = defaultdict(Decimal)
    for moved in ledger.movements:
        if moved.role == ROLE_VAT:
            vat[moved.line] += moved.amount
    found: list[Counted] = []
    seen: set[tuple[int, object]] = set()
    for moved in movements:
        if moved.counts != month or moved.currency != "EUR" or moved.role in ("", ROLE_VAT) or moved.lifetime:
            continue
        own = ZERO
        if moved.account.startswith("Income:") and (moved.line, moved.earned) not in seen:
            seen.add((moved.line, moved.earned))
            paid, of = moved.paid or (Decimal(1), Decimal(1))
            own = to_cents(vat[moved.line] * paid / of, "half-up")
        found.append(Counted(moved.line, moved.account, moved.role, moved.amount, own))
    return found
