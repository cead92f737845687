"""Seals of closed months: one file a member a month, and one a month that chains them together.

    ledgers/allocations/<id>/<YYYY-MM>.seal   what was closed for the member
    ledgers/allocations/<YYYY-MM>.seal        digests of those, and of the previous month's seal
    ledgers/closed.json                       digests of the months' seals again, in a second place

All are JSON with sorted keys. The seals are written once and never again.
"""

import json
import os
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from scharrel.core.corrections import RESTS_ON, Basis, Mark, Posted, Sealed
from scharrel.core.money import plain
from scharrel.core.month import Month
from scharrel.store.digests import digest_of
from scharrel.store.paths import MONTH_FILE, Coop

_NAME = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))\.seal")
_FORM = 2
"""What this version seals: 1 was without what a month `rests` on beside bookings, facts and rules."""

CODE = 16
"""Characters of the code for the minutes."""

UNREADABLE = (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError, InvalidOperation)


class BrokenSealError(Exception):
    """A seal, or what it is about, that is not as it was written: its path, and the code of the problem."""

    def __init__(self, path: Path, code: str = "broken-seal"):
        super().__init__(path, code)
        self.path = path
        self.code = code


class Chain(NamedTuple):
    """A closed month of the whole cooperative: digests of each member's seal, of the previous month's seal
    (empty for the first), and of the receipts that it was closed with, by the names of their files."""

    month: Month
    previous: str
    members: Mapping[str, str]
    receipts: Mapping[str, str] = {}


class Closings(NamedTuple):
    """The second place: the digest of each closed month's seal, and the month up to which a run is closing,
    or was when it was stopped."""

    seals: Mapping[Month, str]
    closing: Month | None = None


def closed_months(coop: Coop) -> list[Month]:
    """Every month that has a seal of its own, in order."""
    return _sealed_in(coop.allocations)


def _sealed_in(folder: Path) -> list[Month]:
    if not folder.is_dir():
        return []
    found = map(_NAME.fullmatch, os.listdir(folder))
    return sorted(Month.parse(name[1]) for name in found if name)


def sealed_members(coop: Coop) -> dict[str, list[Month]]:
    """The months of which each member has a seal, by id."""
    if not coop.allocations.is_dir():
        return {}
    names = sorted(entry.name for entry in os.scandir(coop.allocations) if entry.is_dir())
    return {name: _sealed_in(coop.allocations / name) for name in names}


def member_seal_path(coop: Coop, member: str, month: Month) -> Path:
    return coop.allocations / member / f"{month}.seal"


def chain_path(coop: Coop, month: Month) -> Path:
    return coop.allocations / f"{month}.seal"


def read_seals(
    coop: Coop, member: str, closed: Month | None, digests: Mapping[Month, Mapping[str, str]] | None = None
) -> list[Sealed]:
    """The member's seals up to the last month that was closed; BrokenSealError if one cannot be read, is
    not the one of the `digests` by month and member, or if an allocation of a closed month has none, or one
    that it is about is gone: what was posted then is not known.

    A later one was left by a run that was stopped before its month was closed.
    """
    folder = coop.allocations / member
    if closed is None or not folder.is_dir():
        return []
    names = set(os.listdir(folder))
    for name in sorted(name for name in names if MONTH_FILE.fullmatch(name)):
        seal = name.removesuffix(".beancount") + ".seal"
        if seal <= f"{closed}.seal" and seal not in names:
            raise BrokenSealError(folder / seal, "lost-seal")
    found = []
    for name in sorted(name for name in names if _NAME.fullmatch(name) and name <= f"{closed}.seal"):
        path = folder / name
        text = seal_text_at(path)
        found.append(_seal_from(text, path))
        if digests is None:
            continue
        month = Month.parse(path.stem)
        if digest_of(text.encode()) != digests.get(month, {}).get(member) or found[-1].month != month:
            raise BrokenSealError(path, "other-seal")
        if found[-1].allocation and f"{month}.beancount" not in names:
            raise BrokenSealError(folder / f"{month}.beancount", "lost-allocation")
    return found


def seal_text_at(path: Path) -> str:
    """The text of a seal as it was written, however its lines end by now."""
    return path.read_text("utf-8", "replace")


def digest_of_seal(path: Path) -> str:
    return digest_of(seal_text_at(path).encode())


def read_seal(path: Path) -> Sealed:
    """One member's closed month."""
    return _seal_from(seal_text_at(path) if path.is_file() else "", path)


def _seal_from(text: str, path: Path) -> Sealed:
    try:
        table = json.loads(text)
        rests = "form" in table
        return Sealed(
            Month.parse(table["month"]),
            str(table["allocation"]),
            str(table["pack"]),
            str(table["rules"]),
            _basis(table, rests=rests),
            tuple(
                (Month.parse(month), _basis(basis, rests=rests)) for month, basis in table["revised"].items()
            ),
            tuple(
                Posted(Month.parse(of), str(pack), str(step), str(account), Decimal(amount), *map(str, more))
                for of, pack, step, account, amount, *more in table["posted"]
            ),
        )
    except UNREADABLE as error:
        raise BrokenSealError(path) from error


