"""scharrel check: every problem at once."""

from pathlib import Path
from typing import Annotated

from scharrel.cli.context import console, open_coop, print_json, tell, today, words
from scharrel.cli.options import COOP, JSON, LANG
from scharrel.core.problems import errors, in_order


def check(
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
    lang: Annotated[str | None, LANG] = None,  # noqa: ARG001 (read before the command line is)
) -> None:
    from scharrel.checks.across import across_of, with_others
    from scharrel.checks.barter import both_problems
    from scharrel.checks.permits import rules_ending
    from scharrel.checks.written import written_problems
    from scharrel.ledger.books import read_books
    from scharrel.ledger.ledger import Ledger
    from scharrel.operations.divide import compute
    from scharrel.packs.cases import case_problems, cases_of_nothing

    books = read_books(open_coop(coop))
    now = today()
    problems = [
        *books.problems,
        *case_problems(books.coop, books.packs, books.chart),
        *cases_of_nothing(books.coop, books.packs),
        *rules_ending(books, books.members.values(), now),
        *written_problems(books, books.members.values()),
    ]
    ledgers: dict[str, Ledger] = {}
    for group in books.groups():
        outcome = compute(books, group, None, now)
        problems += outcome.problems
        ledgers |= outcome.ledgers
    problems += both_problems(books.members, ledgers)
    across = (across_of(books, holder, ledger) for holder, ledger in ledgers.items())
    problems = in_order(with_others(books, problems, across))
    wrong = errors(problems)
    if as_json:
        print_json(
            {
                "problems": [
                    {
                        "file": problem.file,
                        "line": problem.line,
                        "code": problem.code,
                        "severity": "warning" if problem.warning else "error",
                        "message": words.problem(problem),
                    }
                    for problem in problems
                ]
            }
        )
    else:
        tell(problems)
        screen = console()
        if not problems:
            kinds = [member.kind for member in books.members.values()]
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
