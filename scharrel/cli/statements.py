"""scharrel statements: print the month for members, municipality and meeting."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scharrel.cli.arguments import open_coop, read_month, require_format, require_members, today
from scharrel.cli.options import COOP, MEMBERS
from scharrel.cli.screen import (
    console,
    fail,
    path_shown,
    print_text,
    progress_bar,
    stop_on_errors,
    to_stderr,
    with_near,
    words,
)
from scharrel.cli.writing import writing_in
from scharrel.core.month import Month
from scharrel.core.names import nearest

if TYPE_CHECKING:
    from scharrel.ledger.books import Books

_MONTH = typer.Argument(
    metavar=f"[{words('metavar.month')}]", help=words("help.statements-month"), show_default=False
)
_FOR = typer.Option("--for", metavar=words("metavar.kind"), help=words("help.statements-for"))
_FORMAT = typer.Option("--format", metavar=words("metavar.format"), help=words("help.statements-format"))
_OUT = typer.Option("--out", metavar=words("metavar.dir"), help=words("help.statements-out"))
_CSV = typer.Option("--csv", metavar="nl", help=words("help.statements-csv"))
_MEANT = {
    word: kind
    for kind, tried in {
        "member": "lid leden members",
        "municipality": "gemeente",
        "coop": "cooperatie coöperatie vergadering ledenvergadering meeting",
        "year": "jaar jaaropgave",
    }.items()
    for word in tried.split()
}
"""Words that people try for a kind."""


def command(
    month: Annotated[str | None, _MONTH] = None,
    member: Annotated[list[str] | None, MEMBERS] = None,
    kind: Annotated[str | None, _FOR] = None,
    form: Annotated[str, _FORMAT] = "pdf",
    out: Annotated[Path | None, _OUT] = None,
    csv: Annotated[str | None, _CSV] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    # What makes documents is loaded when it runs, so that help comes at once.
    from scharrel.operations.opening import open_books
    from scharrel.operations.statement_data import last_allocated
    from scharrel.operations.statements import state_all
    from scharrel.statements.making import DOCUMENTS, Order
    from scharrel.statements.pdf import typesetters_world

    asked = read_month(month) if month else None
    if kind is not None and kind not in DOCUMENTS:
        message = words("error.kind", kind=kind, kinds=", ".join(DOCUMENTS))
        fail(with_near(message, _MEANT.get(kind) or nearest(kind, DOCUMENTS)), status=2)
    require_format(form)
    if csv not in (None, "nl", "en"):
        fail(words("error.csv", form=csv), status=2)
    if csv == "nl" and (member or kind not in (None, "municipality")):
        fail(words("error.csv-all"), status=2)
    if kind == "coop" and member:
        fail(words("error.coop-member"), status=2)
    books = open_books(open_coop(coop))
    require_members(books, member)
    if asked:
        _require_month(books, asked)
    with writing_in(books.coop, "statements", alone=False):
        asked = asked or last_allocated(books, today())
        if asked is None:
            stop_on_errors(books.problems)
            fail(words("error.nothing-allocated"), status=1)
        target = out or books.coop.statements / str(asked)
        with typesetters_world() as world, progress_bar(words("progress.stating")) as progress:
            order = Order(
                asked, (kind,) if kind else DOCUMENTS, form, words.lang, frozenset(member or ()), today(),
                books.coop.templates, world, sheet=csv == "nl",
            )  # fmt: skip
            done = state_all(books, order, target, progress)
    stop_on_errors(done.problems)
    screen = console()
    if not done.counts:
        who = ", ".join(books.holders[m].name for m in member or ())
        key = "error.nothing-for" if who else "error.nothing-to-print"
        fail(words(key, month=words.month(asked), name=who), status=2)
    print_text(screen, words("statements.done", month=words.month(asked), path=path_shown(target)))
    for folder, count in sorted(done.counts.items()):
        what = words(f"statements.{folder}", count=count)
        screen.print(f"  {folder}/  {what}", soft_wrap=True)
    if asked >= Month.of(today()):
        to_stderr(words("table.not-ended", month=words.month(asked)))


def _require_month(books: "Books", asked: Month) -> None:
    """Paper is made of months that have begun, and in which somebody was a member or had been one."""
    now = Month.of(today())
    if asked > now:
        fail(words("error.month-ahead", month=words.month(asked), now=words.month(now)), status=2)
    if not books.holders:
        stop_on_errors(books.problems)
        fail(words("table.no-members"), status=2)
    first = min(member.first for member in books.holders.values())
    if asked < first:
        fail(words("error.month-before", month=words.month(asked), first=words.month(first)), status=2)
