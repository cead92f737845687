"""What stands in the files that the program writes and was not written there, and links that would let a
write go elsewhere."""

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from scharrel.core.facts import Holder
from scharrel.core.names import COOP_ID
from scharrel.core.problems import Problem
from scharrel.ledger.books import Books
from scharrel.store.allocations import in_allocation, in_book
from scharrel.store.consolidated import in_part, in_whole
from scharrel.store.durable import link_on_the_way
from scharrel.store.elsewhere import inline_entries
from scharrel.store.paths import MEMBER_ID, MONTH_FILE, Coop
from scharrel.store.stamps import HEAD, Known, as_stamped, strange_lines
from scharrel.store.text import names_in, read_text

_MERGE = re.compile(r"^<{7}(?: |$)", re.MULTILINE)
_ANYONE = "ledgers/members/<id>.beancount"


class _File(NamedTuple):
    """A file that the program writes: the lines that it has, the ledger where bookings belong, whether its
    month is closed, and whether it is nobody's in the register any more."""

    path: Path
    known: Known
    ledger: str = _ANYONE
    closed: bool = False
    nobodys: bool = False


def written_problems(books: Books, members: Collection[Holder]) -> Iterator[Problem]:
    """What was not written in the files of these members, in the whole, and in what is nobody's any more."""
    coop = books.coop
    links = list(_links(coop))
    yield from links
    if links:
        return
    closed = str(books.closed or "")
    for name in [*(member.id for member in members), *([COOP_ID] if books.own else [])]:
        for file in _files_of(coop, name, closed):
            yield from _problems(coop, file)
    yield from _problems(coop, _File(coop.consolidated, in_whole))
    for name in sorted(_written_for(coop) - books.names.keys()):
        for file in _files_of(coop, name, closed):
            yield from _problems(coop, file._replace(nobodys=True))


def _written_for(coop: Coop) -> set[str]:
    """For whom anything is there."""
    names = {
        name.removesuffix(".beancount") for place in (coop.books, coop.parts) for name in names_in(place)
    }
    names |= {name for name in names_in(coop.allocations) if not name.endswith(".seal")}
    return {name for name in names if MEMBER_ID.fullmatch(name)}


def _files_of(coop: Coop, member: str, closed: str) -> Iterator[_File]:
    path = coop.ledger(member)
    ledger = coop.shown(path)
    folder = coop.allocations / member
    for name in sorted(filter(MONTH_FILE.fullmatch, names_in(folder))):
        yield _File(folder / name, in_allocation, ledger, closed=name <= f"{closed}.beancount")
    yield _File(coop.book(member), in_book(partial(inline_entries, coop, member)), ledger)
    yield _File(coop.part(member), in_part(member, _lines_of(coop, path)), ledger)


def _lines_of(coop: Coop, ledger: Path) -> Callable[[], Iterable[str]]:
    return lambda: read_text(coop, ledger).data.decode("utf-8", "replace").split("\n")


def _problems(coop: Coop, file: _File) -> Iterator[Problem]:
    shown = coop.shown(file.path)
    if file.path.is_symlink():
        yield Problem(shown, 1, "link")
        return
    try:
        text = file.path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
    except OSError:
        return  # there is nothing, or it is told when it is to be written
    sound = as_stamped(text)
    if sound or (file.nobodys and not text.startswith(HEAD[:20])):
        return
    lines = text.split("\n")
    if merge := _MERGE.search(text):
        line, code = text.count("\n", 0, merge.start()) + 1, "written-merge"
        yield Problem(shown, line, "written-closed" if file.closed else code, excerpt=lines[line - 1])
        return
    values = {"ledger": file.ledger}
    found = False
    changed = "written-closed" if file.closed else "written-changed"
    for line, added in strange_lines(text, file.known):
        found = True
        said = lines[line - 1].strip()
        if added:
            yield Problem(shown, line, "written-added", {"text": said, **values}, excerpt=said)
        else:
            yield Problem(shown, line, changed, values, excerpt=said)
    if sound is False and not found:
        yield Problem(shown, 1, changed, values)


def _links(coop: Coop) -> Iterator[Problem]:
    """The links where the program writes, but for those in the place of a file of a member's."""
    folders = [coop.cache, coop.books, coop.allocations, coop.parts, coop.statements, coop.issued]
    sound = []
    for folder in folders:
        if link := link_on_the_way(coop.root, folder):
            yield Problem(coop.shown(link), 1, "link")
        else:
            sound.append(folder)
    below = [Path(entry.path) for entry in _entries(coop.statements) if entry.is_dir(follow_symlinks=False)]
    for folder in (*sound, *(below if coop.statements in sound else ())):
        for entry in _entries(folder):
            if entry.is_symlink():
                yield Problem(coop.shown(Path(entry.path)), 1, "link")


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)
    return []
