"""scharrel rules import: take over another cooperative's pack, with its figures still to be filled in."""

import errno
import os
import shlex
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from scharrel import __version__
from scharrel.cli.arguments import open_coop, today
from scharrel.cli.figures import as_in_packs
from scharrel.cli.options import COOP
from scharrel.cli.rules.export import notes
from scharrel.cli.screen import console, fail, print_text, stop_on_errors, to_stderr, words
from scharrel.cli.writing import writing_in
from scharrel.core.chart import Chart
from scharrel.core.month import Month
from scharrel.core.problems import Problem, in_order
from scharrel.ledger.chart import read_chart
from scharrel.packs.local_figures import UnusualError, filled_in, open_figures, to_fill_in
from scharrel.packs.transfer import Export, Missing, read_export, read_exported_pack, to_open, wanting
from scharrel.packs.values import figure
from scharrel.store.durable import write_texts
from scharrel.store.paths import MEMBER_ID, Coop
from scharrel.store.text import plain_folder, read_text
from scharrel.text.words import MAX_VALUE, visible

_FILE = typer.Argument(metavar=words("metavar.file"), help=words("help.rules-import-file"))
_AS = typer.Option("--as", metavar="ID", help=words("help.rules-import-as"))
_SET = typer.Option("--set", metavar=words("metavar.param-value"), help=words("help.rules-import-set"))


def command(
    file: Annotated[Path, _FILE],
    pack_id: Annotated[str | None, _AS] = None,
    given: Annotated[list[str] | None, _SET] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    figures = _figures(given or ())
    where = open_coop(coop)
    path, shown = file.absolute(), visible(str(file))
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file))
    export, problems = read_export(read_text(Coop(path.parent), path), shown)
    stop_on_errors(problems)
    assert export
    with writing_in(where, "rules import"):
        chart, problems = read_chart(where)
        stop_on_errors(problems)
        table, problems = read_exported_pack(export, shown, chart)
        if problems and export.version != __version__:
            to_stderr(words("exchange.other-version", other=export.version, own=__version__))
        stop_on_errors(problems)
        name = str(table["pack"]["id"]) if pack_id is None else pack_id
        if not MEMBER_ID.fullmatch(name):
            fail(words("error.pack-id", pack=name), status=2)
        note = words("exchange.taken-over", coop=export.cooperative[:100], day=words.day(export.day))
        try:
            text = to_fill_in(export.pack, notes(visible(export.cooperative)[:100]))
            _only_open(figures, open_figures(text))
            text = f"# {note}\n" + filled_in(text, figures, name)
        except UnusualError as unusual:
            stop_on_errors([unusual.problem(shown, export.line)])
        target, cases = where.rules / f"{name}.toml", where.rules / f"{name}.cases.toml"
        missing, problems = wanting(export, text, where.shown(target), name, chart)
        stop_on_errors(problems)
        if not plain_folder(where, where.rules):
            stop_on_errors([Problem(where.shown(where.rules), 1, "symlink")])
        _nothing_there(where, target, None)
        if export.cases is not None:
            _nothing_there(where, cases, export.cases)
        write_texts(({cases: export.cases} if export.cases is not None else {}) | {target: text})
    print_text(console(), f"{where.shown(target)}: {table['pack']['title']}")
    print_text(console(), note)
    at = f" --coop {shlex.quote(str(coop))}" if coop else ""
    _say_what_remains(export, missing, chart, name, str(table["pack"].get("scope", "member")), at)


def _figures(given: Iterable[str]) -> dict[str, Decimal | str]:
    """What `--set` says: by parameter, or parameter.case, a figure as packs have it."""
    found: dict[str, Decimal | str] = {}
    for text in given:
        name, _, value = text.partition("=")
        if not name or not value:
            fail(words("error.set", text=text), status=2)
        if name in found:
            fail(words("error.set-twice", param=name), status=2)
        found[name] = as_in_packs(value)
        if isinstance(wrong := figure(found[name]), str):
            fail(f"--set {name}: " + words(f"problem.{wrong}", value=value[:MAX_VALUE]), status=2)
    return found


def _only_open(figures: Iterable[str], can_be_set: list[str]) -> None:
    for name in figures:
        if name not in can_be_set:
            fail(words("error.set-open", name=name, names=", ".join(can_be_set) or "-"), status=2)


def _nothing_there(coop: Coop, path: Path, text: str | None) -> None:
    """Nothing is written over; what an interrupted import left may be there."""
    if os.path.lexists(path) and (text is None or read_text(coop, path).data != text.encode()):
        fail(words("error.pack-exists", path=coop.shown(path)), status=2)


def _say_what_remains(
    export: Export, missing: Missing, chart: Chart, pack_id: str, scope: str, at: str
) -> None:
    """What the treasurer has to do now, in order."""
    day = min(account.opened for account in chart.accounts.values())
    new = to_open(export, missing, chart)
    width = max(map(len, new), default=0)
    accounts = []
    for name, account in new.items():
        accounts.append(f"{day} open {name:<{width}}  {','.join(account.currencies)}".rstrip())
        accounts += [f'  role: "{account.role}"'] if account.role else []
    given = {account.role for account in new.values()}
    roles = [
        words("exchange.give-role", role=role, account=name)
        for role in missing.roles if role not in given
        for name, account in export.accounts.items() if account.role == role
    ]  # fmt: skip
    blanks: dict[str, list[str]] = {"fill-in": [], "fill-in-text": []}
    for problem in in_order(missing.open):
        blanks[problem.code].append(f"{problem.file}:{problem.line}  {problem.values['name']}")
    checks = [f"scharrel rules {command} {pack_id}{at}" for command in ("check", "test")]
    kind = {"collective": "project", "subcooperative": "subcooperative"}.get(scope, "")
    used = [f"scharrel member add ID NAME --rules {pack_id}{at}"]
    if kind:
        used = [f'{Month.of(today())}-01 custom "{kind}" "ID"', '  name: "NAME"', f'  rules: "{pack_id}"']
    screen = console()
    screen.print(words("exchange.remains"))
    tasks = [
        ("accounts", accounts), ("roles", roles), ("figures", blanks["fill-in"]),
        ("decisions", blanks["fill-in-text"]),
        ("check-cases" if export.cases else "check", checks), (f"use-{kind}" if kind else "use", used),
    ]  # fmt: skip
    for number, (task, lines) in enumerate(((task, lines) for task, lines in tasks if lines), 1):
        screen.print()
        print_text(screen, f"{number}. " + words(f"exchange.{task}", coop=export.cooperative[:100]))
        for line in lines:
            # Accounts can be pasted as they stand.
            screen.print(line if task == "accounts" else f"     {line}", soft_wrap=True)
