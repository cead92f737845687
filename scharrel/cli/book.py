"""scharrel book: write down what came in, went out, was done or driven, at a terminal or by options."""

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scharrel.cli.arguments import fail_without_month, open_coop, read_day, today
from scharrel.cli.options import COOP, DRY_RUN, JSON
from scharrel.cli.screen import console, fail, print_indented, print_text, stop_on_errors, words
from scharrel.cli.writing import writing_in
from scharrel.core.month import Month
from scharrel.core.problems import errors
from scharrel.text.noted import Noted
from scharrel.text.typed import amounts_meant, quantities_meant, rate_meant, untaxed_meant
from scharrel.treasury.cash_book import EventKind

if TYPE_CHECKING:
    from scharrel.core.facts import Holder
    from scharrel.core.problems import Problem
    from scharrel.ledger.books import Books
    from scharrel.operations.book_choices import Choices
    from scharrel.treasury.cash_book import Event

_MEMBER = typer.Argument(
    metavar=f"[{words('metavar.member')}]", help=words("help.book-member"), show_default=False
)
_IN = typer.Option("--in", metavar="EUR", help=words("help.book-in"))
_OUT = typer.Option("--out", metavar="EUR", help=words("help.book-out"))
_HOURS = typer.Option("--hours", metavar=words("metavar.number"), help=words("help.book-hours"))
_KM = typer.Option("--km", metavar=words("metavar.number"), help=words("help.book-km"))
_POT = typer.Option("--pot", metavar="EUR", help=words("help.book-pot"))
_WHO = typer.Option("--from", "--to", metavar=words("metavar.name"), help=words("help.book-who"))
_WHAT = typer.Option("--for", metavar=words("metavar.text"), help=words("help.book-what"))
_CASH = typer.Option("--cash", help=words("help.book-cash"))
_BANK = typer.Option("--bank", help=words("help.book-bank"))
_OWN = typer.Option("--own", help=words("help.book-own"))
_INVOICE = typer.Option("--invoice", metavar=words("metavar.customer"), help=words("help.book-invoice"))
_VAT = typer.Option("--vat", metavar=words("metavar.rate"), help=words("help.book-vat"))
_DATE = typer.Option("--date", metavar=words("metavar.date"), help=words("help.book-date"))
_EARNED = typer.Option("--earned", metavar=words("metavar.date"), help=words("help.book-earned"))
_ACCOUNT = typer.Option("--account", metavar=words("metavar.account"), help=words("help.book-account"))
_PROJECT = typer.Option("--project", metavar=words("metavar.name"), help=words("help.book-project"))
_PURPOSE = typer.Option("--purpose", metavar=words("metavar.word"), help=words("help.book-purpose"))
_REASON = typer.Option("--reason", metavar=words("metavar.reason"), help=words("help.book-reason"))
_AGAIN = typer.Option("--again", help=words("help.book-again"))
_UNDO = typer.Option("--undo", help=words("help.book-undo"))


