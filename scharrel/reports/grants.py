"""Grants: what of each came in, each spending, and what is left."""

from collections.abc import Iterator, Mapping, Sequence

from scharrel.core.grants import GrantAccount
from scharrel.text.table import amount_rows
from scharrel.text.words import Words, visible


def grant_heading(words: Words, account: GrantAccount) -> str:
    grant = account.grant
    name = visible(grant.name)
    return words("grants.heading", name=name, id=grant.id, amount=words.money(grant.amount))


def grant_terms(words: Words, account: GrantAccount, names: Mapping[str, str]) -> Iterator[str]:
    """When it was promised, who books it, and for what it is."""
    grant = account.grant
    day = words.day(grant.day)
    if grant.holder:
        yield words("grants.promised-to", day=day, name=names[grant.holder])
    else:
        yield words("grants.promised", day=day)
    yield words("grants.purpose", purpose=grant.purpose)


def grant_rows(words: Words, account: GrantAccount, names: Mapping[str, str]) -> list[list[str]]:
    """A heading, a row for each booking and the totals; who booked it where that differs."""
    whose = not account.grant.holder
    keys = ["day", *(["ledger"] if whose else []), "what", "received", "spent"]
    found = [[words(f"grants.{key}") for key in keys]]
    for entry in account.entries:
        found.append(
            [
                words.short_day(entry.day),
                *([visible(names[entry.member])] if whose else []),
                visible(entry.text),
                words.amount(entry.received) if entry.received else "",
                words.amount(entry.spent) if entry.spent else "",
            ]
        )
    blanks = [""] * (len(keys) - 3)
    totals = [words.amount(account.received), words.amount(account.spent)]
    return [*found, [words("grants.total"), *blanks, *totals]]


def what_is_left(words: Words, account: GrantAccount) -> Iterator[str]:
    """What is left to spend, and what of it has yet to come."""
    yield words("grants.left", amount=words.money(account.left))
    if due := account.grant.amount - account.received:
        yield words("grants.due", amount=words.money(due))


def grant_totals_rows(words: Words, accounts: Sequence[GrantAccount]) -> list[list[str]]:
    """A heading and a row for each grant: promised, received, spent and left."""
    return amount_rows(
        [words(f"grants.{key}") for key in ("grant", "amount", "received", "spent", "rest")],
        [(visible(a.grant.name), (a.grant.amount, a.received, a.spent, a.left)) for a in accounts],
        words.amount,
    )
