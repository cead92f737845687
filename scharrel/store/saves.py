"""When a file that is read was saved, made or taken away: looked at again and again, which works on every
disk, also on one that is shared."""

import os
import time
from collections.abc import Iterator

from scharrel.store.paths import Coop

_READ = (".beancount", ".toml")
_EVERY = 0.5
"""Seconds between two looks."""


def each_save(coop: Coop) -> Iterator[None]:
    """One item at once, and one after each time that files of the cooperative changed; without end."""
    before: dict[str, tuple[int, int]] | None = None
    while True:
        now = _as_saved(coop)
        if now != before:
            before = now
            yield
        time.sleep(_EVERY)


def _as_saved(coop: Coop) -> dict[str, tuple[int, int]]:
    """Every file that is read, with its size and time."""
    return {
        file.path: (status.st_size, status.st_mtime_ns)
        for folder in (coop.root / "ledgers", coop.rules)
        for file, status in _files(str(folder))
    }


def _files(folder: str) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(entry.path)
                elif entry.name.endswith(_READ):
                    yield entry, entry.stat()
    except OSError:
        return  # what goes while it is looked at is seen at the next look