def command(
    member: Annotated[str | None, _MEMBER] = None,
    came_in: Annotated[str | None, _IN] = None,
    went_out: Annotated[str | None, _OUT] = None,
    hours: Annotated[str | None, _HOURS] = None,
    km: Annotated[str | None, _KM] = None,
    pot: Annotated[str | None, _POT] = None,
    who: Annotated[str | None, _WHO] = None,
    what: Annotated[str | None, _WHAT] = None,
    cash: Annotated[bool, _CASH] = False,
    bank: Annotated[bool, _BANK] = False,
    own: Annotated[bool, _OWN] = False,
    invoice: Annotated[str | None, _INVOICE] = None,
    rate: Annotated[str | None, _VAT] = None,
    day: Annotated[str | None, _DATE] = None,
    earned: Annotated[str | None, _EARNED] = None,
    account: Annotated[str | None, _ACCOUNT] = None,
    project: Annotated[str | None, _PROJECT] = None,
    purpose: Annotated[str | None, _PURPOSE] = None,
    reason: Annotated[str | None, _REASON] = None,
    again: Annotated[bool, _AGAIN] = False,
    undo: Annotated[bool, _UNDO] = False,
    dry_run: Annotated[bool, DRY_RUN] = False,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.book_choices import booking_choices
    from scharrel.operations.opening import open_books

    books = open_books(open_coop(coop))
    amounts: dict[EventKind, str | None] = {
        "in": came_in, "out": went_out, "hours": hours, "km": km, "pot": pot,
    }  # fmt: skip
    given = [(kind, said) for kind, said in amounts.items() if said is not None]
    places = (("cash", cash), ("bank", bank), ("own", own), ("invoice", invoice is not None))
    money = [word for word, asked in places if asked]
    other = [who, what, rate, day, earned, account, project, purpose, reason, *money]
    if undo:
        if given or again or any(other):
            fail(words("error.book-undo"), status=2)
        _take_back(books, member)
        return
    holder = whose(books, member)
    if len(given) > 1 or len(money) > 1 or (again and given):
        fail(words("error.book-one"), status=2)
    if not given and not again:
        if any(other) or not sys.stdin.isatty():
            fail(words("error.book-terminal"), status=2)
        from scharrel.cli.book_asking import ask_bookings
        from scharrel.operations.book import hindrances

        stop_on_errors(hindrances(books, holder, today()))
        ask_bookings(books, holder, today())
        return
    stop_on_errors(standing_errors(books))
    on, day_earned = read_day(day) if day else today(), read_day(earned) if earned else None
    if not holder.active(Month.of(on)):
        fail_without_month(holder, Month.of(on))
    choices = booking_choices(books, holder, on)
    if again:
        event = _again(choices, on)
    else:
        kind, said = given[0]
        noted = Noted(
            kind=kind,
            amounts=_amount(kind, said),
            days=(on,),
            who=" ".join((who or "").split()),
            what=" ".join((what or "").split()),
            money=money[0] if money else "",
            rate=_rate(rate) if rate and not untaxed_meant(rate) else None,
            vat=untaxed_meant(rate or ""),
            purpose=purpose or "",
            reason=reason or "",
            earned=day_earned,
        )
        if invoice is not None:
            noted = noted._replace(customer=_customer(invoice, noted, choices))
        event = _whole(books, noted, choices, account, project)
    _book(books, holder, event, choices, dry_run=dry_run, as_json=as_json)


def standing_errors(books: "Books") -> "list[Problem]":
    """What is wrong with the register or the chart, without which nothing can be booked."""
    return [p for p in errors(books.problems) if not p.file.startswith("rules/")]


def whose(books: "Books", member: str | None) -> "Holder":
    """Whose ledger it is: the one that is named, or the only one there is; else it is asked."""
    if member and (found := _called(books, member)):
        return found
    if not member and len(books.holders) == 1:
        return next(iter(books.holders.values()))
    if member or not sys.stdin.isatty() or not books.holders:
        stop_on_errors(standing_errors(books))
        members = ", ".join(books.holders)
        key = "book.no-one" if member else "error.book-whose"
        fail(words(key, said=member, members=members), status=2)
    from scharrel.cli.asking import StoppedAsking, ask

    names = [*books.holders, *(holder.name for holder in books.holders.values())]
    try:
        while said := ask(words("book.whose"), names, ""):
            if found := _called(books, said, begins=True):
                return found
            print_indented(console(), words("book.no-one", said=said, members=", ".join(books.holders)))
    except StoppedAsking:
        pass
    raise SystemExit(0)


def _called(books: "Books", said: str, *, begins: bool = False) -> "Holder | None":
    """The only one who is called so, or whose name begins so."""
    folded = said.casefold()
    called = {one.id: (one.id.casefold(), one.name.casefold()) for one in books.holders.values()}
    found = [one for one, names in called.items() if folded in names]
    if begins and not found:
        found = [one for one, names in called.items() if any(name.startswith(folded) for name in names)]
    return books.holders[found[0]] if len(found) == 1 else None


def _take_back(books: "Books", member: str | None) -> None:
    from scharrel.cli.booked import undo_last
    from scharrel.store.own_ledger import last_added_to

    last = member or last_added_to(books.coop)
    if not last:
        fail(words("error.book-no-undo"), status=1)
    undo_last(books, whose(books, last))


def _amount(kind: EventKind, said: str) -> tuple[Decimal, ...]:
    """How much, if it can be no more than one thing."""
    done = kind in ("hours", "km")
    found = [n for n in (quantities_meant if done else amounts_meant)(said) if n and (n > 0 or kind == "in")]
    if len(found) == 1:
        return tuple(found)
    readings = [words.number(n) if done else words.money(n) for n in found]
    key = "book.which" if found else "book.no-amount"
    fail(f"--{kind}: {words(key, said=said, readings=', '.join(readings))}", status=2)


def _rate(said: str) -> Decimal:
    rate = rate_meant(said)
    if rate is None:
        fail(words("problem.bank-rule-rate", rate=said), status=2)
    return rate


def _customer(said: str, noted: Noted, choices: "Choices") -> str:
    from scharrel.cli.booked import meant_of, no_invoice

    if wrong := no_invoice(noted, choices):
        fail(wrong, status=2)
    found = meant_of(said, {name: (name, buyer.name) for name, buyer in choices.customers.items()})
    if len(found) != 1:
        fail(words("book.no-customer", said=said, known=", ".join(choices.customers)), status=2)
    return found[0]


def _again(choices: "Choices", on: date) -> "Event":
    from scharrel.operations.book_choices import again

    event = again(choices, on)
    if event is None:
        fail(words("error.book-no-again"), status=1)
    return event


def _whole(
    books: "Books", noted: Noted, choices: "Choices", account: str | None, project: str | None
) -> "Event":
    """The event that the options say; what they leave open is today, without VAT, and what is usual."""
    from scharrel.cli.booked import account_names, labels_of, meant_of
    from scharrel.operations.book_answers import (
        event_from,
        followed_up,
        offered,
        open_questions,
        several_amounts,
        vat_refused,
    )

    kind = noted.kind
    assert kind
    if kind not in choices.kinds:
        fail(words(f"book.no-{kind}", said=kind, kinds=", ".join(choices.kinds)), status=2)
    accounts = choices.accounts[kind]
    if account:
        meant = meant_of(account, account_names(books, accounts))
        if len(meant) != 1:
            known = ", ".join(labels_of(books, accounts))
            fail(words("error.book-account", account=account, accounts=known), status=2)
        noted = noted._replace(account=meant[0])
    if project:
        meant = meant_of(project, {short: (short, name) for short, name in choices.projects.items()})
        if len(meant) != 1:
            fail(words("error.book-project", project=project, projects=", ".join(choices.projects)), status=2)
        noted = noted._replace(project=meant[0])
    invoiced = noted.money == "invoice"
    if invoiced and choices.no_vat and (noted.rate or noted.vat):
        fail(words("book.invoice-exempt"), status=2)
    if noted.vat and not invoiced:
        fail(words("book.vat-invoice"), status=2)
    noted = followed_up(noted._replace(rate=noted.rate or Decimal(0)), choices)
    if not noted.account:
        usual = offered(noted, choices, "account", noted.days[0]) if kind == "in" else ""
        noted = noted._replace(account=usual)
    left = [asked for asked in open_questions(noted, choices) if asked != "project"]
    if left[:1] == ["amount"]:
        fail(several_amounts(words, noted), status=2)
    if left[:1] == ["rate"] and noted.rate is not None:
        fail(vat_refused(words, noted, choices), status=2)
    if left:
        options = {
            "account": labels_of(books, accounts), "money": [f"--{word}" for word in choices.places(kind)],
            "purpose": choices.purposes.get(noted.account, []),
        }.get(left[0], [])  # fmt: skip
        fail(words(f"error.book-lacks-{left[0]}", options=", ".join(options)), status=2)
    return event_from(noted, choices, labels_of(books, [noted.account])[0])


def _book(
    books: "Books", holder: "Holder", event: "Event", choices: "Choices", *, dry_run: bool, as_json: bool
) -> None:
    from scharrel.cli.booked import PATIENCE, print_planned, report_way_back, report_written, show_planned
    from scharrel.cli.screen import report_problems
    from scharrel.operations.book import plan_bookings, write_planned
    from scharrel.text.booking import event_text

    planned = plan_bookings(books, holder, [event], today())
    stop_on_errors(list(planned.problems))
    if not dry_run:
        with writing_in(books.coop, "book", patience=PATIENCE):
            problem = write_planned(books, planned)
            if problem and problem.code == "ledger-changed":
                planned = plan_bookings(books, holder, [event], today())
                problem = None if planned.problems else write_planned(books, planned)
        stop_on_errors([*planned.problems, *([problem] if problem else [])])
    if as_json:
        report_problems(planned.told)
        print_planned(planned, written=not dry_run)
        return
    print_text(console(), event_text(words, books.chart, event, choices.money), style="bold")
    show_planned(books, planned, today())
    if not dry_run:
        report_written(planned)
        report_way_back(holder)
