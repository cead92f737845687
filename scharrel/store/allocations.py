"""What `allocate` writes: one transaction a month, one book a member, and nothing twice."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from scharrel.core.corrections import Correction
from scharrel.core.facts import Holder
from scharrel.core.money import ZERO, plain, total
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.trace import Allocation, StepResult
from scharrel.store.durable import WriteError, read_written
from scharrel.store.paths import FOLDERS, MONTH_FILE, Coop
from scharrel.store.stamps import Known, alike, renewed, stamped

_TITLES = "Afschrijving|Bijdrage|Deel|Verdeling|Correctie|Afrekening"
_ENTRY = re.compile(rf' *\S+ \* "(?:{_TITLES}) ([0-9Q-]+)" \^verdeling-\1')
_KEY = re.compile(
    r' *(?:pack|pack-hash|step|project|member|subcooperative|correction_of|settlement_of): "[^"]*"'
)
_LEG = re.compile(r" *[A-Z][^ ]*:[^ ]+ +-?\d+\.\d\d EUR")
_PLACES = "|".join((*FOLDERS.values(), "allocations/[a-z0-9-]+"))
_BOOK = (  # compiled when a file is not as it was written
    r'option "(?:title|operating_currency|display_precision)" ".*"'
    r'|1970-01-01 custom "fava-option" "default-file" "\.\./(?:[a-z]+/[a-z0-9-]+|treasury)\.beancount"'
    rf'|include "\.\./(?:(?:{_PLACES})/[a-z0-9-]+|treasury)\.beancount"'
)
PlacedEntry = tuple[str, int, bytes]
"""A booking of a bank line as it is written: its file, line and text."""

MIN_DECIMALS = 2
"""That each commodity shows in Fava and in queries, at least."""


def in_allocation(lines: Sequence[str], at: int) -> object:
    """Whether the line is one that an allocation has there: each posting but a booking's first has a step."""
    line = lines[at]
    if not _LEG.fullmatch(line):
        return _ENTRY.fullmatch(line) or _KEY.fullmatch(line)
    first = not any(map(_LEG.fullmatch, lines[:at]))
    return first or (at + 1 < len(lines) and lines[at + 1].lstrip().startswith("step: "))


def in_book(banked: Callable[[], Sequence[PlacedEntry]]) -> Known:
    """Tells whether a line is one that a book has, among them those of these bank lines."""
    booked_there = cache(lambda: {line for entry in banked() for line in _with_source(entry).split("\n")})

    def known(lines: Sequence[str], at: int) -> object:
        return re.fullmatch(_BOOK, lines[at]) or lines[at] in booked_there()

    return known


def precisions(decimals: Mapping[str, int]) -> list[str]:
    """Has Fava and queries show so many decimals, where else they would show the most common number."""
    shown = {"EUR": MIN_DECIMALS, **decimals}
    return [f'option "display_precision" "{unit}:0.{"1":0>{n}}"' for unit, n in sorted(shown.items())]


class _Leg(NamedTuple):
    """One posting: euros owed on the account, the step, and for whom it is if it is for one of several."""

    account: str
    amount: Decimal
    step: str
    member: str = ""


