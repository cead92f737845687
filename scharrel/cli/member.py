"""scharrel member add: a new member in the register, with a ledger to start in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.arguments import open_coop, read_month, today
from scharrel.cli.options import COOP
from scharrel.cli.packs import fail_without_pack
from scharrel.cli.screen import console, fail, print_text, stop_on_errors, words
from scharrel.cli.writing import writing_in
from scharrel.core.iban import sound
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID
from scharrel.core.pack import Pack
from scharrel.store.allocations import quoted
from scharrel.store.durable import write_text
from scharrel.store.paths import MEMBER_ID
from scharrel.text.words import visible
from scharrel.treasury.lines import tidy

_ID = typer.Argument(metavar="ID", help=words("help.member-id"))
_NAME = typer.Argument(metavar=words("metavar.name"), help=words("help.member-name"))
_RULES = typer.Option("--rules", metavar=words("metavar.pack"), help=words("help.member-rules"))
_FROM = typer.Option("--from", metavar=words("metavar.month"), help=words("help.member-from"))
_HOUSEHOLD = typer.Option("--household", metavar=words("metavar.word"), help=words("help.member-household"))
_IBAN = typer.Option("--iban", metavar="IBAN", help=words("help.member-iban"))


def command(
    member: Annotated[str, _ID],
    name: Annotated[str, _NAME],
    rules: Annotated[str, _RULES] = "vrije-uitloop",
    since: Annotated[str | None, _FROM] = None,
    household: Annotated[str | None, _HOUSEHOLD] = None,
    iban: Annotated[str | None, _IBAN] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.opening import open_books

    where = open_coop(coop)
    with writing_in(where, "member add"):
        books = open_books(where)
        month = read_month(since, ahead=True) if since else Month.of(today())
        if books.closed and month <= books.closed:
            fail(words("error.month-closed", month=words.month(month), open=books.first_open), status=2)
        if not MEMBER_ID.fullmatch(member):
            fail(words("error.member-id", member=member), status=2)
        if member == COOP_ID:
            fail(words("problem.coop-taken"), status=2)
        if member in books.holders:
            fail(words("error.member-exists", member=member), status=2)
        name = tidy(name)
        if not visible(name).strip():
            fail(words("error.no-name"), status=2)
        stop_on_errors([p for p in books.problems if p.code not in ("not-registered", "no-members")])
        if rules not in books.packs:
            fail_without_pack(books, rules)
        asking = _asking(books.packs, "household", month)
        # Rules that do not ask yet may be followed by some that do: a typing error is reported now.
        asks = rules if rules in asking else next(iter(asking), "") if household else ""
        if asks and household not in asking[asks]:
            key = "household" if household else "household-missing"
            choices = ", ".join(asking[asks])
            fail(words(f"error.{key}", household=household, pack=asks, choices=choices), status=2)
        if iban and not sound(iban):
            fail(words("error.iban", iban=iban), status=2)
        keys = {"name": name, "rules": rules, "household": household, "iban": iban}
        lines = [f'{month.first_day} custom "member" "{member}"']
        lines += [f'  {key}: "{quoted(value)}"' for key, value in keys.items() if value]
        register = books.coop.register.read_text(encoding="utf-8").rstrip("\n")
        path = books.coop.ledger(member)
        title = words("init.sample-title", name=name)
        if not path.exists():
            write_text(path, f'; {title}\ninclude "../accounts.beancount"\n')
        write_text(books.coop.register, register + "\n\n" + "\n".join(lines) + "\n")
    done = words(
        "init.member-done", name=name, month=words.month(month), pack=rules, path=books.coop.shown(path)
    )
    print_text(console(), done)


def _asking(packs: Mapping[str, Pack], fact: str, month: Month) -> dict[str, list[str]]:
    """What each of the rules that ask for a fact says it can be."""
    return {
        pack.id: list(dict.fromkeys(case for param in params for case in param.cases(month)))
        for pack in packs.values()
        if (params := [param for step in pack.steps for param in step.params() if param.by == fact])
    }
