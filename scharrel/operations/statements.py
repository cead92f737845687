"""The whole of `statements`: read and divide, render every document aside, then put them in place."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from scharrel.checks.across import across_of, with_others
from scharrel.checks.bank import ReadBanks, read_banks
from scharrel.checks.books import in_books
from scharrel.checks.treasury import read_treasury
from scharrel.core.across import Across
from scharrel.core.facts import Group
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID
from scharrel.core.pack import Pack
from scharrel.core.problems import Problem, errors
from scharrel.core.quotes import RECEIVABLE
from scharrel.ledger.books import Books
from scharrel.operations.allocate import workers_for
from scharrel.operations.receivables import debts_on
from scharrel.operations.statement_data import statement_data
from scharrel.statements.coop import Share, share_of
from scharrel.statements.correspondence import correspondence
from scharrel.statements.documents import BrokenTemplateError
from scharrel.statements.making import (
    Order,
    documents_of,
    documents_together,
    returned,
    subcooperative_document,
)
from scharrel.statements.municipality import Return, municipality_return
from scharrel.statements.subcooperative import grants_up_to
from scharrel.store.processes import Progress, spread
from scharrel.store.staging import aside_of, put_aside, put_in_place
from scharrel.text.accounts import account_labels
from scharrel.text.words import Words
from scharrel.treasury.standing import Standing, as_at, standing_of


class Stated(NamedTuple):
    """What came of a run: how many files were written in each folder, or the problems."""

    counts: Mapping[str, int]
    problems: list[Problem]


class _Made(NamedTuple):
    """What came of one group; the documents themselves lie aside, at their `places`."""

    places: list[str]
    shares: list[Share]
    returns: list[Return]
    across: list[Across]
    problems: list[Problem]


def state_all(books: Books, order: Order, out: Path, progress: Progress) -> Stated:
    """Write the statements into `out`; none at all when a ledger, a pack or a template is wrong.

    WriteError if they cannot be written.
    """
    groups = [g for g in books.groups() if not order.only or any(m.id in order.only for m in g)]
    members = [member for group in groups for member in group]
    whole = _Made([], [], [], [], in_books(books, members, order.today))
    done = 0
    with aside_of(out, books.coop.statements) as aside:
        with workers_for(books, groups) as pool:
            for piece in spread(pool, partial(_state, books, order, aside), groups):
                for made in piece:
                    whole.places.extend(made.places)
                    whole.shares.extend(made.shares)
                    whole.returns.extend(made.returns)
                    whole.across.extend(made.across)
                    whole.problems.extend(made.problems)
                done += len(piece)
                progress(done, len(groups))
        treasury, banks = None, read_banks(books)
        if "coop" in order.kinds and not order.only and (own := read_treasury(books, order.today)):
            treasury = own[0]
            whole.problems.extend(own[1])
            whole.across.append(across_of(books, COOP_ID, treasury))
        problems = with_others(books, whole.problems, whole.across, order.today, banks)
        whole = whole._replace(problems=list(problems))
        if not errors(whole.problems) and not order.only:
            packs = _packs_until(books, order.month)
            head = correspondence(books.entries, books.title, order.month, order.dated)
            try:
                sells = "coop" in order.kinds and books.chart.with_role(RECEIVABLE)
                debts = debts_on(books, order.month.last_day) if sells else None
                for place, content in documents_together(
                    books.title,
                    packs,
                    order,
                    whole.shares,
                    whole.returns,
                    head,
                    treasury,
                    debts,
                    _standings(banks, whole.across, order.month.last_day),
                    account_labels(Words(order.lang), books.chart),
                ):
                    whole.places.append(put_aside(aside, place, content))
            except BrokenTemplateError as broken:
                whole.problems.append(broken.problem)
        if errors(whole.problems):
            return Stated({}, whole.problems)
        put_in_place(aside, out, whole.places)
    return Stated(Counter(place.partition("/")[0] for place in whole.places), whole.problems)


def _standings(banks: ReadBanks, across: Sequence[Across], end: date) -> list[Standing]:
    """How each account stood when the day was over, of those that were there."""
    made = [booking for one in across for booking in one.by_hand if booking.day <= end]
    return [
        standing_of(as_at(book, end), [booking for booking in made if booking.account == name])
        for name, (book, _) in banks.items()
        if book.account.day <= end
    ]


def _packs_until(books: Books, month: Month) -> list[Pack]:
    """Every pack that anyone was under up to this month."""
    members = [member for member in books.holders.values() if not member.practice]
    said = [d for member in members for d in member.directives if Month.of(d.day) <= month]
    used = {str(d.values["rules"]) for d in said if "rules" in d.values}
    return [pack for pack in books.packs.values() if pack.id in used]


def _state(books: Books, order: Order, aside: Path, groups: Sequence[Group]) -> list[_Made]:
    return [_state_group(books, order, aside, group) for group in groups]


def _state_group(books: Books, order: Order, aside: Path, group: Group) -> _Made:
    words = Words(order.lang)
    found, across, problems = statement_data(
        words, books, group, order.month, order.today, posted=order.posted
    )
    made = _Made([], [], [], across, problems)
    if errors(problems):
        return made
    for data in found:
        if order.only and data.member.id not in order.only:
            continue
        try:
            made.places.extend(put_aside(aside, *document) for document in documents_of(data, order))
            if data.told and data.member.kind == "subcooperative" and "subcooperative" in order.kinds:
                accounts = grants_up_to(books.grants, found, order.month)
                document = subcooperative_document(data, found, accounts, order)
                made.places.append(put_aside(aside, *document))
        except BrokenTemplateError as broken:
            made.problems.append(broken.problem)
            return made
        if not order.only and not data.member.practice:
            made.shares.append(share_of(words, data, order.month))
            if data.told and data.member.person and returned(data):
                made.returns.append(municipality_return(words, data, order.dated))
    return made
