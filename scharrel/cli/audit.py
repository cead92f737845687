"""scharrel audit: is every closed month as it was sealed?"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from scharrel.cli.context import console, open_coop, print_json, tell, today, words
from scharrel.cli.options import COOP, JSON, LANG
from scharrel.core.month import Month
from scharrel.core.problems import errors
from scharrel.text.words import visible

if TYPE_CHECKING:
    from scharrel.closing import Finding

CORRECTED = frozenset({"booking-gone", "booking-new", "changed-facts"})
"""What `allocate` can put right in the open month."""


def audit(
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
    lang: Annotated[str | None, LANG] = None,  # noqa: ARG001 (read before the command line is)
) -> None:
    from scharrel.closing import audit as look
    from scharrel.files.gather import read_books

    books = read_books(open_coop(coop))
    findings, problems = look(books, today())
    wrong = errors(problems)
    if as_json:
        rows = [{**finding._asdict(), "month": str(finding.month)} for finding in findings]
        print_json({"closed": str(books.closed) if books.closed else None, "findings": rows})
    else:
        tell(wrong)
        screen = console()
        for first, last in _spans(findings):
            when = words.month(first.month)
            if last > first.month:
                when = words("audit.span", first=when, last=words.month(last))
            said = words(f"audit.{first.code}", month=when, detail=visible(first.detail))
            screen.print(f"{first.file}: {said}", soft_wrap=True)
        codes = {finding.code for finding in findings}
        if codes - CORRECTED:
            screen.print(words("audit.restore"), soft_wrap=True)
        if codes & CORRECTED:
            screen.print(words("audit.correct"), soft_wrap=True)
        if not books.closed:
            screen.print(words("audit.nothing-closed"))
        elif not findings and not wrong:
            screen.print(words("audit.sound", month=words.month(books.closed)), soft_wrap=True)
    if findings or wrong:
        raise SystemExit(1)


def _spans(findings: "Iterable[Finding]") -> "list[tuple[Finding, Month]]":
    """The same finding of one month after the other as one: the first, and its last month."""
    spans: dict[tuple[str, str, str], list[tuple[Finding, Month]]] = {}
    for finding in findings:
        found = spans.setdefault((finding.file, finding.code, finding.detail), [])
        if found and found[-1][1].plus(1) == finding.month:
            found[-1] = (found[-1][0], finding.month)
        else:
            found.append((finding, finding.month))
    return [span for found in spans.values() for span in found]
