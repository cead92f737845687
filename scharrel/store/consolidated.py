"""The cooperative's whole as one ledger: what every member and project has on an account stands under a name
of its own, Assets:Bank of amina on Assets:Bank:Amina, with one sum a month.

    ledgers/consolidated.beancount        names the parts
    ledgers/consolidated/<id>.beancount   the part of one member or project

Of an account and a name only one account can come, so nothing of two members is ever on the same one.
"""

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from scharrel.core.chart import Account, Chart
from scharrel.core.facts import Holder
from scharrel.core.money import ZERO
from scharrel.store.allocations import precisions, quoted
from scharrel.store.durable import WriteError, put, read_written, remove, settle_names
from scharrel.store.paths import MEMBER_ID, Coop
from scharrel.store.stamps import HEAD, Known, keep_what_is_added, renewed, stamped

_COLLAPSED = '1970-01-01 custom "fava-option" "collapse-pattern" ":"'
"""Has Fava show the totals of the chart's accounts, and who is behind one when it is clicked."""

_DAY = re.compile(r"\n(\d{4}-\d\d-\d\d) \*")
_POSTING = re.compile(r"\n  ([A-Z]\S*) +(-?\d+\.\d\d) (EUR)\b")
_DECIMALS = re.compile(r"^; decimals:(( \S+=\d+)*)$", re.MULTILINE)
_ENTRY = r'\S+ \* "(?:[^"\\]|\\.)*" "(?:Geboekt|Verdeling) [0-9-]+"(?: \^verdeling-[0-9-]+)?'
_WHOLE = re.compile(
    r'option "(?:title|operating_currency|display_precision)" ".*"'
    rf'|{re.escape(_COLLAPSED)}|include "consolidated/[a-z0-9-]+\.beancount"'
)

Amount = tuple[str, str, str]
"""An account, a number as it is written, a currency."""


class Booked(NamedTuple):
    """A ledger as the whole has it: the sums of each month by its last day, and the bookings and lines that
    cannot be summed because they have a cost or a price, with all accounts in them by the lines on which they
    stand. `own` are the accounts that the ledger opens; `decimals` how many each commodity has at most."""

    sums: Mapping[str, Sequence[Amount]]
    priced: Sequence[Sequence[tuple[str, str]]]
    own: Mapping[str, Account]
    decimals: Mapping[str, int]


def part_text(member: Holder, chart: Chart, ledger: Booked, allocated: Mapping[str, str]) -> str:
    """The part of a member or project; `allocated` has the text of every allocation file by month."""
    own = _name_of(member.id)
    name = quoted(member.name)
    book = f'  book: "ledgers/books/{member.id}.beancount"'
    found = [(day, f'"{name}" "Geboekt {day[:7]}"', amounts) for day, amounts in ledger.sums.items()]
    for month, text in allocated.items():
        if dated := _DAY.search(text):
            said = f'"{name}" "Verdeling {month}" ^verdeling-{month}'
            found.append((dated[1], said, _allocated(text)))
    used = {account for _, _, amounts in found for account, _, _ in amounts}
    used |= {account for lines in ledger.priced for _, account in lines if account}
    accounts = {**chart.accounts, **ledger.own}
    width = max(map(len, used), default=0) + len(own) + 2
    decimals = "".join(f" {unit}={n}" for unit, n in sorted(ledger.decimals.items()))
    lines = [f"; decimals:{decimals}"] if decimals else []
    lines += [_opening(account + own, accounts[account]) for account in sorted(used & accounts.keys())]
    for day, said, amounts in sorted(found):
        if amounts:
            lines += ["", f"{day} * {said}", book]
            lines += [f"  {account + own:<{width}}{number:>12} {unit}" for account, number, unit in amounts]
    for written in ledger.priced:
        lines.append("")
        lines += [line.replace(account, account + own, 1) if account else line for line, account in written]
    return stamped("\n" + "\n".join(lines) + "\n")


def _name_of(member: str) -> str:
    """What stands behind an account of the member or project."""
    return f":{member[0].upper()}{member[1:]}"


def consolidated_text(title: str, parts: Iterable[str], decimals: Mapping[str, int]) -> str:
    """The whole: the parts of these members and projects."""
    lines = [
        f'option "title" "{quoted(title)}"',
        'option "operating_currency" "EUR"',
        *precisions(decimals),
        _COLLAPSED,
        *(f'include "consolidated/{part}.beancount"' for part in parts),
    ]
    return stamped("\n" + "\n".join(lines) + "\n")


