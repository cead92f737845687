"""scharrel rules diff: what changes from one rule pack to another."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scharrel.cli.arguments import open_coop, read_month, today
from scharrel.cli.as_json import print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.packs import named_pack
from scharrel.cli.screen import console, print_text, words
from scharrel.core.month import Month
from scharrel.text.accounts import account_labels
from scharrel.text.rules.differences import Edition, differences

if TYPE_CHECKING:
    from scharrel.ledger.books import Books

_WAS = typer.Argument(metavar="A", help=words("help.rules-was"))
_BECOMES = typer.Argument(metavar="B", help=words("help.rules-becomes"))
_MARKS = ("was", "becomes", "new", "gone")


def command(
    was: Annotated[str, _WAS],
    becomes: Annotated[str, _BECOMES],
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.opening import open_books

    books = open_books(open_coop(coop))
    editions = {name: _edition(books, name) for name in (was, becomes)}
    parts = differences(words, editions[was], editions[becomes])
    if as_json:
        print_json(
            {
                key: {"pack": editions[name].pack.id, "month": editions[name].month}
                for key, name in (("was", was), ("becomes", becomes))
            }
            | {"sections": parts}
        )
        return
    screen = console()
    for key, name in (("was", was), ("becomes", becomes)):
        pack, month, _ = editions[name]
        title = pack.title
        head = words(f"diff.{key}-pack", title=title, month=words.month(month), name=name)
        print_text(screen, head, hang="  ", style="bold")
        if not pack.holds_in(month):
            print_text(screen, words("rule.not-then", month=words.month(month)))
    if not parts:
        screen.print()
        print_text(screen, words("diff.nothing"))
    width = max(len(words(f"diff.{mark}")) for mark in _MARKS) + 1
    for part in parts:
        screen.print()
        print_text(screen, part.heading, style="bold")
        for mark, text in part.lines:
            label = words(f"diff.{mark}").ljust(width) if mark else ""
            hang = " " * width if mark else "  " * text.startswith("- ")
            print_text(screen, label + text, "   ", hang=hang)


def _edition(books: "Books", name: str) -> Edition:
    """The pack of this name, with the month after an @ if there is one."""
    before, at, month = name.rpartition("@")
    dated = bool(at) and not name.endswith(".toml")
    asked = read_month(month) if dated else None
    pack = named_pack(books, before if dated else name)
    called = account_labels(words, books.chart)
    return Edition(pack, asked or pack.nearest(Month.of(today())), called)
