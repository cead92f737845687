"""scharrel rules test: do the worked examples beside a pack come out, and would they notice a change?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scharrel.analysis.cases import case_differences
from scharrel.analysis.mutations import try_all
from scharrel.cli.arguments import open_coop
from scharrel.cli.options import COOP
from scharrel.cli.packs import named_pack
from scharrel.cli.screen import console, report_problems, stop_on_errors, to_stderr, words
from scharrel.core.case import Case
from scharrel.core.pack import Pack
from scharrel.core.problems import Problem, errors
from scharrel.ledger.books import Books
from scharrel.operations.opening import open_books
from scharrel.packs.cases import cases_path, read_cases
from scharrel.packs.locate import Lines
from scharrel.store.paths import Coop
from scharrel.store.text import read_text
from scharrel.text.cases import difference, unnoticed

_PACKS = typer.Argument(
    metavar=f"[{words('metavar.pack')}]...", help=words("help.rules-packs"), show_default=False
)
_MUTATE = typer.Option("--mutate", help=words("help.rules-test-mutate"))


def command(
    packs: Annotated[list[str] | None, _PACKS] = None,
    mutate: Annotated[bool, _MUTATE] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    books = open_books(open_coop(coop))
    stop_on_errors([p for p in books.problems if p.file == books.coop.shown(books.coop.chart)])
    named = {name: named_pack(books, name) for name in packs or books.packs}
    wrong = [] if packs else [p for p in books.problems if p.file.startswith("rules/")]
    report_problems(wrong)
    well = [_try(books, name, pack, mutate=mutate) for name, pack in named.items()]
    if not all(well) or errors(wrong):
        raise SystemExit(1)


def _try(books: Books, name: str, pack: Pack, *, mutate: bool) -> bool:
    """Report what is wrong with the cases, what does not come out or what no case notices, and how many hold.
    Whether all was well."""
    is_file = name.endswith(".toml")
    file = Path(name).resolve() if is_file else books.coop.rules / f"{name}.toml"
    folder = Coop(file.parent) if is_file else books.coop
    path = cases_path(file)
    if not path.exists():
        values = {"pack": pack.id, "file": path.name}
        report_problems([Problem(folder.shown(file), 1, "no-cases", values, warning=not mutate)])
        return not mutate
    cases, problems = read_cases(folder, path, pack, books.chart)
    report_problems(problems)
    if problems or not _hold(pack, folder.shown(path), cases):
        return False
    return not mutate or _mutate(pack, folder, file, cases)


def _hold(pack: Pack, shown: str, cases: Sequence[Case]) -> bool:
    failed = set()
    for case in cases:
        for found in case_differences(pack, case):
            failed.add(case.line)
            message = "\n    ".join(difference(words, pack, found))
            to_stderr(f"{shown}:{found.line}: {message}")
    elsewhere = sum(case.source.kind == "example" for case in cases)
    values = {"pack": pack.id, "count": len(cases)}
    if failed:
        _print(words("cases.failed", **values, held=len(cases) - len(failed)))
    else:
        _print(words("cases.held", **values, elsewhere=elsewhere))
    return not failed


def _mutate(pack: Pack, folder: Coop, file: Path, cases: Sequence[Case]) -> bool:
    lines = Lines(read_text(folder, file).data.decode())
    noticed = try_all(pack, cases)
    for mutation in noticed.unnoticed:
        line = lines.line(*mutation.place)
        to_stderr(f"{folder.shown(file)}:{line}: {unnoticed(words, mutation)}")
        to_stderr(f"    {lines.excerpt(line)[:100]}")
    key = "some-unnoticed" if noticed.unnoticed else "all-noticed"
    _print(words(f"cases.{key}", pack=pack.id, tried=noticed.tried, count=len(noticed.unnoticed)))
    return not noticed.unnoticed


def _print(text: str) -> None:
    console().print(text, soft_wrap=True)
