"""Exchanges as the ledgers have them: read of all members, and what is wrong with them."""

from collections.abc import Iterable, Iterator, Mapping

from scharrel.core.barter import Barter, barter_of, booked_by_both
from scharrel.core.facts import Holder
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.problems import Problem
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.store.text import read_text


def barter_problems(member: Holder, ledger: Ledger, members: Mapping[str, Holder]) -> Iterator[Problem]:
    """Exchanges with nobody, with oneself, with who is no member then, in money, or booked by the taker."""
    for barter in barter_of(member.id, ledger.movements, ledger.roles):
        month = Month.of(barter.day)
        partner = members.get(barter.taker)
        values = {"partner": barter.taker, "month": str(month)}
        code = ""
        if not member.person:
            code = "exchange-of-project"
        elif not barter.taker:
            code = "exchange-without"
        elif partner is None or not partner.person:
            code = "exchange-unknown"
            people = frozenset(m.id for m in members.values() if m.person)
            values["near"] = nearest(barter.taker, people)
        elif partner.id == member.id:
            code = "exchange-self"
        elif not partner.active(month):
            code = "exchange-no-member"
            values["name"] = partner.name
        elif barter.commodity == "EUR":
            code = "exchange-money"
        elif barter.amount <= 0:
            code = "exchange-taken"
        if code:
            line = barter.line
            yield ledger.text.problem(line, code, **values)


def both_problems(books: Books, barters: Iterable[Barter]) -> Iterator[Problem]:
    """Warnings about one exchange that both members booked."""
    coop = books.coop
    for first, second in booked_by_both(barters):
        name, place = books.holders[first.giver].name, f"{coop.shown(coop.ledger(first.giver))}:{first.line}"
        text = read_text(coop, coop.ledger(second.giver))
        yield text.problem(second.line, "exchange-twice", True, name=name, place=place)


def all_barter(ledgers: Mapping[str, Ledger]) -> list[Barter]:
    """Every exchange in these ledgers, by date."""
    return sorted(
        e for member, ledger in ledgers.items() for e in barter_of(member, ledger.movements, ledger.roles)
    )
