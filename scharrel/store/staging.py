"""Many files that appear together: written aside first, for their owner alone."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from scharrel.store.durable import HALF_WRITTEN, WriteError, refuse_links

_LOCK = "scharrel.lock"
"""Held in a folder aside for as long as someone is at work in it."""


@contextmanager
def aside_of(out: Path, statements: Path) -> Iterator[Path]:
    """A folder beside `out`, for its owner alone, that is gone afterwards; WriteError if there is no room.

    What a run that was stopped left there is cleared away. Among the cooperative's `statements` that is all
    that has the name; elsewhere only what certainly is one of ours.
    """
    refuse_links(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in filter(HALF_WRITTEN.fullmatch, os.listdir(out.parent)):
            _clear(out.parent / name, known=os.path.abspath(out.parent) == str(statements))
        aside = Path(tempfile.mkdtemp(prefix=".", suffix=".new", dir=out.parent))
        lock = FileLock(aside / _LOCK, timeout=0)
        lock.acquire()
    except (OSError, NotImplementedError) as error:
        raise WriteError(out, getattr(error, "strerror", None) or str(error)) from error
    try:
        yield aside
    except WriteError as error:
        if error.path.is_relative_to(aside):  # told by the name that it would have had
            raise WriteError(out / error.path.relative_to(aside), error.reason) from error
        raise
    finally:
        lock.release()
        with suppress(OSError):
            shutil.rmtree(aside)


def _clear(left: Path, *, known: bool) -> None:
    """Remove what was left aside, unless someone is at work in it."""
    if left.is_symlink() or not left.is_dir() or not (known or (left / _LOCK).is_file()):
        return
    try:
        FileLock(left / _LOCK, timeout=0).acquire().lock.release()
    except Timeout:
        return
    with suppress(OSError):
        shutil.rmtree(left)


def put_private(out: Path, name: str, content: bytes, statements: Path) -> Path:
    """Write one file into the folder, whole and for its owner alone; WriteError if that fails."""
    with aside_of(out, statements) as aside:
        put_in_place(aside, out, [put_aside(aside, name, content)])
    return out / name


def put_aside(aside: Path, place: str, content: bytes) -> str:
    """Write one file at its place in the folder, and return the place."""
    path = aside / place
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise WriteError(path, error.strerror or str(error)) from error
    return place


def put_in_place(aside: Path, out: Path, places: Sequence[str]) -> None:
    """Move everything that was put aside to where it belongs."""
    out = Path(os.path.abspath(out))
    try:
        out.mkdir(mode=0o700, exist_ok=True)
        for place in places:
            target = out / place
            refuse_links(target, out)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            os.replace(aside / place, target)
    except OSError as error:
        raise WriteError(out, error.strerror or str(error)) from error
