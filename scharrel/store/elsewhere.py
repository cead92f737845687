"""What a holder's ledger is read as: its own file, and behind it the bookings that stand elsewhere for them:
lines of the bank, payments, VAT returns, and what the cooperative's own ledger has for others."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from scharrel.core.names import COOP_ID
from scharrel.store.allocations import PlacedEntry
from scharrel.store.bank_lines import dated_starts, entry_end, month_texts
from scharrel.store.digests import digest_of_texts
from scharrel.store.paths import MONTH_FILE, Coop
from scharrel.store.payment_runs import payment_texts
from scharrel.store.text import Text, names_in, read_text, state_of
from scharrel.store.together import pending_path

_BOOKING = re.compile(r"\S+[ \t]+(?:[*!]|txn)[ \t]")
_FOR = re.compile(r'[ \t]+for:[ \t]*"([^"]*)"')


def elsewhere_state(coop: Coop) -> str:
    """How the months of all accounts, the payment runs and the VAT returns were left, and the cooperative's
    ledger if anything in that is for others; empty if there is none of these."""
    found = [_left(coop.treasury)] if _for_others(coop) else []
    for folder in sorted(names_in(coop.bank)):
        for name in sorted(filter(MONTH_FILE.fullmatch, names_in(coop.bank / folder))):
            found.append(_left(coop.bank / folder / name))
    found += filter(None, [_left(pending_path(coop.bank))])
    found += [_left(coop.payment_runs / name) for name in sorted(names_in(coop.payment_runs))]
    found += [_left(path) for path in _vat_returns(coop)]
    return digest_of_texts(found) if found else ""


def _vat_returns(coop: Coop) -> list[Path]:
    names = sorted(name for name in names_in(coop.vat_returns) if name.endswith(".beancount"))
    return [coop.vat_returns / name for name in names]


def _left(path: Path) -> str:
    with suppress(OSError):
        left = os.lstat(path)
        return f"{path} {left.st_ino} {left.st_size} {left.st_mtime_ns} {left.st_ctime_ns}"
    return ""


def ledger_text(coop: Coop, holder: str) -> Text:
    """The holder's ledger, and behind it the bank lines and payments that are for them, and what the
    cooperative's own ledger has for them; the cooperative itself needs no ledger to have some, and of its own
    ledger it has what is for no other."""
    return with_elsewhere(coop, holder, read_text(coop, coop.ledger(holder)))


def with_elsewhere(coop: Coop, holder: str, text: Text) -> Text:
    """The same, were this the text of the holder's ledger."""
    if holder == COOP_ID:
        text = text._replace(data=_without_others(text.data))
    lines = entries_for(coop, holder)
    if not lines:
        return text
    if holder == COOP_ID and [problem.code for problem in text.problems] == ["no-file"]:
        text = Text(b'include "accounts.beancount"\n', [], shown=text.shown)
    if not text.data:
        return text
    data = [text.data if text.data.endswith(b"\n") else text.data + b"\n"]
    parts, number = [], data[0].count(b"\n") + 1
    for shown, line, said in lines:
        data.append(b"\n" + said + b"\n")
        parts.append((number + 1, shown, line))
        number += said.count(b"\n") + 2
    state = f"{text.state} {coop.elsewhere}" if text.state else ""
    return text._replace(data=b"".join(data), parts=tuple(parts), state=state)


def ledger_state(coop: Coop, holder: str) -> str:
    """What changes whenever anything is written that `ledger_text` reads; nothing when that is too recent to
    tell."""
    state = state_of(coop.ledger(holder))
    return f"{state} {coop.elsewhere}" if state and entries_for(coop, holder) else state


def entries_for(coop: Coop, holder: str) -> Sequence[PlacedEntry]:
    """The bookings of bank lines, payments and VAT returns that are for the holder, as they are written:
    file, line and text."""
    return _by_holder(coop).get(holder, ()) if coop.elsewhere else ()


@lru_cache(maxsize=2)
def _by_holder(coop: Coop) -> Mapping[str, Sequence[PlacedEntry]]:
    """By holder the bookings that are for them."""
    found: dict[str, list[PlacedEntry]] = {}
    months = [text for name in sorted(names_in(coop.bank)) for text in month_texts(coop, name)]
    for text in (*months, *payment_texts(coop), *(read_text(coop, path) for path in _vat_returns(coop))):
        for at, entry, whose in _entries_in(text.data):
            if _BOOKING.match(entry[0]):
                found.setdefault(whose or COOP_ID, []).append(_placed(text, at, entry))
    for text in [read_text(coop, coop.treasury)] if _for_others(coop) else ():
        for at, entry, whose in _entries_in(text.data):
            if whose:
                found.setdefault(whose, []).append(_placed(text, at, entry))
    return found


def _placed(text: Text, at: int, entry: Sequence[str]) -> PlacedEntry:
    return text.shown, at + 1, "\n".join(entry).encode()


def own_entries_of(coop: Coop) -> Sequence[PlacedEntry] | None:
    """What the cooperative's ledger has for itself, entry by entry; nothing if it has all of it."""
    if not _for_others(coop):
        return None
    text = read_text(coop, coop.treasury)
    own = ((at, entry) for at, entry, to in _entries_in(text.data) if not to)
    return [_placed(text, at, entry) for at, entry in own]


def inline_entries(coop: Coop, holder: str) -> Sequence[PlacedEntry]:
    """What the holder's book has in itself: bank lines, and of the cooperative's ledger what is for them."""
    own = own_entries_of(coop) if holder == COOP_ID else None
    return [*(own or ()), *entries_for(coop, holder)]


def for_others_in(coop: Coop) -> Iterator[tuple[int, str]]:
    """Where the cooperative's ledger has something for others, and for whom."""
    for at, _, to in _entries_in(read_text(coop, coop.treasury).data) if _for_others(coop) else ():
        if to:
            yield at + 1, to


def _for_others(coop: Coop) -> bool:
    with suppress(OSError):
        data = coop.treasury.read_bytes() if coop.treasury.is_file() else b""
        return b"for:" in data and any(to for _, _, to in _entries_in(data))
    return False


def _without_others(data: bytes) -> bytes:
    """The cooperative's ledger without what is for others, each line where it was."""
    if b"for:" not in data:
        return data
    lines = data.split(b"\n")
    for at, said, to in _entries_in(data):
        if to:
            lines[at : at + len(said)] = [b""] * len(said)
    return b"\n".join(lines)


def _entries_in(data: bytes) -> Iterator[tuple[int, list[str], str]]:
    """What is dated in a ledger: the line where it begins, counted from 0, its lines, and for whom it is if
    that is another than the cooperative."""
    lines = data.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    for start, _ in dated_starts(lines):
        entry = lines[start : entry_end(lines, start)]
        said = next(filter(None, map(_FOR.match, entry)), None) if _BOOKING.match(lines[start]) else None
        yield start, entry, said[1] if said and said[1] != COOP_ID else ""
