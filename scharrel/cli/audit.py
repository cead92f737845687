"""scharrel audit: is every closed month as it was sealed?"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from scharrel.checks.seals import SealFinding
from scharrel.cli.arguments import open_coop, today
from scharrel.cli.as_json import print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.screen import (
    console,
    fail,
    print_message,
    print_text,
    report_problems,
    words,
)
from scharrel.core.month import Month
from scharrel.core.problems import TREASURY, errors
from scharrel.operations.close import audit, code_of, month_of_code, seals_up_to
from scharrel.operations.opening import open_books
from scharrel.store.paths import Coop
from scharrel.store.seals import CODE, Seals, read_seals_of

_CODE = typer.Option("--code", metavar="CODE", help=words("help.audit-code"))

CORRECTED = frozenset(
    {
        "booking-gone",
        "booking-new",
        "changed-facts",
        "changed-chart",
        "changed-settlement",
        "changed-approval",
    }
)
"""What `allocate` can put right in the open month."""


def command(
    code: Annotated[str | None, _CODE] = None,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    asked = None if code is None else _read_code(code)
    where = open_coop(coop)
    seals = read_seals_of(where)
    if asked is not None:
        _compare(where, seals, asked, as_json=as_json)
        return
    books = open_books(where)
    findings, problems = audit(books, seals, today())
    wrong = errors(problems)
    last = code_of(seals)
    if as_json:
        print_json(
            {
                "closed": seals.closed,
                "code": last[1] if last else None,
                "findings": findings,
            }
        )
    else:
        report_problems(wrong)
        _print_findings(findings)
        screen = console()
        if not seals.closed:
            screen.print(words("audit.nothing-closed"))
        elif not findings and not wrong:
            print_message(screen, words("audit.sound", month=words.month(seals.closed)))
        if last:
            print_text(screen, words("audit.code", month=words.month(last[0]), code=last[1]))
    if findings or wrong:
        raise SystemExit(1)


def _print_findings(findings: list[SealFinding]) -> None:
    screen = console()
    for first, last in _spans(findings):
        when = words.month(first.month)
        if last > first.month:
            when = words("audit.span", first=when, last=words.month(last))
        message = words(f"audit.{first.code}", month=when, detail=first.detail)
        path = f"{first.file}:{first.line}" if first.line else first.file
        print_message(screen, f"{path}: {message}")
    own = {f.code for f in findings if f.file == TREASURY} & CORRECTED
    codes = {f.code for f in findings if f.file != TREASURY or f.code not in own}
    if codes - CORRECTED:
        print_message(screen, words("audit.restore"))
    if codes & CORRECTED:
        print_message(screen, words("audit.correct"))
    if own:
        print_message(screen, words("audit.treasury"))


def _read_code(text: str) -> str:
    """The code as it stands in the books, however it was copied from the minutes; what is none is wrong
    usage."""
    code = "".join(text.casefold().removeprefix("sha256:").split()).replace("-", "")
    if not CODE <= len(code) <= 64 or set(code) - set("0123456789abcdef"):
        fail(words("error.code", code=text, count=CODE), status=2)
    return code


def _compare(coop: Coop, seals: Seals, code: str, *, as_json: bool) -> None:
    """Say to which month of these books the code belongs, as far as what it seals is what it was."""
    month = month_of_code(seals, code)
    findings = seals_up_to(coop, seals, month, today()) if month else []
    if as_json:
        print_json({"code": code, "month": month, "findings": findings})
    elif month:
        print_text(console(), words("audit.code-of", month=words.month(month), code=code))
        _print_findings(findings)
    else:
        key = "code-of-none" if seals.closed else "nothing-closed"
        print_text(console(), words(f"audit.{key}", code=code))
    if not month or findings:
        raise SystemExit(1)


def _spans(findings: Iterable[SealFinding]) -> list[tuple[SealFinding, Month]]:
    """The same finding of one month after the other as one: the first, and its last month."""
    spans: dict[tuple[str, int, str, str], list[tuple[SealFinding, Month]]] = {}
    for finding in findings:
        found = spans.setdefault((finding.file, finding.line, finding.code, finding.detail), [])
        if found and found[-1][1].plus(1) == finding.month:
            found[-1] = (found[-1][0], finding.month)
        else:
            found.append((finding, finding.month))
    return [span for found in spans.values() for span in found]
