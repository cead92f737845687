"""scharrel rules test: do the worked examples beside a pack come out, and would they notice a change?"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from scharrel.analysis.cases import CaseDifference, case_differences
from scharrel.analysis.mutations import Noticed, try_all
from scharrel.cli.arguments import open_coop
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.packs import named_pack
from scharrel.cli.screen import console, print_text, report_problems, stop_on_errors, to_stderr, words
from scharrel.core.case import Case
from scharrel.core.pack import Pack
from scharrel.core.problems import Problem, errors
from scharrel.ledger.books import Books
from scharrel.operations.opening import open_books
from scharrel.packs.cases import cases_path, read_cases
from scharrel.packs.locate import Lines
from scharrel.store.paths import Coop
from scharrel.store.processes import ahead
from scharrel.store.text import read_text
from scharrel.text.cases import difference, unnoticed

_PACKS = typer.Argument(
    metavar=f"[{words('metavar.pack')}]...", help=words("help.rules-packs"), show_default=False
)
_MUTATE = typer.Option("--mutate", help=words("help.rules-test-mutate"))


def command(
    packs: Annotated[list[str] | None, _PACKS] = None,
    mutate: Annotated[bool, _MUTATE] = False,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    books = open_books(open_coop(coop))
    stop_on_errors([p for p in books.problems if p.file == books.coop.shown(books.coop.chart)])
    named = {name: named_pack(books, name) for name in packs or books.packs}
    wrong = [] if packs else [p for p in books.problems if p.file.startswith("rules/")]
    report_problems(wrong)
    tested = [_test(books, name, pack, mutate=mutate) for name, pack in named.items()]
    if as_json:
        results = [(each, each.noticed() if each.noticed else None) for each in tested]
        print_json({"packs": [_as_plain(each, noticed) for each, noticed in results]})
        well = [
            not mutate if each.cases is None else not (each.wrong or (noticed and noticed.unnoticed))
            for each, noticed in results
        ]
    else:
        well = [_report(each, mutate=mutate) for each in tested]
    if not all(well) or errors(wrong):
        raise SystemExit(1)


class _Tested(NamedTuple):
    """A pack whose cases, if it has any, were put to it; `noticed` is there when changes are tried and all
    cases hold."""

    pack: Pack
    folder: Coop
    file: Path
    cases: Sequence[Case] | None
    problems: Sequence[Problem]
    differences: Sequence[CaseDifference] = ()
    noticed: Callable[[], Noticed] | None = None

    @property
    def wrong(self) -> bool:
        return bool(self.problems or self.differences)

    @property
    def shown(self) -> str:
        """The file of the cases."""
        return self.folder.shown(cases_path(self.file))


def _test(books: Books, name: str, pack: Pack, *, mutate: bool) -> _Tested:
    is_file = name.endswith(".toml")
    file = Path(name).resolve() if is_file else books.coop.rules / f"{name}.toml"
    folder = Coop(file.parent) if is_file else books.coop
    path = cases_path(file)
    if not path.exists():
        values = {"pack": pack.id, "file": path.name}
        missing = Problem(folder.shown(file), 1, "no-cases", values, warning=not mutate)
        return _Tested(pack, folder, file, None, [missing])
    cases, problems = read_cases(folder, path, pack, books.chart)
    differences = [] if problems else [found for case in cases for found in case_differences(pack, case)]
    tested = _Tested(pack, folder, file, cases, problems, differences)
    if not mutate or problems or differences:
        return tested
    return tested._replace(noticed=ahead(partial(try_all, pack, cases)))


def _as_plain(tested: _Tested, noticed: Noticed | None) -> dict[str, Any]:
    """What came of a pack's cases as other programs read it."""
    return {
        "pack": tested.pack.id,
        "cases": None if tested.cases is None else len(tested.cases),
        "problems": [
            fields(p, "file", "line", "code") | {"message": words.problem(p)} for p in tested.problems
        ],
        "differences": [
            {
                "file": tested.shown,
                **fields(found, "line", "month"),
                "message": " ".join(difference(words, tested.pack, found)),
            }
            for found in tested.differences
        ],
        "tried": noticed and noticed.tried,
        "unnoticed": [unnoticed(words, mutation) for mutation in noticed.unnoticed] if noticed else [],
    }


def _report(tested: _Tested, *, mutate: bool) -> bool:
    """Tell what is wrong with the cases, what does not come out or what no case notices, and how many hold.
    Whether all was well."""
    report_problems(tested.problems)
    if tested.cases is None:
        return not mutate
    if tested.problems:
        return False
    _report_cases(tested, tested.cases)
    if tested.noticed:
        return _report_noticed(tested, tested.noticed())
    return not tested.differences


def _report_cases(tested: _Tested, cases: Sequence[Case]) -> None:
    for found in tested.differences:
        message = "\n    ".join(difference(words, tested.pack, found))
        to_stderr(f"{tested.shown}:{found.line}: {message}")
    elsewhere = sum(case.source.kind == "example" for case in cases)
    values = {"pack": tested.pack.id, "count": len(cases)}
    if failed := {found.case.line for found in tested.differences}:
        _print(words("cases.failed", **values, held=len(cases) - len(failed)))
    else:
        _print(words("cases.held", **values, elsewhere=elsewhere))


def _report_noticed(tested: _Tested, noticed: Noticed) -> bool:
    lines = Lines(read_text(tested.folder, tested.file).data.decode())
    for mutation in noticed.unnoticed:
        line = lines.line(*mutation.place)
        to_stderr(f"{tested.folder.shown(tested.file)}:{line}: {unnoticed(words, mutation)}")
        to_stderr(f"    {lines.excerpt(line)[:100]}")
    key = "some-unnoticed" if noticed.unnoticed else "all-noticed"
    _print(words(f"cases.{key}", pack=tested.pack.id, tried=noticed.tried, count=len(noticed.unnoticed)))
    return not noticed.unnoticed


def _print(text: str) -> None:
    print_text(console(), text)
