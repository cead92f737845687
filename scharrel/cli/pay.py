"""scharrel pay: order what is due to members, the municipality and the tax office; or cancel such a run."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.cells import cell_len

from scharrel.cli.arguments import FAR_AHEAD, choose, open_coop, read_day, read_month, today
from scharrel.cli.as_json import print_json
from scharrel.cli.options import COOP, DRY_RUN, JSON
from scharrel.cli.screen import (
    console,
    fail,
    path_shown,
    print_indented,
    print_text,
    stop_on_errors,
    to_stderr,
    with_near,
    words,
)
from scharrel.cli.writing import writing_in
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.formats.pain001 import PAIN_VERSIONS
from scharrel.store.paths import Coop
from scharrel.treasury.lines import on_one_line
from scharrel.treasury.payments import RECIPIENTS

if TYPE_CHECKING:
    from rich.console import Console

    from scharrel.ledger.books import Books
    from scharrel.operations.pay import CancelledRun, NotPaid, PaidOut, PayOrder


_TO = typer.Option("--to", metavar="|".join(RECIPIENTS), help=words("help.pay-to"))
_THROUGH = typer.Option("--through", metavar=words("metavar.month"), help=words("help.pay-through"))
_ON = typer.Option("--on", metavar=words("metavar.date"), help=words("help.pay-on"))
_VERSION = typer.Option("--version", metavar="|".join(PAIN_VERSIONS), help=words("help.pay-version"))
_CANCEL = typer.Option("--cancel", metavar=words("metavar.run"), help=words("help.pay-cancel"))
_PAPER = typer.Option("--paper", metavar=words("metavar.run"), help=words("help.pay-paper"))
_FORMAT = typer.Option("--format", metavar=words("metavar.format"), help=words("help.pay-format"))
_REASON = typer.Option("--reason", metavar=words("metavar.reason"), help=words("help.pay-reason"))


def command(
    to: Annotated[list[str] | None, _TO] = None,
    through: Annotated[str | None, _THROUGH] = None,
    on: Annotated[str | None, _ON] = None,
    version: Annotated[str | None, _VERSION] = None,
    cancel: Annotated[str | None, _CANCEL] = None,
    reason: Annotated[str | None, _REASON] = None,
    paper: Annotated[str | None, _PAPER] = None,
    form: Annotated[str | None, _FORMAT] = None,
    dry_run: Annotated[bool, DRY_RUN] = False,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.opening import open_books
    from scharrel.operations.pay import PayOrder, cancel_run, pay_all

    where = open_coop(coop)
    if paper is not None or form is not None:
        if paper is None or any((to, through, on, version, cancel, reason, dry_run, as_json)):
            fail(words("error.pay-paper-alone"), status=2)
        _print(open_books(where), paper, form or "pdf")
        return
    if cancel is not None:
        if to or through or on or version:
            fail(words("error.pay-cancel-alone", run=cancel), status=2)
        why = on_one_line(reason or "")
        if not why:
            fail(words("error.pay-reason", run=cancel), status=2)
        with writing_in(where, "pay", alone=not dry_run):
            cancelled = cancel_run(open_books(where), cancel, why, today(), write=not dry_run)
        if cancelled.wrong == "pay-no-run":
            _fail_without_run(where, cancel)
        _show_cancelled(cancelled, cancel, why, dry_run=dry_run, as_json=as_json)
        return
    if reason is not None:
        fail(words("error.pay-reason-alone"), status=2)
    asked = read_month(through) if through else None
    day = _read_day(on) if on else today()
    recipients = tuple(dict.fromkeys(to or RECIPIENTS))
    for each in recipients:
        choose(each, RECIPIENTS)
    if version is not None:
        choose(version, PAIN_VERSIONS)
    with writing_in(where, "pay", alone=not dry_run):
        books = open_books(where)
        order = PayOrder(recipients, _through(books, asked), day, version)
        if books.closed and day <= books.closed.last_day:
            fail(words("error.pay-closed-day", day=str(day), month=words.month(books.closed)), status=2)
        done = pay_all(books, order, today(), words, write=not dry_run)
    stop_on_errors(list(done.problems))
    if done.run and day < today():
        to_stderr(words("pay.past", day=words.day(day)))
    if as_json:
        print_json(_as_plain(done, order, books))
        return
    _show(done, order, books, dry_run=dry_run)


def _print(books: "Books", called: str, form: str) -> None:
    """A run on paper, among the statements."""
    from scharrel.cli.paper import paper_of
    from scharrel.operations.pay import run_paper
    from scharrel.statements.making import FORMATS, Order

    choose(form, FORMATS)

    def make(order: Order) -> bytes:
        made, problems = run_paper(books, called, order)
        stop_on_errors(problems)
        return made or _fail_without_run(books.coop, called)

    _, path = paper_of(books, "pay", Month.of(today()), form, make, f"payments/{called}.{form}")
    assert path
    print_text(console(), words("pay.printed", run=called, path=path_shown(path)))


def _through(books: "Books", asked: Month | None) -> Month | None:
    """The last closed month that is asked for, or of all."""
    if asked and (books.closed is None or asked > books.closed):
        fail(words("error.pay-open-month", month=words.month(asked), text=str(asked)), status=1)
    return asked or books.closed


def _read_day(text: str) -> date:
    day = read_day(text)
    if Month.of(day).since(Month.of(today())) > FAR_AHEAD:
        fail(words("error.month-far", text=text), status=2)
    return day


def _as_plain(done: "PaidOut", order: "PayOrder", books: "Books") -> dict[str, Any]:
    """What is paid as other programs read it."""
    run = done.run
    through = order.through
    return {
        "run": run.id if run else None,
        "on": order.day,
        "through": through,
        "payments": [
            {
                "to": payment.to,
                "holder": payment.holder,
                "name": payment.name,
                "iban": payment.iban,
                "amount": payment.amount,
                "due": done.due[payment.id].owed,
                "in_hand": done.due[payment.id].in_hand,
                "text": payment.text,
                "id": payment.id,
            }
            for payment in (run.payments if run else ())
        ],
        "total": run.amount if run else ZERO,
        "not_paid": [
            {
                "holder": one.holder,
                "why": one.why,
                "to": one.to,
                "amount": one.amount,
                "message": _not_paid(one, order, books),
            }
            for one in done.not_paid
        ],
        "respelled": done.respelled,
        "renewed": [run.id for run in done.renewed],
    }


def _not_paid(one: "NotPaid", order: "PayOrder", books: "Books") -> str:
    from scharrel.text.payments import not_paid_line

    name = books.names.get(one.holder, one.holder)
    return not_paid_line(words, one.to, name, one.why, one.amount, order.through)


def _show(done: "PaidOut", order: "PayOrder", books: "Books", *, dry_run: bool) -> None:
    """On one screen what is paid and why, what is not, and what to do with it."""
    from scharrel.store.payment_runs import order_path, run_path
    from scharrel.text.payments import run_lines, run_title

    screen = console()
    run = done.run
    if run:
        screen.print(run_title(words, order.through, order.day), style="bold")
        rows = [*run_lines(words, run, done.due, books.names)]
        totals = words("pay.total"), words.money(run.amount)
        wide = max(len(amount) for amount in (totals[1], *(amount for _, _, amount, _ in rows)))
        width = max(min(screen.width, 80), 40)
        before = ""
        for to, name, amount, below in rows:
            if to != before:
                screen.print(words(f"pay.to-{to}"))
                before = to
            _amount_line(screen, f"  {name}", amount, width, wide)
            for line in below:
                print_indented(screen, f"    {line}")
        _amount_line(screen, totals[0], totals[1], width, wide)
    else:
        screen.print(words("pay.nothing" if order.through or done.not_paid else "pay.nothing-closed"))
    if done.not_paid:
        screen.print(words("pay.not-paid-title"))
        for one in done.not_paid:
            print_indented(screen, f"  {_not_paid(one, order, books)}")
    if done.respelled:
        print_text(screen, words("pay.respelled-title"))
        for was, becomes in dict.fromkeys((one.was, one.becomes) for one in done.respelled):
            print_indented(screen, "  " + words("pay.respelled", was=was, becomes=becomes))
    if dry_run:
        screen.print(words("pay.dry-run"))
        return
    for old in done.renewed:
        path = books.coop.shown(order_path(books.coop, old.id))
        print_text(screen, words("pay.renewed", run=old.id, path=path))
    if run:
        coop = books.coop
        values = {"book": coop.shown(run_path(coop, run.id)), "order": coop.shown(order_path(coop, run.id))}
        print_text(screen, words("pay.done", **values))
        print_text(screen, words("pay.next", run=run.id))
        print_text(screen, words("pay.second", run=run.id))


def _amount_line(screen: "Console", said: str, amount: str, width: int, wide: int) -> None:
    """A text and at its right an amount; a text that is too long goes on above it."""
    room = width - wide - 2
    if cell_len(said) > room:
        print_indented(screen, said)
        said = ""
    screen.print(said + " " * (width - cell_len(said) - len(amount)) + amount, soft_wrap=True)


def _show_cancelled(done: "CancelledRun", called: str, reason: str, *, dry_run: bool, as_json: bool) -> None:
    stop_on_errors(list(done.problems))
    if done.wrong:
        _fail_cancelling(done, called)
    assert done.run
    if as_json:
        print_json({"run": done.run.id, "cancelled": done.day, "reason": reason, "total": done.run.amount})
        return
    screen = console()
    values = {"run": done.run.id, "amount": words.money(done.run.amount), "day": words.day(done.day)}
    print_text(screen, words("pay.cancelled", **values))
    if dry_run:
        screen.print(words("pay.dry-run"))


def _fail_without_run(coop: Coop, called: str) -> NoReturn:
    from scharrel.store.payment_runs import read_runs

    runs, _ = read_runs(coop)
    fail(with_near(words("error.pay-no-run", run=called), nearest(called, [r.id for r in runs])), status=2)


def _fail_cancelling(done: "CancelledRun", called: str) -> NoReturn:
    values = {"run": called, "day": words.day(done.day)}
    fail(words(f"error.{done.wrong}", **values), status=1)
