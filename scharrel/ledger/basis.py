"""What a month rests on for a member, as a seal holds it: bookings, facts, and whatever else decides figures.

What is not used stays out, so that seals stay what they are when a later version knows more.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from scharrel.core.chart import Chart
from scharrel.core.corrections import Basis, Mark
from scharrel.core.facts import Holder, Movement
from scharrel.core.grants import Grant
from scharrel.core.money import plain
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.ledger.ledger import Ledger
from scharrel.store.digests import as_in, digest_of

if TYPE_CHECKING:
    from scharrel.ledger.books import Books

Rests = dict[str, dict[str, str]]

_ADDRESSING = ("name", "iban", "address", "client_number")


def basis_of(
    books: "Books",
    member: Holder,
    ledger: Ledger,
    month: Month,
    sealed: Basis | None = None,
    *,
    before: bool = False,
) -> Basis:
    """What the month rests on by now; in the terms of what was `sealed` of it, if that is given. With
    `before` that is all that was booked in earlier months too."""
    movements = [
        m
        for m in ledger.movements
        if month in (Month.of(m.day), m.counts) or (before and Month.of(m.day) < month)
    ]
    facts = facts_digest(member, month)
    if sealed and sealed.rests is None:
        return Basis(_marks(movements), facts)
    quotes = frozenset(quote.number for quote in ledger.quotes)
    billed = {
        booking.line: sorted({*(booking.numbers & quotes), *([booking.named] if booking.named else [])})
        for booking in ledger.billed
    }
    return Basis(_marks(movements, billed), facts, _rests(books, member, ledger, month, movements, sealed))


def _marks(
    movements: Sequence[Movement], billed: Mapping[int, Sequence[str]] | None = None
) -> tuple[Mark, ...]:
    """The bookings in a form that does not depend on how they are laid out; without what is `billed`, by
    line, as it was before partners and quotes were part of it."""
    bookings: dict[int, list[Movement]] = {}
    for movement in movements:
        bookings.setdefault(movement.line, []).append(movement)
    found = []
    for line, postings in bookings.items():
        first = postings[0]
        legs = sorted((m.account, str(m.amount.normalize()), m.currency) for m in postings)
        whole = [str(first.day), str(first.earned or ""), first.text, first.reason, legs]
        whole += [first.project] if first.project else []
        whole += [f"purpose {first.purpose}"] if first.purpose else []
        whole += [[str(m.lifetime), m.asset] for m in postings if m.lifetime]
        whole += [first.disposes] if first.disposes else []
        whole += [f"grant {first.grant}"] if first.grant else []
        if billed is not None:
            whole += [f"with {first.partner}"] if first.partner else []
            whole += [["quote", *billed[line]]] if billed.get(line) else []
        digest = digest_of(json.dumps(whole, ensure_ascii=False).encode())
        found.append(Mark(digest, first.day, tuple((m.account, m.amount, m.currency) for m in postings)))
    return tuple(sorted(found, key=lambda mark: (mark.shown, mark.digest)))


def facts_digest(member: Holder, month: Month) -> str:
    """The facts in force, but for how to address someone, and what was approved in the month; of a project
    also who takes part in it."""
    facts = member.facts(month)
    counted = {key: str(value) for key, value in facts.items() if key not in _ADDRESSING}
    for nth, approval in enumerate(a for a in sorted(member.approvals) if Month.of(a.day) == month):
        counted[f"approval {nth}"] = f"{approval.day} {approval.amount}"
    for participant in member.taking_part(month):
        counted[f"participant {participant.id}"] = str(participant.facts(month).get("weight", 1))
    return digest_of(json.dumps(counted, sort_keys=True, ensure_ascii=False).encode())


def _rests(
    books: "Books",
    member: Holder,
    ledger: Ledger,
    month: Month,
    movements: Sequence[Movement],
    sealed: Basis | None,
) -> Rests:
    """Everything but bookings and facts, by kind and name, in plain words."""
    before = (sealed.rests if sealed else None) or {}
    pack = books.packs.get(str(member.facts(month).get("rules"))) if member.active(month) else None
    accounts = {m.account for m in movements} | set(before.get("chart", ()))
    if pack:
        accounts |= {name for name in (pack.contributions, pack.steps[-1].feeds) if name}
        accounts.add(books.chart.appropriation)
    granted = {m.grant for m in movements if m.grant} | set(before.get("grant", ()))
    granted |= {g.id for g in books.grants.values() if g.holder == member.id and Month.of(g.day) == month}
    found: Rests = {
        "chart": {account: _role(books.chart, account) for account in sorted(accounts)},
        "grant": {name: _grant(books.grants[name]) for name in sorted(granted) if name in books.grants},
        "quote": {
            q.number: f"{q.day} {q.customer} {plain(q.amount)}"
            for q in ledger.quotes
            if Month.of(q.day) == month
        },
        "received": _received(ledger, month),
        "rules": dict(_of_pack(pack, month)) if pack else {},
        "settlement": _settlements(member, month),
        "approval": {
            str(day): ", ".join(amounts) for day, amounts in _earlier_approvals(member, month).items()
        },
    }
    return {kind: by_name for kind, by_name in found.items() if by_name}


def _role(chart: Chart, account: str) -> str:
    """The role in which bookings on the account count, and how they are written off, if they are."""
    worn_on = chart.worn_on(account)
    worn = f"; {worn_on}: {chart.role(worn_on) or ''}" if worn_on else ""
    return (chart.role(account) or "") + worn


def _grant(grant: Grant) -> str:
    return " ".join([str(grant.day), plain(grant.amount), grant.holder, grant.name, grant.purpose])


def _received(ledger: Ledger, month: Month) -> dict[str, str]:
    """What customers paid in the month of what counts as far as it is paid, by booking."""
    found: dict[str, list[str]] = defaultdict(list)
    paid_in = ((m, *m.paid) for m in ledger.paid if m.paid and m.counts == month)
    told = {(paid, of, m.earned or m.day, f"{m.day} {m.text}", m.line) for m, paid, of in paid_in}
    for paid, of, day, name, _ in sorted(told):
        found[name].append(f"{day} {plain(paid)}/{plain(of)}")
    return {name: ", ".join(said) for name, said in found.items()}


def _of_pack(pack: Pack, month: Month) -> Iterator[tuple[str, str]]:
    """What a pack says beside its steps that decides what is told of the month, but not what is divided."""
    if pack.settled != "month":
        yield "settled", pack.settled
    if pack.strict:
        yield "strict", "true"
    if pack.for_projects:
        yield "scope", pack.kind
    if not pack.holds_in(month):
        yield "valid_from, valid_until", f"{pack.valid_from or ''} – {pack.valid_until or ''}"
    for limit in pack.year_limits:
        yield f"limit {limit.role}", f"{as_in(limit.year, month)}"


def _settlements(member: Holder, month: Month) -> dict[str, str]:
    """Every settlement that counts, of a period with the month in it."""
    found: dict[str, list[str]] = defaultdict(list)
    for settlement in member.settlements:
        if settlement.period.covers(month):
            due = ", ".join(f"{step} {plain(amount)}" for step, amount in settlement.due)
            found[f"{settlement.period} {settlement.day}"].append(f"{settlement.source} ({due})")
    return {name: "; ".join(said) for name, said in found.items()}


def _earlier_approvals(member: Holder, month: Month) -> dict[str, str]:
    """Approvals of before the month that no month before it has among its facts: of before the first one, or
    of while someone was away."""
    found: dict[str, list[str]] = defaultdict(list)
    for approval in member.approvals:
        given = Month.of(approval.day)
        if given < month and not any(member.active(given.plus(n)) for n in range(month.since(given))):
            found[str(approval.day)].append(plain(approval.amount))
    return {day: ", ".join(given) for day, given in found.items()} if member.active(month) else {}
