"""scharrel check: every problem at once."""

from pathlib import Path
from typing import Annotated

from scharrel.cli.arguments import open_coop, today
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.screen import console, report_problems, words
from scharrel.core.problems import errors
from scharrel.operations.check import check_all
from scharrel.operations.opening import open_books
from scharrel.store.written_state import looking


def command(
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    where = open_coop(coop)
    seen = looking(where, seals=True)
    books = open_books(where)
    problems = check_all(books, today(), seen)
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
    else:
        report_problems(problems)
        screen = console()
        if not problems:
            kinds = [member.kind for member in books.holders.values()]
            counted = [words("check.members", count=kinds.count("member"))]
            for kind in ("project", "subcooperative"):
                counted += [words(f"check.{kind}s", count=kinds.count(kind))] if kind in kinds else []
            counted.append(words("check.packs", count=len(books.packs)))
            screen.print(words("check.sound", counted=", ".join(counted)))
        if wrong:
            screen.print(words("check.errors", count=len(wrong)))
        if len(problems) > len(wrong):
            screen.print(words("check.warnings", count=len(problems) - len(wrong)))
    if wrong:
        raise SystemExit(1)
