"""Grants as sentences and tables: what came in, each spending, and what is left."""

from collections.abc import Iterator, Mapping

from scharrel.core.grants import Account
from scharrel.text.words import Words, visible


def heading(words: Words, account: Account) -> str:
    grant = account.grant
    name = visible(grant.name)
    return words("grants.heading", name=name, id=grant.id, amount=words.money(grant.amount))


def about(words: Words, account: Account, names: Mapping[str, str]) -> Iterator[str]:
    """When it was promised, who books it, and for what it is."""
    grant = account.grant
    day = words.day(grant.day)
    if grant.holder:
        yield words("grants.promised-to", day=day, name=visible(names[grant.holder]))
    else:
        yield words("grants.promised", day=day)
    yield words("grants.purpose", purpose=visible(grant.purpose))


def rows(words: Words, account: Account, names: Mapping[str, str]) -> list[list[str]]:
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


def standing(words: Words, account: Account) -> Iterator[str]:
    """What is left to spend, and what of it has yet to come."""
    yield words("grants.left", amount=words.money(account.left))
    if due := account.grant.amount - account.received:
        yield words("grants.due", amount=words.money(due))


def summary_rows(words: Words, accounts: list[Account]) -> list[list[str]]:
    """A heading and a row for each grant: promised, received, spent and left."""
    head = [words(f"grants.{key}") for key in ("grant", "amount", "received", "spent", "rest")]
    return [
        head,
        *(
            [
                visible(account.grant.name),
                *map(words.amount, (account.grant.amount, account.received, account.spent, account.left)),
            ]
            for account in accounts
        ),
    ]
