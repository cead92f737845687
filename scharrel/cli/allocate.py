"""scharrel allocate: divide every open month of every member, and book it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from scharrel.cli.arguments import open_coop, read_month, require_members, today
from scharrel.cli.as_json import fields, nonempty, print_json
from scharrel.cli.options import COOP, DRY_RUN, JSON, MEMBERS, THROUGH
from scharrel.cli.screen import (
    console,
    print_indented,
    print_text,
    progress_bar,
    stop_on_errors,
    to_stderr,
    words,
)
from scharrel.core.facts import HolderKind
from scharrel.core.month import Month
from scharrel.core.trace import Allocation, Summary
from scharrel.store.written_state import Left, looking
from scharrel.text.periods import provisional_lines
from scharrel.text.table import month_table, thermometers

if TYPE_CHECKING:
    from scharrel.ledger.books import Books


def command(
    through: Annotated[str | None, THROUGH] = None,
    member: Annotated[list[str] | None, MEMBERS] = None,
    dry_run: Annotated[bool, DRY_RUN] = False,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    month = read_month(through) if through else None
    where = open_coop(coop)
    seen: Left = dict if member or as_json else looking(where)

    # These take time to load, in which the files are looked at.
    from scharrel.cli.writing import writing_in
    from scharrel.operations.allocate import allocate_all
    from scharrel.operations.opening import open_books
    from scharrel.text.changes import change_lines, correction_lines

    with writing_in(where, "allocate", alone=not dry_run):
        books = open_books(where)
        require_members(books, member)
        with progress_bar(words("progress.reading")) as progress:
            result = allocate_all(
                books, month, frozenset(member or ()), today(),
                write=not dry_run, whole=as_json, progress=progress, seen=seen,
            )  # fmt: skip
    stop_on_errors(result.problems)
    booked = not books.first_open or result.through >= books.first_open
    if as_json:
        corrected = [
            {
                "member": member,
                **fields(c, "of", "pack", "step", "was", "becomes"),
                "because": [change.shown for change in c.because],
            }
            for member, c in (result.corrections if booked else ())
        ]
        rows = map(_row, result.allocations)
        print_json({"through": result.through, "allocations": rows, "corrections": corrected})
        return
    _show(books, result.through, result.rows, frozenset(member or ()))
    screen = console()
    screen.print()
    for line in correction_lines(words, books, result.corrections, booked=booked):
        print_indented(screen, line)
    for line in change_lines(words, books, result.changes, dry_run=dry_run):
        print_indented(screen, line)
    if result.through >= Month.of(today()):
        to_stderr(words("table.not-ended", month=words.month(result.through)))


def _row(allocation: Allocation) -> dict[str, Any]:
    """One allocation as other programs read it."""
    return {
        **fields(allocation, "member", "month"),
        "pack": allocation.pack.id,
        "pool": allocation.pool,
        "steps": [
            {
                "id": result.step.id,
                **fields(result, "paid", "why"),
                **nonempty(own=result.own, parts={part.member: part.amount for part in result.parts}),
            }
            for result in allocation.steps
        ],
        "keep": allocation.keep,
        **nonempty(
            received={received.project: received.amount for received in allocation.received},
            own=allocation.own,
            provisional=allocation.provisional and allocation.period,
        ),
    }


def _show(books: "Books", through: Month, rows: list[Summary], only: frozenset[str]) -> None:
    screen = console()
    month = words.month(through)
    if not rows:
        firsts = [member.first for member in books.holders.values() if not only or member.id in only]
        key = "nobody-yet" if firsts and through < min(firsts) else "nobody-now"
        screen.print(words(f"table.{key}" if firsts else "table.no-members", month=month))
        return
    names = {member.id: member.name for member in books.holders.values()}
    title = words("table.title", coop=books.title, month=month)
    kinds: tuple[HolderKind, ...] = ("member", "project", "subcooperative")
    for kind in kinds:
        own = [row for row in rows if books.holders[row.member].kind == kind]
        if not own:
            continue
        practising = [row.member for row in own if books.holders[row.member].practice]
        if len(practising) == len(own):
            practising = []
        heading, body, total = month_table(words, names, own, screen.width, kind, practising)
        screen.out(title if kind == "member" else "\n" + words(f"table.{kind}s"), style="bold")
        screen.out(heading, style="dim")
        print("\n".join(body))  # noqa: T201 (unstyled, and there may be thousands)
        screen.out(total, style="bold")
        if practising:
            said = ", ".join(names[member] for member in practising)
            print_text(screen, words("table.practising", count=len(practising), names=said), style="dim")
    if any(pack.settled != "month" for pack in books.packs.values()):
        members = [books.holders[row.member] for row in rows]
        used = [(member, books.packs[str(member.facts(through)["rules"])]) for member in members]
        for line in provisional_lines(words, used, through):
            print_text(screen, line)
    if pots := list(thermometers(words, names, rows, screen.width, screen.encoding)):
        screen.out("\n" + words("table.pots"), style="bold")
        print("\n".join(pots))  # noqa: T201