def allocation_text(
    month: Month,
    allocation: Allocation | None,
    corrections: Sequence[Correction],
    appropriation: str,
    packs: Mapping[str, Pack],
    members: Mapping[str, Holder],
) -> str | None:
    """What is booked in the month as beancount: its own division, and the corrections of closed months;
    nothing when nothing is to be booked. `members` are all who have a ledger."""
    day = str(month.last_day)
    found = []

    def whose(payer: str) -> str:
        known = members.get(payer)
        return f'  {known.kind if known else "project"}: "{payer}"'

    worn: dict[str, list[_Leg]] = {}
    for w in allocation.worn if allocation else ():
        worn.setdefault(w.expense, []).append(_Leg(w.account, w.amount, w.step))
    for expense, legs in worn.items():
        title = f'{day} * "Afschrijving {month}" ^verdeling-{month}'
        found.append([title, *_legs(allocation.pack if allocation else None, expense, legs)])
    for part in allocation.received if allocation else ():
        legs = [_Leg(part.account, part.amount, part.step)]
        what = "Bijdrage" if allocation and allocation.pack.contributions else "Deel"
        found.append(
            [
                f'{day} * "{what} {month}" ^verdeling-{month}',
                whose(part.project),
                *_legs(packs.get(part.pack), part.against, legs),
            ]
        )
    if allocation and allocation.posted:
        legs = [leg for result in allocation.posted for leg in _legs_of(result)]
        found.append(
            [f'{day} * "Verdeling {month}" ^verdeling-{month}', *_legs(allocation.pack, appropriation, legs)]
        )
    # A period that is settled is put right in one go, any other month by itself.
    together: dict[tuple[str, str, str, str, str], dict[tuple[str, str], Decimal]] = {}
    for c in corrections:
        of = c.settled or str(c.of)
        legs_of = together.setdefault((of, c.settled, c.pack, c.project, c.against), {})
        legs_of[c.account, c.step] = legs_of.get((c.account, c.step), ZERO) + c.difference
    for (of, settled, pack, project, against), amounts in sorted(together.items()):
        legs = [_Leg(account, amount, step) for (account, step), amount in amounts.items() if amount]
        what, key = ("Afrekening", "settlement_of") if settled else ("Correctie", "correction_of")
        if legs:
            found.append(
                [
                    f'{day} * "{what} {of}" ^verdeling-{of}',
                    f'  {key}: "{of}"',
                    *([whose(project)] if project else []),
                    *_legs(packs.get(pack), against or appropriation, legs),
                ]
            )
    return stamped("".join("\n" + "\n".join(lines) + "\n" for lines in found)) if found else None


def _legs_of(result: StepResult) -> list[_Leg]:
    """The postings of a step: one, or one for each who takes part in the project."""
    account, step = str(result.step.to), result.step.id
    if result.parts:
        return [_Leg(account, part.amount, step, part.member) for part in result.parts if part.amount]
    return [_Leg(account, result.paid, step)]


def _legs(pack: Pack | None, other: str, legs: Sequence[_Leg]) -> Iterator[str]:
    """The metadata of the rules, the other account with the total, and each leg."""
    whole = total(leg.amount for leg in legs)
    width = max(len(other), *(len(leg.account) for leg in legs)) + 2
    if pack:
        yield f'  pack: "{pack.id}"'
        yield f'  pack-hash: "{pack.hash}"'
    yield f"  {other:<{width}}{plain(whole):>12} EUR"
    for leg in legs:
        yield f"  {leg.account:<{width}}{plain(-leg.amount):>12} EUR"
        yield f'    step: "{leg.step}"'
        if leg.member:
            yield f'    member: "{leg.member}"'


def quoted(text: str) -> str:
    """The text as it stands between quotation marks in beancount, on one line."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def book_text(
    coop_title: str,
    member: Holder,
    months: list[str],
    decimals: Mapping[str, int],
    banked: Sequence[PlacedEntry] = (),
    has_ledger: bool = True,
    whole: bool = True,
) -> str:
    """A member's whole book, or the cooperative's: the ledger, every allocation file, by month, and the bank
    lines that are for them (file, line and text). New entries in Fava go to the ledger, and each commodity
    shows this many decimals. A ledger that is not `whole` for them is not included: what of it is stands
    among these lines."""
    title = " · ".join(dict.fromkeys(part for part in (member.name, coop_title) if part))
    folder = FOLDERS.get(member.kind)
    ledger = f"../{folder}/{member.id}.beancount" if folder else "../treasury.beancount"
    lines = [
        f'option "title" "{quoted(title)}"',
        'option "operating_currency" "EUR"',
        *precisions(decimals),
        *([f'1970-01-01 custom "fava-option" "default-file" "{ledger}"'] if has_ledger else []),
        f'include "{ledger if has_ledger and whole else "../accounts.beancount"}"',
        *(f'include "../allocations/{member.id}/{month}.beancount"' for month in months),
        *(f"\n{_with_source(entry)}" for entry in banked),
    ]
    return stamped("\n" + "\n".join(lines) + "\n")


def _with_source(entry: PlacedEntry) -> str:
    file, line, text = entry
    head, *below = text.decode("utf-8", "replace").split("\n")
    return "\n".join([head, f'  source: "{file}:{line}"', *below])


def written_months(coop: Coop, member: str) -> dict[str, Path]:
    """The member's allocation files by month."""
    folder = coop.allocations / member
    try:
        names = sorted(name for name in os.listdir(folder) if MONTH_FILE.fullmatch(name))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise WriteError(folder, error.strerror or str(error)) from error
    return {name.removesuffix(".beancount"): folder / name for name in names}


