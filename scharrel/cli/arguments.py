"""What a command line says: the folder, months, amounts and members; what is wrong stops the command."""

import os
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from scharrel.cli.screen import fail, stop_on_errors, with_near, words
from scharrel.core.facts import Group, Holder
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.period import SPANS, Period, Span
from scharrel.store.paths import Coop, NoCoopError, find_coop

if TYPE_CHECKING:  # `allocate` begins its work before beancount is loaded
    from scharrel.ledger.books import Books

FAR_AHEAD = 24
"""Months after today beyond which a month is taken for a typing error."""


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
    month, wrong = month_or_why(text, ahead=ahead)
    return month or fail(wrong, status=2)


def month_or_why(text: str, *, ahead: bool = False) -> tuple[Month | None, str]:
    """The month that this is, or why it is none."""
    from scharrel.text.month_names import months_meant, near_month

    try:
        meant = [Month.parse(text)]
    except ValueError:
        meant = months_meant(text, today(), ahead=ahead)
    if not meant:
        return None, with_near(words("error.month", text=text), near_month(text, today()))
    if len(meant) > 1:
        choices = ", ".join(f"{words.month(month)} ({month})" for month in meant)
        return None, words("error.month-which", text=text, choices=choices)
    if meant[0].since(Month.of(today())) > FAR_AHEAD:
        return None, words("error.month-far", text=text)
    return meant[0], ""


def read_period(text: str, spans: Sequence[Span] = SPANS) -> Period:
    """A period of one of these lengths as the user wrote it: `2026-Q3`, `kwartaal 3`, `vorig jaar`."""
    from scharrel.text.month_names import periods_meant

    meant = periods_meant(text, today())
    if len(meant) == 1 and meant[0].span in spans:
        return meant[0]
    if meant and "month" in spans:
        return Period.of("month", read_month(text))  # which says what it can be
    fail(words("error.vat-period" if "month" in spans else "error.settled-period", text=text), status=2)


def read_year(text: str | None) -> int | None:
    """The year as the user wrote it, if one was."""
    from scharrel.text.month_names import periods_meant

    if text is None:
        return None
    meant = periods_meant(text, today())
    if len(meant) != 1 or meant[0].span != "year":
        fail(words("error.year", text=text), status=2)
    return meant[0].last.year


def read_begun_year(text: str) -> int:
    """The year as the user wrote it, which has to have begun."""
    year = read_year(text)
    assert year is not None
    if year > today().year:
        fail(words("error.year-ahead", year=year), status=2)
    return year


def read_day(text: str) -> date:
    """A day as the user wrote it: `2026-10-12`, `12-10`, `12 oktober` or `gisteren`."""
    day, wrong = day_or_why(text)
    return day or fail(wrong, status=2)


def day_or_why(text: str) -> tuple[date | None, str]:
    """The day that this is, or why it is none."""
    from scharrel.text.noted import day_not_read
    from scharrel.text.typed import days_meant

    found = days_meant(text, today())
    if len(found) == 1:
        return found[0], ""
    if found:
        return None, words("book.which", readings=", ".join(map(words.day, found)))
    return None, day_not_read(words, text, today())


def read_amount(text: str) -> Decimal:
    """Euros as the user wrote them: `45`, `45,00`, `1.234,50` or `€ 45`."""
    found, wrong = amount_or_why(text)
    if found is None:
        fail(wrong, status=2)
    return found


def amount_or_why(text: str) -> tuple[Decimal | None, str]:
    """The euros that this says, or why it says none."""
    from scharrel.text.typed import amounts_meant

    found = amounts_meant(text.strip().removeprefix("+"))
    if len(found) == 1:
        return found[0], ""
    if found:
        return None, words("book.which", readings=", ".join(map(words.money, found)))
    return None, words("error.amount", text=text)


def choose(said: str, choices: Iterable[str]) -> None:
    """That what was said is one of these; stops otherwise."""
    choices = list(choices)
    if said not in choices:
        message = words("error.format", form=said, forms=", ".join(choices))
        fail(with_near(message, nearest(said, choices)), status=2)


def require_format(form: str) -> None:
    """That documents come in this form; stops otherwise."""
    from scharrel.statements.making import FORMATS

    choose(form, FORMATS)


def require_members(books: "Books", wanted: Iterable[str] | None) -> None:
    """Only members of this cooperative can be asked for."""
    for member in wanted or ():
        if member not in books.holders:
            stop_on_errors(books.problems)
            near = nearest(member, books.holders)
            message = words("error.no-member", member=member)
            fail(with_near(message, near, words("otherwise.no-member")), status=2)


def group_of(books: "Books", member: str) -> Group:
    """Everyone who has to be computed together with this member."""
    require_members(books, [member])
    return next(group for group in books.groups() if any(m.id == member for m in group))


def fail_without_month(who: Holder, asked: Month) -> NoReturn:
    """The month is none of the member's: report why."""
    values = {"name": who.name, "month": words.month(asked), "first": words.month(who.first)}
    fail(words("error.before-first" if asked < who.first else "error.no-month", **values), status=2)