def _basis(table: Mapping[str, Any], *, rests: bool) -> Basis:
    bookings = tuple(
        Mark(
            str(digest),
            date.fromisoformat(day),
            tuple((str(account), Decimal(number), str(unit)) for account, number, unit in legs),
        )
        for digest, day, legs in table["bookings"]
    )
    if not table.get("rests", {}).keys() <= RESTS_ON:
        raise ValueError(table["rests"])
    known = {
        str(kind): {str(name): str(said) for name, said in named.items()}
        for kind, named in table.get("rests", {}).items()
    }
    return Basis(bookings, str(table["facts"]), known if rests else None)


def _plain_basis(basis: Basis) -> dict[str, object]:
    return {
        "facts": basis.facts,
        **({"rests": basis.rests} if basis.rests else {}),
        "bookings": [
            [
                mark.digest,
                str(mark.day),
                [[account, f"{number:f}", unit] for account, number, unit in mark.legs],
            ]
            for mark in basis.bookings
        ],
    }


def read_chain(path: Path) -> Chain:
    """A closed month of the cooperative."""
    try:
        table = json.loads(path.read_text("utf-8"))
        members = {str(member): str(digest) for member, digest in table["members"].items()}
        receipts = {str(name): str(digest) for name, digest in table.get("receipts", {}).items()}
        return Chain(Month.parse(table["month"]), str(table["previous"]), members, receipts)
    except UNREADABLE as error:
        raise BrokenSealError(path) from error


def seal_text(sealed: Sealed) -> str:
    """A member's closed month as it is written."""
    table = {
        **({"form": _FORM} if sealed.basis.rests is not None else {}),
        "month": str(sealed.month),
        "allocation": sealed.allocation,
        "pack": sealed.pack,
        "rules": sealed.rules,
        **_plain_basis(sealed.basis),
        "revised": {str(month): _plain_basis(basis) for month, basis in sealed.revised},
        "posted": [
            [
                str(entry.of),
                entry.pack,
                entry.step,
                entry.account,
                plain(entry.amount),
                *(
                    (entry.settles, entry.project, entry.against, entry.period)
                    if entry.period
                    else (entry.settles, entry.project, entry.against)
                    if entry.against
                    else (entry.settles,)
                    if entry.settles
                    else ()
                ),
            ]
            for entry in sealed.posted
        ],
    }
    return _text(table)


def chain_text(chain: Chain) -> str:
    """The month's seal as it is written."""
    table = {"month": str(chain.month), "previous": chain.previous, "members": dict(chain.members)}
    return _text({**table, **({"receipts": dict(chain.receipts)} if chain.receipts else {})})


def read_closings(coop: Coop) -> Closings | None:
    """What the second place says; nothing when it is not there. BrokenSealError if it cannot be read."""
    try:
        table = json.loads(coop.closings.read_text("utf-8"))
        seals = {Month.parse(month): str(digest) for month, digest in sorted(table["seals"].items())}
        return Closings(seals, Month.parse(table["closing"]) if table["closing"] else None)
    except FileNotFoundError:
        return None
    except UNREADABLE as error:
        raise BrokenSealError(coop.closings) from error


def closings_text(closings: Closings) -> str:
    """The second place as it is written."""
    seals = {str(month): digest for month, digest in closings.seals.items()}
    return _text({"seals": seals, "closing": str(closings.closing or "")})


def short(text: str) -> str:
    """What a month's seal is known by in minutes: the beginning of its digest."""
    return digest_of(text.encode()).removeprefix("sha256:")[:CODE]


def _text(table: Mapping[str, object]) -> str:
    return json.dumps(table, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


class Seals(NamedTuple):
    """All seals as they are found: each month's own with its text (no chain if it cannot be read), the months
    of which each member has one, and the second place (`readable` or not)."""

    chains: Mapping[Month, tuple[Chain | None, str]]
    members: Mapping[str, list[Month]]
    second: Closings | None
    readable: bool

    @property
    def closed(self) -> Month | None:
        """The last month that was closed, as far as anything knows."""
        return max((*self.chains, *self.known, *self.members_only), default=None)

    @property
    def known(self) -> Mapping[Month, str]:
        """The digest of each month's seal by the second place."""
        return self.second.seals if self.second else {}

    @property
    def members_only(self) -> dict[Month, str]:
        """Months later than any seal of a month, of which a member has one, by one such member; but for those
        of a run that was stopped while it was closing them."""
        last = max((*self.chains, *self.known), default=None)
        busy = self.second.closing if self.second else None
        return {
            month: member
            for member, found in self.members.items()
            for month in found
            if (last is None or month > last) and (busy is None or month > busy)
        }

    @property
    def digests(self) -> dict[Month, Mapping[str, str]]:
        """By month and member the digest that the member's seal should have."""
        return {month: chain.members for month, (chain, _) in self.chains.items() if chain}

    @property
    def receipts(self) -> dict[Month, Mapping[str, str]]:
        """By month the digests of the receipts that it was closed with, by the names of their files."""
        return {
            month: chain.receipts for month, (chain, _) in self.chains.items() if chain and chain.receipts
        }


def read_seals_of(coop: Coop) -> Seals:
    """Everything that says which months were closed."""
    chains: dict[Month, tuple[Chain | None, str]] = {}
    for month in closed_months(coop):
        path = chain_path(coop, month)
        text = seal_text_at(path)
        try:
            chains[month] = read_chain(path), text
        except BrokenSealError:
            chains[month] = None, text
    try:
        return Seals(chains, sealed_members(coop), read_closings(coop), readable=True)
    except BrokenSealError:
        return Seals(chains, sealed_members(coop), None, readable=False)
