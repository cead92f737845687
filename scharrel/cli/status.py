"""scharrel status: where the month stands, and what is to be done."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from scharrel.cli.arguments import open_coop, today
from scharrel.cli.as_json import print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.screen import console, print_text, words
from scharrel.core.money import total
from scharrel.store.written_state import looking

if TYPE_CHECKING:
    from scharrel.reports.month_status import MonthStatus


def command(as_json: Annotated[bool, JSON] = False, coop: Annotated[Path | None, COOP] = None) -> None:
    where = open_coop(coop)
    seen = looking(where, seals=True)
    from scharrel.operations.opening import open_books
    from scharrel.operations.status import status_on
    from scharrel.reports.month_status import coming, standing_line, todos

    books = open_books(where)
    found = status_on(books, today(), words, seen)
    if as_json:
        print_json(_as_plain(found))
        return
    screen = console()
    title = words("status.title", coop=books.title, day=words.day(found.day))
    print_text(screen, title, style="bold")
    print_text(screen, standing_line(words, found))
    screen.print()
    todo = [*todos(words, found)]
    screen.print(words("status.todo" if todo else "status.nothing"), style="bold")
    widest = max((len(one.command) for one in todo), default=0) + len("scharrel ") + 2
    for one in todo:
        print_text(screen, f"scharrel {one.command}".ljust(widest) + one.why, "  ", hang=" " * widest)
    if later := [*coming(words, found)]:
        screen.print("\n" + words("status.coming"), style="bold")
        for line in later:
            print_text(screen, line, "  ", hang="  ")


def _as_plain(found: "MonthStatus") -> dict[str, Any]:
    """The status as other programs read it."""
    from scharrel.reports.month_status import todos
    from scharrel.treasury.invoice_status import late_customers
    from scharrel.treasury.vat_return import deadline

    vat = found.vat
    return {
        "date": found.day,
        "allocated": found.allocated,
        "closed": found.closed,
        "errors": found.errors,
        "warnings": found.warnings,
        "not_allocated": found.new,
        "allocated_otherwise": found.outdated,
        "not_closed": found.open,
        "bank": [
            {
                "account": one.account.name,
                "to": one.to,
                "difference": one.difference,
                "unassigned": len(one.open_lines),
            }
            for one in found.accounts
        ],
        "drafts": {"count": len(found.drafts), "total": total(one.invoice.total for one in found.drafts)},
        "late": [
            {
                "customer": debt.customer,
                "amount": debt.amount,
                "invoices": [one.number for one, _ in debt.invoices],
            }
            for debt in late_customers(found.invoices, found.day)
        ],
        "to_pay": {
            "payments": len(found.run.payments) if found.run else 0,
            "total": found.run.amount if found.run else total(()),
        },
        "vat": vat
        and {
            "period": vat.period,
            "due": found.vat_due,
            "deadline": deadline(vat.period),
            "amount": vat.whole[0] - vat.whole[1],
            "questions": len(vat.questions),
        },
        "todo": [{"command": f"scharrel {one.command}", "why": one.why} for one in todos(words, found)],
    }
