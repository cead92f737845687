"""scharrel rules export: one file with which another cooperative takes over a pack."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scharrel import __version__
from scharrel.cli.arguments import open_coop, today
from scharrel.cli.options import COOP
from scharrel.cli.packs import named_pack
from scharrel.cli.screen import console, fail, path_shown, print_text, stop_on_errors, words
from scharrel.cli.writing import writing_in
from scharrel.operations.opening import open_books
from scharrel.packs.local_figures import UnusualError, owned, to_fill_in
from scharrel.packs.toml import read_toml
from scharrel.packs.transfer import Export, accounts_of, export_text, hidden_letters
from scharrel.store.durable import write_text
from scharrel.store.paths import Coop
from scharrel.store.text import read_text
from scharrel.text.words import visible

_PACK = typer.Argument(metavar=words("metavar.pack"), help=words("help.rules-pack"))
_OUT = typer.Option("--out", metavar=words("metavar.file"), help=words("help.rules-export-out"))


def command(
    pack: Annotated[str, _PACK],
    out: Annotated[Path | None, _OUT] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    books = open_books(open_coop(coop))
    found = named_pack(books, pack)
    path = Path(pack).resolve() if pack.endswith(".toml") else books.coop.rules / f"{pack}.toml"
    out = (out or Path(f"{found.id}.export.toml")).absolute()
    if out.exists():
        fail(words("error.out-exists", path=str(out)), status=2)
    if out.parent.resolve() == books.coop.rules.resolve():
        fail(words("error.out-in-rules"), status=2)
    beside = path.with_name(f"{path.stem}.cases.toml")
    text, cases = (_text(books.coop, source) for source in (path, beside))
    assert text  # a pack that was read
    cooperative = visible(books.title)[:100] or words("exchange.nameless")
    try:
        marked = to_fill_in(text, notes(cooperative))
    except UnusualError as unusual:
        stop_on_errors([unusual.problem(_shown(books.coop, path))])
    roles, to = found.roles(), frozenset(step.to for step in found.steps if step.to)
    exported = Export(
        cooperative, __version__, today(), accounts_of(to, roles, books.chart), marked, cases,
    )  # fmt: skip
    with writing_in(books.coop, "rules export", alone=False):
        write_text(out, export_text(exported, words("exchange.head", title=found.title)))
    screen = console()
    print_text(screen, words("exchange.exported", title=found.title, path=path_shown(out)))
    print_text(screen, words("exchange.marked", count=len(owned(text))))
    if cases:
        print_text(screen, words("exchange.cases-travel"))
    print_text(screen, words("exchange.take-over"))
    screen.print(f"  scharrel rules import {shlex.quote(out.name)}", soft_wrap=True)


def _text(coop: Coop, path: Path) -> str | None:
    """What is in a file that travels, if it is there; stops where something in it should not."""
    if not path.exists():
        return None
    shown = _shown(coop, path)
    read = read_text(Coop(path.parent), path)
    stop_on_errors([problem._replace(file=shown) for problem in read.problems])
    text = read.data.decode().replace("\r\n", "\n")
    stop_on_errors([*read_toml(text, shown)[1], *hidden_letters(text, shown)])
    return text


def _shown(coop: Coop, path: Path) -> str:
    return coop.shown(path) if path.is_relative_to(coop.root) else path.name


def notes(cooperative: str) -> dict[str, str]:
    """What stands above that which has to be filled in."""
    return {
        what: words(f"exchange.own-{what}", coop=cooperative) for what in ("figure", "decision", "agreement")
    }
