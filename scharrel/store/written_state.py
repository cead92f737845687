"""How the files that are written for members were left: their names, sizes and times, as one digest a
member.

A run looks at all of them, for people may have been at them, and there may be thousands; so a process of its
own looks while this one gets ready.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial

from scharrel.store.paths import Coop
from scharrel.store.processes import ahead

WORTH_A_PROCESS = 100
"""Members from whom looking in a process of its own gains more than it costs."""

Left = Callable[[], Mapping[str, str]]
"""How files were left, by member, as far as that was looked at."""


def looking(coop: Coop, *, seals: bool = False) -> Left:
    """Begin to look at what is written for everyone; what was seen, when it is asked for."""
    members: list[str] = []
    with suppress(OSError):
        members = os.listdir(coop.allocations)
    look = partial(_of_all, coop, members, seals)
    return ahead(look) if len(members) >= WORTH_A_PROCESS else look


def _of_all(coop: Coop, members: Iterable[str], seals: bool) -> Mapping[str, str]:
    return {member: left(coop, member, seals=seals) for member in members}


def left(coop: Coop, member: str, *, seals: bool = False) -> str:
    """The state of all files written for the member; the seals, which are never written again, only if these
    are asked for."""
    found: list[str] = []
    ledgers = f"{coop.root}/ledgers"
    with suppress(OSError), os.scandir(f"{ledgers}/allocations/{member}") as entries:
        found = sorted([_as_left(e.name, e.stat()) for e in entries if seals or not e.name.endswith(".seal")])
    for folder in ("books", "consolidated"):
        with suppress(OSError):
            found.append(_as_left(folder, os.stat(f"{ledgers}/{folder}/{member}.beancount")))
    return hashlib.sha256("\n".join(found).encode(errors="surrogateescape")).hexdigest()


def _as_left(name: str, status: os.stat_result) -> str:
    return f"{name} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
