"""Seals of closed months: one file a member a month, and one a month that chains them together.

    ledgers/allocations/<id>/<YYYY-MM>.seal   what was closed for the member
    ledgers/allocations/<YYYY-MM>.seal        digests of those, and of the previous month's seal

Both are JSON with sorted keys. They are written once and never again.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from scharrel.core.closing import Basis, Mark, Posted, Sealed
from scharrel.core.facts import Member, Movement
from scharrel.core.money import plain
from scharrel.core.month import Month
from scharrel.core.pack import Pack, Param, Source
from scharrel.files.coop import MONTH_FILE, Coop

_NAME = re.compile(r"(\d{4}-\d{2})\.seal")


class BrokenSealError(Exception):
    """A seal that cannot be read; the argument is its path."""


class Chain(NamedTuple):
    """A closed month of the whole cooperative: digests of each member's seal, and of the previous month's
    seal (empty for the first)."""

    month: Month
    previous: str
    members: Mapping[str, str]


def last_closed(coop: Coop) -> Month | None:
    """The last month that was closed."""
    closed = closed_months(coop)
    return closed[-1] if closed else None


def closed_months(coop: Coop) -> list[Month]:
    """Every closed month, in order."""
    if not coop.allocations.is_dir():
        return []
    found = map(_NAME.fullmatch, os.listdir(coop.allocations))
    return sorted(Month.parse(name[1]) for name in found if name)


def member_seal_path(coop: Coop, member: str, month: Month) -> Path:
    return coop.allocations / member / f"{month}.seal"


def chain_path(coop: Coop, month: Month) -> Path:
    return coop.allocations / f"{month}.seal"


def read_seals(coop: Coop, member: str, closed: Month | None) -> list[Sealed]:
    """The member's seals up to the last month that was closed; BrokenSealError if one cannot be read, or
    if an allocation of a closed month has none: what was posted then is not known.

    A later one was left by a run that was stopped before its month was closed.
    """
    folder = coop.allocations / member
    if closed is None or not folder.is_dir():
        return []
    names = {path.name for path in folder.iterdir()}
    for name in sorted(name for name in names if MONTH_FILE.fullmatch(name)):
        seal = name.removesuffix(".beancount") + ".seal"
        if seal <= f"{closed}.seal" and seal not in names:
            raise BrokenSealError(folder / seal)
    seals = sorted(name for name in names if _NAME.fullmatch(name) and name <= f"{closed}.seal")
    return [read_seal(folder / name) for name in seals]


def read_seal(path: Path) -> Sealed:
    """One member's closed month."""
    try:
        table = json.loads(path.read_text("utf-8"))
        return Sealed(
            Month.parse(table["month"]),
            str(table["allocation"]),
            str(table["pack"]),
            str(table["rules"]),
            _basis(table),
            tuple((Month.parse(month), _basis(basis)) for month, basis in table["revised"].items()),
            tuple(
                Posted(Month.parse(of), str(pack), str(step), str(account), Decimal(amount), *map(str, more))
                for of, pack, step, account, amount, *more in table["posted"]
            ),
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise BrokenSealError(path) from error


def _basis(table: Mapping[str, Any]) -> Basis:
    bookings = tuple(
        Mark(
            str(digest),
            date.fromisoformat(day),
            tuple((str(account), Decimal(number), str(unit)) for account, number, unit in legs),
        )
        for digest, day, legs in table["bookings"]
    )
    return Basis(bookings, str(table["facts"]))


def _plain_basis(basis: Basis) -> dict[str, object]:
    return {
        "facts": basis.facts,
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
        return Chain(Month.parse(table["month"]), str(table["previous"]), members)
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenSealError(path) from error


def seal_text(sealed: Sealed) -> str:
    """A member's closed month as it is written."""
    table = {
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
    return _text({"month": str(chain.month), "previous": chain.previous, "members": dict(chain.members)})


def digest_of(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def marks(movements: list[Movement], month: Month) -> tuple[Mark, ...]:
    """The bookings that a month rests on, in a form that does not depend on how they are laid out: those
    dated in it and those that count in it."""
    bookings: dict[int, list[Movement]] = {}
    for movement in movements:
        if month in (Month.of(movement.day), movement.counts):
            bookings.setdefault(movement.line, []).append(movement)
    found = []
    for postings in bookings.values():
        first = postings[0]
        legs = sorted((m.account, str(m.amount.normalize()), m.currency) for m in postings)
        whole = [str(first.day), str(first.earned or ""), first.text, first.reason, legs]
        whole += [first.project] if first.project else []
        whole += [f"purpose {first.purpose}"] if first.purpose else []
        whole += [[str(m.lifetime), m.asset] for m in postings if m.lifetime]
        whole += [first.disposes] if first.disposes else []
        whole += [f"grant {first.grant}"] if first.grant else []
        digest = digest_of(json.dumps(whole, ensure_ascii=False).encode())
        found.append(Mark(digest, first.day, tuple((m.account, m.amount, m.currency) for m in postings)))
    return tuple(sorted(found, key=lambda mark: (mark.shown, mark.digest)))


def rules_digest(pack: Pack, month: Month) -> str:
    """The rules as they hold in the month: a value for a later month changes nothing."""
    steps = [
        # What a step does not use stays out, so that a later version may know more.
        [
            [field.name, _plain(value, month)]
            for field in fields(step)
            if (value := getattr(step, field.name)) != field.default
        ]
        for step in pack.steps
    ]
    named = {step.source for step in pack.steps} | {p.source for step in pack.steps for p in step.params()}
    sources = [_cited(pack.sources[name]) for name in sorted(named)]
    whole = [pack.id, pack.pool, steps, sources, *([pack.contributions] if pack.contributions else [])]
    return digest_of(json.dumps(whole, ensure_ascii=False).encode())


def _cited(source: Source) -> str:
    return " ".join([str(source), *(str(more) for more in (source.day, source.item) if more)])


def facts_digest(member: Member, month: Month) -> str:
    """The facts in force, but for how to address someone, and what was approved in the month; of a project
    also who takes part in it."""
    facts = member.facts(month)
    counted = {key: str(value) for key, value in facts.items() if key not in ("name", "iban", "address")}
    for nth, approval in enumerate(a for a in sorted(member.approvals) if Month.of(a.day) == month):
        counted[f"approval {nth}"] = f"{approval.day} {approval.amount}"
    for participant in member.taking_part(month):
        counted[f"participant {participant.id}"] = str(participant.facts(month).get("weight", 1))
    return digest_of(json.dumps(counted, sort_keys=True, ensure_ascii=False).encode())


def _plain(value: Any, month: Month) -> Any:
    """A value of a step with its parameters as they hold in the month."""
    if isinstance(value, Param):
        in_force = [[str(since), _plain(found, month)] for since, found in value.values if since <= month]
        return in_force[-1:]
    if isinstance(value, Mapping):
        return {key: str(found) for key, found in sorted(value.items())}
    if isinstance(value, tuple):
        return [_plain(item, month) for item in value]
    return value if isinstance(value, bool | None) else str(value)


def _text(table: Mapping[str, object]) -> str:
    return json.dumps(table, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