_CORRECTION = re.compile(r'^\S+ \* "(?:Correctie|Afrekening) ', re.MULTILINE)


def corrections_in(text: str) -> str:
    """The end of an allocation file: what it puts right of closed months."""
    found = _CORRECTION.search(text)
    return text[found.start() :] if found else ""


_ENTRIES = re.compile(r'^\S+ \* "(?P<what>\w+) [^"]*"|^    step: "(?P<step>[^"]*)"$', re.MULTILINE)


def step_lines(text: str) -> dict[tuple[str, bool], int]:
    """The line of the first posting of each step in an allocation file, by the step and whether it is put
    right there, of an earlier month."""
    found: dict[tuple[str, bool], int] = {}
    earlier = False
    for entry in _ENTRIES.finditer(text):
        if entry["what"]:
            earlier = entry["what"] in ("Correctie", "Afrekening")
        else:
            found.setdefault((entry["step"], earlier), text.count("\n", 0, entry.start()))
    return found


class FileChange(NamedTuple):
    """An allocation file that is new, differs or goes: its text before and after."""

    member: str
    month: str
    was: str | None
    becomes: str | None


class Plan(NamedTuple):
    """What has to be done to a member's allocation files: what is written and what goes. `months` are those
    that then have one."""

    changes: list[FileChange]
    files: dict[Path, bytes]
    gone: list[Path]
    months: list[str]


def planned(
    coop: Coop, member: Holder, through: Month, texts: Mapping[str, str], closed: Month | None = None
) -> Plan:
    """How the member's allocation files come to say what `texts` (by month) says; those of months up to
    `closed` and after `through` stay."""
    present = written_months(coop, member.id)
    folder = coop.allocations / member.id
    changes = []
    files: dict[Path, bytes] = {}
    for month in sorted(present.keys() | texts.keys()):
        if month > str(through) or (closed and month <= str(closed)):
            continue
        was = read_written(present[month]) if month in present else None
        becomes = texts.get(month)
        if was == becomes and (was is not None or month not in present):
            continue
        if was is not None and becomes is not None and alike(was, becomes):
            files[folder / f"{month}.beancount"] = becomes.encode()
        else:
            changes.append(FileChange(member.id, month, was, becomes))
    gone = {change.month for change in changes if change.becomes is None}
    months = sorted((present.keys() | texts.keys()) - gone)
    files |= {folder / f"{c.month}.beancount": c.becomes.encode() for c in changes if c.becomes is not None}
    return Plan(changes, files, [folder / f"{month}.beancount" for month in gone], months)


def planned_book(
    coop: Coop,
    member: Holder,
    title: str,
    months: list[str],
    decimals: Mapping[str, int],
    banked: Sequence[PlacedEntry] = (),
    *,
    whole: bool = True,
) -> dict[Path, bytes]:
    """The member's book of these months, with the bank lines that are for them, if it has to be written."""
    has_ledger = member.kind != "cooperative" or os.path.lexists(coop.treasury)
    return renewed(
        coop.book(member.id), book_text(title, member, months, decimals, banked, has_ledger, whole)
    )
