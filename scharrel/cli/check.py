"""scharrel check: every problem at once; when asked for, again at each save."""

import gc
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.arguments import open_coop, require_members, today
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, JSON, MEMBERS
from scharrel.cli.screen import console, fail, report_problems, words
from scharrel.core.problems import errors
from scharrel.store.paths import Coop
from scharrel.store.written_state import looking

_WATCH = typer.Option("--watch", help=words("help.check-watch"))


def command(
    member: Annotated[list[str] | None, MEMBERS] = None,
    watch: Annotated[bool, _WATCH] = False,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    if watch and as_json:
        fail(words("error.watch-json"), status=2)
    where = open_coop(coop)
    only = frozenset(member or ())
    if watch:
        _watch(where, only)
    elif _check(where, only, as_json=as_json):
        raise SystemExit(1)


def _watch(coop: Coop, only: frozenset[str]) -> None:
    """Check now and at each save, until Ctrl-C."""
    from scharrel.store.saves import each_save

    gc.enable()  # this may go on for a day
    screen = console()
    with suppress(KeyboardInterrupt):
        for _ in each_save(coop):
            screen.clear()
            with suppress(SystemExit):  # what is wrong is reported, and may be put right
                _check(coop, only, as_json=False)
            screen.print(words("check.watching", time=f"{datetime.now():%H:%M:%S}"), style="dim")  # noqa: DTZ005


def _check(coop: Coop, only: frozenset[str], *, as_json: bool) -> bool:
    """Report all that is wrong; whether anything is an error."""
    from scharrel.operations.check import check_all
    from scharrel.operations.opening import open_books

    seen = looking(coop, seals=True)
    books = open_books(coop)
    require_members(books, only)
    problems = check_all(books, today(), seen, only)
    wrong = errors(problems)
    if as_json:
        print_json(
            {
                "problems": [
                    {
                        **fields(problem, "file", "line", "code"),
                        "severity": "warning" if problem.warning else "error",
                        "message": words.problem(problem),
                    }
                    for problem in problems
                ]
            }
        )
        return bool(wrong)
    report_problems(problems)
    screen = console()
    if not problems:
        asked = [holder for holder in books.holders.values() if not only or holder.id in only]
        kinds = [holder.kind for holder in asked]
        counted = [words("check.members", count=kinds.count("member"))]
        for kind in ("project", "subcooperative"):
            counted += [words(f"check.{kind}s", count=kinds.count(kind))] if kind in kinds else []
        if only:
            counted = [holder.name for holder in asked]
        else:
            counted.append(words("check.packs", count=len(books.packs)))
        screen.print(words("check.sound", counted=", ".join(counted)))
    if wrong:
        screen.print(words("check.errors", count=len(wrong)))
    if len(problems) > len(wrong):
        screen.print(words("check.warnings", count=len(problems) - len(wrong)))
    return bool(wrong)
