"""A member leaves: written in the register, with what the membership leaves open."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from scharrel.checks.books import in_books
from scharrel.core.facts import Dated, Holder, HolderDirective
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.problems import Problem, errors
from scharrel.core.trace import Allocation
from scharrel.ledger.books import Books
from scharrel.operations.divide import divide_group
from scharrel.operations.invoices import invoice_statuses, read_invoice_book
from scharrel.store.durable import write_text
from scharrel.treasury.accounts import IN_HAND
from scharrel.treasury.invoice_status import InvoiceStatus

Someone = TypeVar("Someone", bound=Dated)


class Leaving(NamedTuple):
    """What came of it. `first` and `last` are the lines of the register that say so; `allocation` is the last
    month, which has what stays open of losses and costs; in euros `pots` is what stands in each pot by its
    account, `in_hand` what the member has in hand of the cooperative's; `invoices` are those not yet sent or
    paid."""

    first: int
    last: int
    allocation: Allocation | None
    pots: Mapping[str, Decimal]
    in_hand: Decimal
    invoices: Sequence[InvoiceStatus]
    problems: Sequence[Problem]


def leave(books: Books, member: Holder, month: Month, today: date, *, write: bool) -> Leaving:
    """Let the membership, and what the member takes part in, end with the month; nothing is written if
    anything is an error then. WriteError if it cannot be."""
    ends = HolderDirective(month.first_day, 0, {"left": True})
    register = books.coop.register.read_text(encoding="utf-8").rstrip("\n")
    said = [f'custom "member" "{member.id}"']
    gone = _ended(member, ends)
    holders = {**books.holders, member.id: gone}
    for project in books.holders.values():
        if part := next((p for p in project.taking_part(month.plus(1)) if p.id == member.id), None):
            said.append(f'custom "participant" "{project.id}" "{member.id}"')
            parts = tuple(_ended(p, ends) if p is part else p for p in project.participants)
            holders[project.id] = replace(project, participants=parts, _in_force={})
    lines = "".join(f"\n{month.first_day} {one}\n  left: TRUE\n" for one in said)
    first = register.count("\n") + 3
    then = books._replace(holders=holders)
    group = next(group for group in then.groups() if gone in group)
    outcome = divide_group(then, group, month, today)
    problems = [*in_books(then, group, today), *outcome.problems]
    last = next((a for a in outcome.allocations if a.member == member.id and a.month == month), None)
    if errors(problems) or last is None:
        return Leaving(0, 0, None, {}, ZERO, [], problems)
    ledger = outcome.ledgers[member.id]
    held = {name for name, role in ledger.roles.items() if role == IN_HAND}
    invoices = read_invoice_book(books, today, {member.id})
    found = [] if errors(invoices.problems) else invoice_statuses(books, invoices, today)
    if write:
        write_text(books.coop.register, f"{register}\n{lines}")
    return Leaving(
        first,
        first + lines.count("\n") - 2,
        last,
        {account: amount for account in last.pack.pots() if (amount := last.balances.get(account, ZERO))},
        total(movement.amount for movement in ledger.movements if movement.account in held),
        [one for one in found if one.invoice.holder == member.id and one.open],
        problems,
    )


def _ended(who: Someone, ends: HolderDirective) -> Someone:
    directives = sorted([*who.directives, ends], key=lambda directive: directive.day)
    return replace(who, directives=tuple(directives), _in_force={})