def in_whole(lines: Sequence[str], at: int) -> object:
    """Whether the line is one that the whole has."""
    return _WHOLE.fullmatch(lines[at])


def in_part(member: str, ledger: Callable[[], Iterable[str]]) -> Known:
    """Tells whether a line is one that the part of the member has; bookings with a cost or a price, and
    prices, are those of the `ledger`."""
    own = _name_of(member)
    pattern = (  # most files are as they were written, and no line of them is looked at
        rf'{_ENTRY}|  book: "ledgers/books/{member}\.beancount"|  [A-Z]\S*{own} +-?[\d.]+ \S+'
        rf"|\S+ open [A-Z]\S*{own}(?: \S+)*|{_DECIMALS.pattern}"
    )
    booked_there = cache(lambda: {" ".join(line.split()) for line in ledger()})

    def known(lines: Sequence[str], at: int) -> object:
        return (
            re.fullmatch(pattern, lines[at])
            or " ".join(lines[at].replace(own, "", 1).split()) in booked_there()
        )

    return known


def planned_part(
    coop: Coop, member: Holder, chart: Chart, booked: Booked, texts: Mapping[str, str], months: Iterable[str]
) -> dict[Path, bytes]:
    """The member's part of the consolidated ledger, if it has to be written: what the ledger and the
    allocation files of these months say; `texts` are those of them that need not be read."""
    folder = coop.allocations / member.id
    allocated = {m: texts.get(m) or read_written(folder / f"{m}.beancount") or "" for m in months}
    part = part_text(member, chart, booked, allocated)
    return renewed(coop.part(member.id), part)


def settle_all(coop: Coop) -> None:
    """Have the names of books and parts on the disk, once for all that were written."""
    for folder in (coop.books, coop.parts):
        settle_names(folder)


def bring_whole_up_to_date(coop: Coop, title: str, members: Collection[str]) -> None:
    """Let the consolidated ledger name the part of each of these members, as far as there is one, and remove
    every other part."""
    try:
        names = set(os.listdir(coop.parts))
    except FileNotFoundError:
        return
    except OSError as error:
        raise WriteError(coop.parts, error.strerror or str(error)) from error
    parts = {f"{member}.beancount": member for member in sorted(members)}
    there = [name for name in parts if name in names]
    whole = consolidated_text(title, [parts[name] for name in there], _all_decimals(coop, there))
    if files := renewed(coop.consolidated, whole):
        put(files)
        settle_names(coop.consolidated.parent)
    for name in names - parts.keys():
        member, _, ending = name.partition(".")
        text = read_written(coop.parts / name) if ending == "beancount" else None
        # Else it is of who put it there.
        if text and text.startswith(HEAD) and MEMBER_ID.fullmatch(member):
            keep_what_is_added(coop.parts / name, text)
            remove(coop.parts / name)


def _all_decimals(coop: Coop, parts: Iterable[str]) -> Mapping[str, int]:
    """How many decimals each commodity has in these parts, which say so at their beginning."""
    found: dict[str, int] = {}
    folder = str(coop.parts)
    for name in parts:
        beginning = b""
        with suppress(OSError), open(f"{folder}/{name}", "rb", buffering=0) as part:
            beginning = part.read(4096)
        if said := _DECIMALS.search(beginning.decode("utf-8", "replace")):
            for unit, _, n in (each.partition("=") for each in said[1].split()):
                found[unit] = max(found.get(unit, 0), int(n))
    return found


def _opening(name: str, account: Account) -> str:
    booking = f'"{account.booking}"' if account.booking else ""
    return " ".join(filter(None, (f"{account.opened} open", name, ",".join(account.currencies), booking)))


def _allocated(text: str) -> Sequence[Amount]:
    """The sums of all that is booked in one allocation file."""
    sums: dict[tuple[str, str], Decimal] = {}
    for account, number, unit in _POSTING.findall(text):
        sums[account, unit] = sums.get((account, unit), ZERO) + Decimal(number)
    return amounts_of(sums)


def amounts_of(sums: Mapping[tuple[str, str], Decimal]) -> Sequence[Amount]:
    return [(account, f"{number:f}", unit) for (account, unit), number in sorted(sums.items()) if number]
