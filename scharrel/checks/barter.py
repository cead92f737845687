"""Exchanges as the ledgers have them: read of all members, and what is wrong with them."""

from collections.abc import Iterator, Mapping

from scharrel.core.barter import Barter, barter_of, booked_by_both
from scharrel.core.facts import Holder
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.problems import Problem
from scharrel.ledger.ledger import Ledger


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


def both_problems(members: Mapping[str, Holder], ledgers: Mapping[str, Ledger]) -> Iterator[Problem]:
    """Warnings about one exchange that both members booked."""
    for first, second in booked_by_both(all_barter(ledgers)):
        ledger = ledgers[second.giver]
        values = {
            "name": members[first.giver].name,
            "place": f"{ledgers[first.giver].shown}:{first.line}",
        }
        excerpt = ledger.text.line(second.line)
        yield Problem(ledger.shown, second.line, "exchange-twice", values, True, excerpt)


def all_barter(ledgers: Mapping[str, Ledger]) -> list[Barter]:
    """Every exchange in these ledgers, by date."""
    return sorted(
        e for member, ledger in ledgers.items() for e in barter_of(member, ledger.movements, ledger.roles)
    )
