"""Many files that appear together: written aside first, for their owner alone."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from scharrel.files.durable import WriteError


@contextmanager
def aside_of(out: Path) -> Iterator[Path]:
    """A folder beside `out`, for its owner alone, that is gone afterwards; WriteError if there is no room."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = Path(tempfile.mkdtemp(prefix=".", suffix=".new", dir=out.parent))
    except OSError as error:
        raise WriteError(out, error.strerror or str(error)) from error
    try:
        yield aside
    except WriteError as error:
        if error.path.is_relative_to(aside):  # told by the name that it would have had
            raise WriteError(out / error.path.relative_to(aside), error.reason) from error
        raise
    finally:
        with suppress(OSError):
            shutil.rmtree(aside)


def put(aside: Path, place: str, content: bytes) -> str:
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
    try:
        out.mkdir(mode=0o700, exist_ok=True)
        for place in places:
            target = out / place
            target.parent.mkdir(mode=0o700, exist_ok=True)
            os.replace(aside / place, target)
    except OSError as error:
        raise WriteError(out, error.strerror or str(error)) from error
