"""What a command line says: the folder, months, amounts and members; what is wrong stops the command."""

import os
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from scharrel.cli.screen import fail, stop_on_errors, words
from scharrel.core.facts import Group, Holder
from scharrel.core.intended import month_in
from scharrel.core.money import MAX_AMOUNT
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.store.paths import Coop, NoCoopError, find_coop

if TYPE_CHECKING:  # `allocate` begins its work before beancount is loaded
    from scharrel.ledger.books import Books

FAR_AHEAD = 24
"""Months after today beyond which a month is taken for a typing error."""

_AMOUNT = re.compile(r"[-+]?[0-9]+([.,][0-9]{1,2})?")


def today() -> date:
    """The one look at the clock."""
    return date.today()  # noqa: DTZ011


def open_coop(named: Path | None) -> Coop:
    """The cooperative's folder, or an error that says how to come by one."""
    wanted = named or (Path(os.environ["SCHARREL_COOP"]) if os.environ.get("SCHARREL_COOP") else None)
    try:
        return find_coop(wanted)
    except NoCoopError as missing:
        fail(words("error.no-coop-there" if wanted else "error.no-coop", start=missing.args[0]), status=2)


def read_month(text: str, *, ahead: bool = False) -> Month:
    """A month as the user wrote it: `2026-10`, or its name in Dutch or English; where months to come are as
    likely (`ahead`) a name needs its year."""
    try:
        month = Month.parse(text)
    except ValueError:
        month = _month_named(text, ahead)
    if month.since(Month.of(today())) > FAR_AHEAD:
        fail(words("error.month-far", text=text), status=2)
    return month


def _month_named(text: str, ahead: bool) -> Month:
    from scharrel.text.month_names import months_meant

    meant = months_meant(text, today(), ahead=ahead)
    if len(meant) > 1:
        choices = ", ".join(f"{words.month(month)} ({month})" for month in meant)
        fail(words("error.month-which", text=text, choices=choices), status=2)
    if not meant:
        near = month_in(text, today())
        hint = " " + words("check.near", near=near) if near else ""
        fail(words("error.month", text=text) + hint, status=2)
    return meant[0]


def read_amount(text: str) -> Decimal:
    """Euros as the user wrote them, cents behind a point or a comma."""
    amount = amount_written(text)
    if amount is None:
        fail(words("error.amount", text=text), status=2)
    if abs(amount) >= MAX_AMOUNT:
        fail(words("problem.too-large", number=text), status=2)
    return amount


def amount_written(text: str) -> Decimal | None:
    """The euros that this says; nothing if it is no amount."""
    return Decimal(text.replace(",", ".")) if _AMOUNT.fullmatch(text) else None


def require_format(form: str) -> None:
    """That documents come in this form; stops otherwise."""
    from scharrel.statements.making import FORMATS

    if form not in FORMATS:
        fail(words("error.format", form=form, forms=", ".join(FORMATS)), status=2)


def require_members(books: "Books", wanted: Iterable[str] | None) -> None:
    """Only members of this cooperative can be asked for."""
    for member in wanted or ():
        if member not in books.holders:
            stop_on_errors(books.problems)
            near = nearest(member, books.holders)
            hint = words("check.near", near=near) if near else words("otherwise.no-member")
            fail(f"{words('error.no-member', member=member)} {hint}", status=2)


def group_of(books: "Books", member: str) -> Group:
    """Everyone who has to be computed together with this member."""
    require_members(books, [member])
    return next(group for group in books.groups() if any(m.id == member for m in group))


def fail_without_month(who: Holder, asked: Month) -> NoReturn:
    """The month is none of the member's: report why."""
    values = {"name": who.name, "month": words.month(asked), "first": words.month(who.first)}
    fail(words("error.before-first" if asked < who.first else "error.no-month", **values), status=2)
