"""scharrel explain coop: what the cooperative itself got in a month, and what it was spent on."""

from typing import TYPE_CHECKING, Any

from scharrel.cli.arguments import today
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.screen import console, fail, print_point, print_text, stop_on_errors, words
from scharrel.core.month import Month
from scharrel.reports.own_month import OwnAccounts, sum_of
from scharrel.text.accounts import account_name
from scharrel.text.words import visible

if TYPE_CHECKING:
    from scharrel.ledger.books import Books
    from scharrel.operations.explain_own import OwnExplained


def explain_own(books: "Books", month: Month, step: str | None, *, as_json: bool) -> None:
    """Explain the month of the cooperative itself."""
    from scharrel.operations.explain_own import explain_treasury

    if step is not None:
        fail(words("error.coop-step"), status=2)
    found = explain_treasury(words, books, month, today())
    stop_on_errors(found.problems)
    if as_json:
        print_json(_plain(found, month))
        return
    screen = console()
    print_text(screen, words("explain.coop-title", coop=books.title, month=words.month(month)), style="bold")
    own = found.month
    key = "coop-got" if own.shares else "coop-got-nothing"
    print_text(screen, words(f"explain.{key}", amount=words.money(own.shared)))
    for share, place in zip(own.shares, found.places, strict=True):
        key = "coop-share" if share.of == month else "coop-share-earlier"
        values = {"name": share.name, "label": share.label, "amount": words.money(share.amount)}
        print_point(screen, words(f"explain.{key}", **values, month=words.month(share.of)), place)
    for key, accounts in (("coop-income", own.income), ("coop-spent", own.spent)):
        if accounts:
            screen.print()
            print_text(screen, words(f"explain.{key}", amount=words.money(sum_of(accounts))))
            _show_accounts(screen, books, accounts)
    if not own.income and not own.spent:
        screen.print()
        print_text(screen, words(f"explain.coop-{'booked-nothing' if books.own else 'no-ledger'}"))


def _show_accounts(screen: Any, books: "Books", accounts: OwnAccounts) -> None:
    for account, bookings in accounts.items():
        amount = words.money(sum_of({account: bookings}))
        print_text(
            screen,
            words("explain.coop-account", account=account_name(words, books.chart, account), amount=amount),
            style="bold",
        )
        for booking in bookings:
            values = {"day": words.day(booking.day), "amount": words.money(booking.amount)}
            said = words("explain.coop-booking", **values, text=visible(booking.text))
            print_point(screen, said, f"{booking.file}:{booking.line}")


def _plain(found: "OwnExplained", month: Month) -> dict[str, Any]:
    own = found.month
    return {
        "month": month,
        "received": own.shared,
        "from": [
            {**fields(share, "holder", "step", "of", "amount"), "booking": place or None}
            for share, place in zip(own.shares, found.places, strict=True)
        ],
        "income": _plain_accounts(own.income),
        "spent": _plain_accounts(own.spent),
    }


def _plain_accounts(accounts: OwnAccounts) -> list[dict[str, Any]]:
    return [
        {
            "account": account,
            "amount": sum_of({account: bookings}),
            "bookings": [
                {"date": b.day, "text": b.text, "amount": b.amount, "booking": f"{b.file}:{b.line}"}
                for b in bookings
            ],
        }
        for account, bookings in accounts.items()
    ]
