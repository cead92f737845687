"""What `allocate` writes: one transaction a month, one book a member, and nothing twice."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from scharrel.core.facts import Member
from scharrel.core.money import ZERO, plain
from scharrel.core.month import Month
from scharrel.core.trace import Allocation
from scharrel.files.coop import MONTH_FILE, Coop

_HEAD = "; Geschreven door `scharrel allocate`; een volgende keer wordt dit opnieuw geschreven.\n"


class WriteError(Exception):
    """A file could not be written: its path and the reason."""

    def __init__(self, path: Path, reason: str):
        super().__init__(path, reason)
        self.path = path
        self.reason = reason


def allocation_text(allocation: Allocation, appropriation: str) -> str | None:
    """The month's transaction as beancount; nothing when nothing is to be booked."""
    posted = allocation.posted
    if not posted:
        return None
    month, pack = allocation.month, allocation.pack
    total = sum((result.paid for result in posted), ZERO)
    width = max(len(appropriation), *(len(str(result.step.to)) for result in posted)) + 2
    lines = [
        f'{month.last_day} * "Verdeling {month}" ^verdeling-{month}',
        f'  pack: "{pack.id}"',
        f'  pack-hash: "{pack.hash}"',
        f"  {appropriation:<{width}}{plain(total):>12} EUR",
    ]
    for result in posted:
        lines.append(f"  {result.step.to:<{width}}{plain(-result.paid):>12} EUR")
        lines.append(f'    step: "{result.step.id}"')
    return _HEAD + "\n" + "\n".join(lines) + "\n"


def book_text(coop_title: str, member: Member, months: list[str]) -> str:
    """The member's whole book: the ledger and every allocation file, by month."""
    title = " · ".join(part for part in (member.name, coop_title) if part)
    quoted = title.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    lines = [
        f'option "title" "{quoted}"',
        'option "operating_currency" "EUR"',
        f'include "../members/{member.id}.beancount"',
        *(f'include "../allocations/{member.id}/{month}.beancount"' for month in months),
    ]
    return _HEAD + "\n" + "\n".join(lines) + "\n"


def written_months(coop: Coop, member: str) -> dict[str, os.DirEntry[str]]:
    """The member's allocation files by month."""
    with suppress(FileNotFoundError), os.scandir(coop.allocations / member) as entries:
        return {
            entry.name.removesuffix(".beancount"): entry
            for entry in sorted(entries, key=lambda entry: entry.name)
            if MONTH_FILE.fullmatch(entry.name)
        }
    return {}


def bring_up_to_date(
    coop: Coop,
    member: Member,
    title: str,
    through: Month,
    texts: Mapping[str, str],
) -> list[str]:
    """Write, rewrite or remove the member's files so that they say what `texts` (by month) says.

    Files of months after `through` stay. Returns the months whose file changed.
    """
    present = written_months(coop, member.id)
    changed = [
        month
        for month, text in texts.items()
        if month not in present or _read(Path(present[month].path)) != text
    ]
    gone = [month for month in present if month <= str(through) and month not in texts]
    for month in changed:
        write(coop.allocations / member.id / f"{month}.beancount", texts[month])
    for month in gone:
        _remove(Path(present[month].path))
    months = sorted((present.keys() | texts.keys()) - set(gone))
    book = book_text(title, member, months)
    if _read(coop.book(member.id)) != book:
        write(coop.book(member.id), book)
    return sorted({*changed, *gone})


def write(path: Path, text: str) -> None:
    """Put the text in place whole or not at all: a temporary file beside it, then a rename."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".new", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)
        raise WriteError(path, error.strerror or str(error)) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    except OSError as error:
        raise WriteError(path, error.strerror or str(error)) from error


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(path, error.strerror or str(error)) from error
