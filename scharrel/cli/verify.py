"""scharrel verify: does a statement still agree with the books?"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scharrel.cli.arguments import open_coop, today
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.screen import console, fail, print_text, stop_on_errors, words
from scharrel.cli.writing import writing_in
from scharrel.core.month import Month

if TYPE_CHECKING:
    from scharrel.operations.verify import Verdict
    from scharrel.statements.seal import Seal

MAX_STATEMENT_BYTES = 20_000_000

_FILE = typer.Argument(metavar=words("metavar.file"), help=words("help.verify-file"))


def command(
    file: Annotated[Path, _FILE],
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    # What makes documents is loaded when it runs, so that help comes at once.
    from scharrel.operations.opening import open_books
    from scharrel.operations.verify import MAX_DIFFERENCES, verify
    from scharrel.statements.reading import NoStatementError

    books = open_books(open_coop(coop))
    try:
        if file.exists() and (not file.is_file() or file.stat().st_size > MAX_STATEMENT_BYTES):
            raise NoStatementError
        with writing_in(books.coop, "verify", alone=False):
            verdict = verify(books, file.read_bytes(), today())
    except NoStatementError:
        fail(words("verify.none", path=str(file)), status=1)
    stop_on_errors(verdict.problems)
    same = not verdict.figures and not verdict.lines and not verdict.seen
    if as_json:
        print_json(_as_plain(verdict))
        if not same:
            raise SystemExit(1)
        return
    screen = console()
    name = _named(verdict.statement.seal, books.names)
    if verdict.identical:
        print_text(screen, words("verify.identical", name=name))
        return
    if same:
        print_text(screen, words("verify.same", name=name))
        return
    key = "differs" if verdict.figures or verdict.lines else "altered"
    print_text(screen, words(f"verify.{key}", name=name))
    for seen in verdict.seen[:MAX_DIFFERENCES]:
        line = words(f"verify.seen.{seen.what}", what=seen.name)
        where = words("verify.page", page=seen.page, line=line) if seen.page else line
        print_text(screen, where, "  ", hang="  ")
    for difference in verdict.figures[:MAX_DIFFERENCES]:
        stated, now = (text or "-" for text in difference[1:])
        line = words("verify.figure", figure=difference.name, stated=stated, books=now)
        print_text(screen, line, "  ", hang="  ")
    if len(verdict.figures) > MAX_DIFFERENCES:
        print_text(screen, words("changes.more", count=len(verdict.figures) - MAX_DIFFERENCES), indent="  ")
    if not verdict.figures:
        for difference in verdict.lines:
            stated, now = (text[:200] or "-" for text in difference[1:])
            print_text(screen, words("verify.stated", text=stated), "  ", hang="  ")
            print_text(screen, words("verify.books", text=now), "  ", hang="  ")
    for cause in verdict.causes:
        print_text(screen, words(f"verify.cause.{cause}"))
    raise SystemExit(1)


def _named(seal: "Seal", names: Mapping[str, str]) -> str:
    """Which paper it is, and in which language where that is another than the reader's."""
    from scharrel.core.period import SPANS, Period
    from scharrel.statements.making import RUN, VAT_KIND
    from scharrel.text.periods import period_name

    month = Month.parse(seal.month)
    of_vat = next((span for span in SPANS if seal.kind == f"{VAT_KIND}{span}"), None)
    named = words(
        f"verify.name.{'vat' if of_vat else seal.kind}",
        who=names.get(seal.member, seal.member),
        run=seal.member.removeprefix(RUN),
        month=words.month(month),
        year=month.year,
        period=period_name(words, Period.of(of_vat, month)) if of_vat else "",
    )
    return named if seal.lang == words.lang else words(f"verify.name-in-{seal.lang}", name=named)


def _as_plain(verdict: "Verdict") -> dict[str, Any]:
    """The verdict as other programs read it."""
    seal = verdict.statement.seal
    differs = verdict.figures or verdict.lines
    return {
        **fields(seal, "kind", "member", "month"),
        "agrees": not (differs or verdict.seen),
        **fields(verdict, "identical", "figures"),
        "lines": [] if verdict.figures else verdict.lines,
        **fields(verdict, "seen", "causes"),
    }
