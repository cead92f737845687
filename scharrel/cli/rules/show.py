"""scharrel rules show: a rule pack as sentences, on the terminal or as a handout for the meeting."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scharrel.cli.arguments import open_coop, read_month, require_format, today
from scharrel.cli.as_json import print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.packs import named_pack
from scharrel.cli.screen import console, fail, path_shown, print_text, stop_on_errors, words
from scharrel.core.month import Month
from scharrel.text.accounts import account_labels
from scharrel.text.rules.pack import Told, tell_pack

if TYPE_CHECKING:
    from scharrel.core.pack import Pack
    from scharrel.ledger.books import Books

_PACK = typer.Argument(metavar=words("metavar.pack"), help=words("help.rules-pack"))
_MONTH = typer.Option("--month", metavar=words("metavar.month"), help=words("help.rules-month"))
_FORMAT = typer.Option("--format", metavar=words("metavar.format"), help=words("help.rules-format"))
_OUT = typer.Option("--out", metavar=words("metavar.file"), help=words("help.rules-out"))


def command(
    pack: Annotated[str, _PACK],
    month: Annotated[str | None, _MONTH] = None,
    form: Annotated[str | None, _FORMAT] = None,
    out: Annotated[Path | None, _OUT] = None,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    asked = read_month(month) if month else None
    form = _format_of(form, out)
    from scharrel.operations.opening import open_books

    books = open_books(open_coop(coop))
    found = named_pack(books, pack)
    known = books.packs.get(found.id)
    told = tell_pack(
        words,
        found,
        asked or found.nearest(Month.of(today())),
        proposed=known is None or known.hash != found.hash,
        called=account_labels(words, books.chart),
    )
    if as_json:
        print_json({"pack": found.id, "pack_hash": found.hash, **told._asdict()})
    elif out is None:
        _print(told)
    else:
        _write(books, told, found, form, out)


def _format_of(form: str | None, out: Path | None) -> str:
    """The format that was named, else the one by which the file is called."""
    if form is None and out is None:
        return ""
    named = form or (out.suffix.removeprefix(".") if out else "")
    require_format(named)
    if out is None:
        fail(words("show.no-out", form=named), status=2)
    return named


def _print(told: Told) -> None:
    screen = console()
    print_text(screen, told.title, style="bold")
    print_text(screen, words("show.month", month=words.month(told.month)))
    for note in told.notes:
        print_text(screen, note, style="bold")
    screen.print()
    for said in told.about:
        print_text(screen, said.text)
    for number, step in enumerate(told.steps, 1):
        screen.print()
        print_text(screen, f"{number}. {step.label}", style="bold")
        for said in step.said:
            print_text(screen, said.text, "   ")
            for row in said.rows:
                print_text(screen, f"- {row}", "   ", hang="  ")
        for ground in step.grounds:
            print_text(screen, ground, "   ", style="dim")
    if told.accepted:
        screen.print()
        print_text(screen, words("show.accepted"), style="bold")
        for text in told.accepted:
            print_text(screen, f"- {text}", "   ", hang="  ")
    screen.print()
    print_text(screen, words("show.sources"), style="bold")
    for number, text in enumerate(told.sources, 1):
        print_text(screen, f"{number}. {text}", "   ", hang="   ")


def _write(books: "Books", told: Told, pack: "Pack", form: str, out: Path) -> None:
    # What makes documents takes long to load, and the terminal needs none of it.
    from scharrel.cli.writing import writing_in
    from scharrel.statements.documents import BrokenTemplateError
    from scharrel.statements.making import Order, rules_handout
    from scharrel.statements.pdf import typesetters_world
    from scharrel.store.durable import write_bytes

    with writing_in(books.coop, "rules show", alone=False), typesetters_world() as world:
        order = Order(
            told.month, ("rules",), form, words.lang, frozenset(), today(), books.coop.templates, world
        )
        try:
            handout = rules_handout(order, books.title, told, pack)
        except BrokenTemplateError as broken:
            stop_on_errors([broken.problem])
            raise
        write_bytes(out, handout)
    print_text(console(), words("show.done", path=path_shown(out)))
