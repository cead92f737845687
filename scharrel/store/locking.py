"""One writer at a time in a cooperative: an advisory lock that ends with the process that holds it."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from filelock import FileLock, Timeout

from scharrel.store.durable import WriteError, refuse_links, sweep
from scharrel.store.paths import Coop
from scharrel.store.text import names_in
from scharrel.store.together import finish


class BusyError(Exception):
    """Another process is at work here; the argument says which, as far as it is known."""


@contextmanager
def only_writer(coop: Coop, command: str, now: datetime, patience: float = 0) -> Iterator[None]:
    """Hold the cooperative while writing. BusyError if another does for so many seconds, WriteError if no
    lock can be had."""
    path, holder = coop.cache / "lock", coop.cache / "holder"
    for place in (path, holder):
        refuse_links(place, coop.root)
    try:
        path.parent.mkdir(exist_ok=True)
        lock = FileLock(path, timeout=patience)
        lock.acquire()
    except Timeout as busy:
        raise BusyError(_holder(coop)) from busy
    except (OSError, NotImplementedError) as error:
        raise WriteError(path, getattr(error, "strerror", None) or str(error)) from error
    try:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
            with open(holder, "x", encoding="utf-8") as file:  # never into what is there
                file.write(
                    f"scharrel {command}, {os.getpid()} @ {socket.gethostname()}, {now:%Y-%m-%d %H:%M}"
                )
        for folder in (
            coop.cache, coop.register.parent, coop.members, coop.projects, coop.subcooperatives,
            coop.allocations, coop.books, coop.parts, coop.rules, coop.bank, coop.issued,
            coop.payment_runs, coop.payments,
            *(coop.bank / name / below for name in names_in(coop.bank) for below in ("", "statements")),
        ):  # fmt: skip
            sweep(folder)
        finish(coop.bank)
        finish(coop.issued)
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _holder(coop: Coop) -> str:
    try:
        return (coop.cache / "holder").read_text("utf-8")[:200]
    except (OSError, UnicodeDecodeError):
        return "?"
