"""From books to what statements are made from: those of each member, project and sub-cooperative."""

from collections.abc import Iterator
from datetime import date

from scharrel.analysis.prospect import Stretch, prospect
from scharrel.checks.across import across_of
from scharrel.checks.outcome import Outcome
from scharrel.core.across import Across
from scharrel.core.corrections import Correction
from scharrel.core.facts import Group, Holder, facts_of
from scharrel.core.history import replay, with_income
from scharrel.core.income import corrected_part
from scharrel.core.month import Month
from scharrel.core.problems import Problem, errors
from scharrel.core.state import State
from scharrel.ledger.books import Books
from scharrel.operations.divide import corrections_texts, divide_group, texts
from scharrel.operations.outlook import look_ahead
from scharrel.statements.data import Rectified, StatementData
from scharrel.store.allocations import corrections_in, planned, written_months
from scharrel.store.durable import read_written
from scharrel.text.accounts import account_labels
from scharrel.text.corrections import correction_label
from scharrel.text.words import Words
from scharrel.treasury.outlook import Outlook
from scharrel.treasury.received import unpaid_sales


def last_allocated(books: Books, today: date) -> Month | None:
    """The last month of which a member's allocation was written; one that has ended, if there is any."""
    months = {month for member in books.holders for month in written_months(books.coop, member)}
    ended = {month for month in months if month < str(Month.of(today))}
    return Month.parse(max(ended or months)) if months else None


def statement_data(
    words: Words, books: Books, group: Group, month: Month, today: date, *, posted: bool
) -> tuple[list[StatementData], list[Across], list[Problem]]:
    """What the statements of these members are made from and what of their ledgers bears on others, or why
    they cannot be made.

    With `posted` it is a problem when the written allocations say something else.
    """
    outcome = divide_group(books, group, month, today)
    across = [across_of(books, holder, ledger) for holder, ledger in outcome.ledgers.items()]
    problems = outcome.problems
    if errors(problems):
        return [], across, problems
    if posted:
        problems += not_allocated(books, group, outcome, month)
    ahead = _prospects(books, group, outcome, month)
    banks = frozenset(account.account for account in books.bank_accounts.values())
    roles = {account: books.chart.role(account) for account in books.chart.accounts}
    called = account_labels(words, books.chart)
    names = {holder.id: holder.name for holder in books.holders.values()}
    found = []
    for member in group:
        corrected = outcome.corrected(member.id, books.first_open)
        allocations = [a for a in outcome.allocations if a.member == member.id and a.month <= month]
        ledger = outcome.ledgers[member.id]
        if allocations:
            stretches = ahead.get(member.id, ())
            open_still = month >= Month.of(today)
            found.append(
                StatementData(
                    books.title, member, month, allocations, ledger.counted, roles | ledger.roles,
                    stretches, ledger.text._replace(data=b"", problems=[]), open_still,
                    {
                        when: [_rectified(words, books, c) for c in told]
                        for when, told in corrected.items()
                    },
                    banks,
                    books.entries,
                    called,
                    _outlook(books, member, outcome, month),
                    names,
                    unpaid_sales(ledger.on_account, ledger.paid, month),
                )
            )  # fmt: skip
    return found, across, problems


def _outlook(books: Books, member: Holder, outcome: Outcome, month: Month) -> Outlook | None:
    """The two months after it for who may want to know how they get through these: where the register says
    what comes when."""
    entries = books.entries
    known = entries.benefit or (entries.cooperative and entries.cooperative.said("pays_on", month))
    if not (known and member.person and member.active(month)):
        return None
    return look_ahead(books, member, outcome, month.last_day, month.plus(2))


def _rectified(words: Words, books: Books, correction: Correction) -> Rectified:
    named = correction_label(words, books.packs, books.holders, correction)
    return Rectified(named, correction, *corrected_part(books.packs.get(correction.pack), correction))


def standing(books: Books, group: Group, outcome: Outcome, month: Month) -> dict[str, State]:
    """How each of these members stands when the month begins."""
    amounts = {member: ledger.amounts for member, ledger in outcome.ledgers.items()}
    states: dict[str, State] = {}
    for _ in replay(group, amounts, books.packs, month.plus(-1), states):
        pass  # only where it ends counts
    return states


def _prospects(books: Books, group: Group, outcome: Outcome, month: Month) -> dict[str, tuple[Stretch, ...]]:
    states = standing(books, group, outcome, month)
    received = {a.member: a.received for a in outcome.allocations if a.month == month}
    return {
        member.id: prospect(
            books.packs[str(member.facts(month)["rules"])],
            with_income(
                facts_of(member, outcome.ledgers[member.id].amounts, month), received.get(member.id, ())
            ),
            states[member.id],
        )
        for member in group
        if member.active(month)
    }


def not_allocated(books: Books, group: Group, outcome: Outcome, month: Month) -> Iterator[Problem]:
    """Where the written allocations, up to the month and of what closed months need put right, are not what
    the ledgers and rules now say."""
    wanted = texts(books, outcome, month)
    for member in group:
        plan = planned(books.coop, member, month, wanted[member.id], books.closed)
        if changes := plan.changes:
            path = books.coop.allocation(member.id, Month.parse(changes[0].month))
            values = {"member": member.id, "month": changes[0].month}
            if path.exists():
                yield Problem(books.coop.shown(path), 1, "not-allocated", values)
            else:
                yield Problem(books.coop.shown(books.coop.ledger(member.id)), 1, "unallocated", values)
    if books.first_open and books.first_open > month:
        yield from _not_corrected(books, books.first_open, group, outcome)


def _not_corrected(books: Books, first_open: Month, group: Group, outcome: Outcome) -> Iterator[Problem]:
    """Where the first open month does not put right what the closed ones need."""
    wanted = corrections_texts(books, outcome.corrections)
    for member in group:
        path = books.coop.allocation(member.id, first_open)
        if corrections_in(read_written(path) or "") != corrections_in(wanted.get(member.id, "")):
            values = {"member": member.id, "month": str(first_open)}
            yield Problem(books.coop.shown(path), 1, "not-allocated", values)
