"""Receipts: which bookings have one or should, whether the files are there, and whether those of closed
months are what they were."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from scharrel.checks.seals import SealFinding
from scharrel.core.across import ReceiptEntry
from scharrel.core.facts import Movement
from scharrel.core.money import ZERO, plain, total
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.core.receipt_files import may_go
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.own_entries import euros_of
from scharrel.store.paths import Coop
from scharrel.store.receipt_files import receipt_digest, receipt_state


def receipt_entries(books: Books, holder: str, ledger: Ledger) -> Iterator[ReceiptEntry]:
    """The bookings of the ledger that name a receipt or should, in order of their lines."""
    asks = any(pack.receipts_above is not None for pack in books.packs.values())
    said = books.entries.cooperative
    asks |= said is not None and any("receipts" in one.values for one in said.directives)
    if not (asks or ledger.receipts):
        return
    by_line: dict[int, list[Movement]] = defaultdict(list)
    for moved in ledger.movements:
        by_line[moved.line].append(moved)
    for line, moves in sorted(by_line.items()):
        name = ledger.receipts.get(line, "")
        above = _asked_above(books, holder, Month.of(moves[0].day))
        cost = total(m.amount for m in moves if m.currency == "EUR" and _is_cost(m))
        if name or (above is not None and cost > above):
            yield ReceiptEntry(
                holder, moves[0].day, moves[0].text, cost, name, above or ZERO, *ledger.text.at(line)
            )


def _is_cost(moved: Movement) -> bool:
    return moved.account.startswith("Expenses:") or moved.lifetime != 0


def _asked_above(books: Books, holder: str, month: Month) -> Decimal | None:
    """From how many euros of costs on the rules ask for a receipt, or the register: the lower of the two."""
    member, register = books.holders.get(holder), books.entries.cooperative
    pack = books.packs.get(str(member.facts(month).get("rules"))) if member else None
    found = [pack.receipts_above if pack else None]
    found += [euros_of(register.facts(month).get("receipts"))] if register else []
    return min((amount for amount in found if amount is not None), default=None)


def receipt_problems(books: Books, entries: Iterable[ReceiptEntry], today: date) -> Iterator[Problem]:
    """What is wrong with receipts that have to be kept; of closed months only those that were sealed are
    asked for, for nobody can add to them."""
    sealed = _sealed(books)
    for entry in entries:
        values = {"name": entry.name, "amount": plain(entry.cost), "above": plain(entry.above)}
        excerpt = f"{entry.day} {entry.text}"
        if not entry.name:
            if books.closed is None or Month.of(entry.day) > books.closed:
                yield Problem(entry.file, entry.line, "receipt-none", values, True, excerpt)
        elif entry.name not in sealed and not may_go(entry.day.year, today):
            yield from _unfit(books.coop, entry, values)
    for name, (month, _) in sealed.items():
        if not may_go(month.year, today) and receipt_state(books.coop, name):
            yield Problem(_shown(books.coop, name), 1, "receipt-gone", {"month": str(month)}, True)


def _unfit(coop: Coop, entry: ReceiptEntry, values: Mapping[str, str]) -> Iterator[Problem]:
    if code := receipt_state(coop, entry.name):
        missing = code == "receipt-missing"
        yield Problem(entry.file, entry.line, code, values, missing, f"{entry.day} {entry.text}")


def _sealed(books: Books) -> dict[str, tuple[Month, str]]:
    """The receipts of closed months by name: the month that was closed with each, and its digest."""
    return {
        name: (month, digest)
        for month, names in sorted(books.sealed_receipts.items(), reverse=True)
        for name, digest in names.items()
    }


def unready_receipts(
    books: Books, entries: Iterable[ReceiptEntry], through: Month, today: date
) -> Iterator[Problem]:
    """The receipts without which the month cannot be closed, and those of closed months that changed."""
    sealed = _sealed(books)
    for entry in _to_seal(books, entries, through, today):
        if receipt_state(books.coop, entry.name) == "receipt-missing":
            values = {"name": entry.name, "month": str(through)}
            yield Problem(
                entry.file, entry.line, "receipt-unready", values, excerpt=f"{entry.day} {entry.text}"
            )
    for name, (month, digest) in sealed.items():
        if not may_go(month.year, today) and receipt_digest(books.coop, name) not in ("", digest):
            yield Problem(_shown(books.coop, name), 1, "receipt-changed", {"month": str(month)}, True)


def receipts_to_seal(
    books: Books, entries: Iterable[ReceiptEntry], first: Month, through: Month, today: date
) -> Mapping[Month, Mapping[str, str]]:
    """By month, of those from the first on, the digests of receipts that it is closed with: of its bookings,
    and of earlier ones that no month was closed with."""
    found: dict[Month, dict[str, str]] = defaultdict(dict)
    named: set[str] = set()
    for entry in sorted(_to_seal(books, entries, through, today), key=lambda entry: (entry.day, entry.name)):
        if entry.name not in named:
            named.add(entry.name)
            found[max(Month.of(entry.day), first)][entry.name] = receipt_digest(books.coop, entry.name)
    return found


def _to_seal(
    books: Books, entries: Iterable[ReceiptEntry], through: Month, today: date
) -> Iterator[ReceiptEntry]:
    sealed = _sealed(books)
    for entry in entries:
        member = books.holders.get(entry.holder)
        if (
            entry.name
            and entry.name not in sealed
            and Month.of(entry.day) <= through
            and not may_go(entry.day.year, today)
            and not (member and books.never_sealed(member))
        ):
            yield entry


def receipt_findings(
    coop: Coop, sealed: Mapping[Month, Mapping[str, str]], today: date
) -> Iterator[SealFinding]:
    """Receipts of closed months that are gone or are not what they were, as long as they have to be kept."""
    for month, names in sealed.items():
        for name, digest in names.items():
            now = "" if may_go(month.year, today) else receipt_digest(coop, name) or "gone"
            if now not in ("", digest):
                code = "receipt-gone" if now == "gone" else "receipt-changed"
                yield SealFinding(_shown(coop, name), code, month)


def _shown(coop: Coop, name: str) -> str:
    return coop.shown(coop.receipts / name)
