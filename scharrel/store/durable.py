"""Files that are written whole or not at all, to stay: the disk has them before anyone is told."""

import errno
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from scharrel.core.problems import REGISTER

AT_ONCE = 500
"""Files that wait for the disk together, at most."""

WORTH_THREADS, THREADS = 32, 8
"""Files from which waiting for several at a time gains something, and how many at a time.

Their disk writes come together then: one of the journal does for all."""

HALF_WRITTEN = re.compile(r"\.[a-z0-9_]{8}\.new")
"""What something is called until it is whole."""


class WriteError(Exception):
    """A file could not be written: its path and the reason."""

    def __init__(self, path: Path, reason: str):
        super().__init__(path, reason)
        self.path = path
        self.reason = reason


def link_on_the_way(root: Path, path: Path) -> Path | None:
    """The first link on the way from this folder to the path, the path included; a link to the folder itself
    is nobody's business."""

    def plain(place: Path) -> bool:
        # What is no link may still lead elsewhere: Windows has more kinds.
        said = os.path.join(os.path.realpath(root), place.relative_to(root))
        return os.path.normcase(os.path.realpath(place)) == os.path.normcase(said)

    if plain(path):
        return None
    way = [place for place in (path, *path.parents) if root in place.parents]
    return next(place for place in reversed(way) if not plain(place))


def refuse_links(path: Path, root: Path | None = None) -> None:
    """WriteError where a link would let what is written to the path go elsewhere; looked for from this folder
    on, else from that of the cooperative in which the path lies."""
    path = Path(os.path.abspath(path))
    root = root or _cooperative_of(path)
    if root and (link := link_on_the_way(root, path)):
        raise WriteError(link, os.strerror(errno.ELOOP))


def _cooperative_of(path: Path) -> Path | None:
    # The outermost: what a link leads to can be made to look like one.
    return next((above for above in reversed(path.parents) if os.path.isfile(above / REGISTER)), None)


def sweep(folder: Path) -> None:
    """Clear away what an earlier run left half-written when it was stopped; only for the one writer."""
    with suppress(OSError):
        for name in filter(HALF_WRITTEN.fullmatch, os.listdir(folder)):
            remove(folder / name)


def write_text(path: Path, text: str) -> None:
    """Put the text in place whole or not at all, to stay: WriteError leaves the file as it was."""
    write_texts({path: text})


def write_texts(texts: Mapping[Path, str]) -> None:
    """Put each text in place whole or not at all; those that are in place when one fails stay there."""
    put({path: text.encode() for path, text in texts.items()})
    for folder in dict.fromkeys(path.parent for path in texts):
        settle_names(folder)


def write_bytes(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Put the file, or its pieces one by one, in place whole or not at all, to stay: WriteError leaves it as
    it was."""
    put({path: data})
    settle_names(path.parent)


def put(files: Mapping[Path, bytes | Iterable[bytes]]) -> None:
    """Put each file in place whole or not at all, in this order, by temporary files that are on the disk
    before they take the names; the names are there after `settle_names` of the folders. Several are written
    before the first is waited for: that takes the disk less time than one after the other."""
    for folder in dict.fromkeys(path.parent for path in files):
        refuse_links(folder)
        _make(folder)
    for path in files:
        if os.path.islink(path):
            refuse_links(path)
    items = list(files.items())
    for start in range(0, len(items), AT_ONCE):
        _put(items[start : start + AT_ONCE])


def _put(files: Sequence[tuple[Path, bytes | Iterable[bytes]]]) -> None:
    waiting: list[tuple[str, Path]] = []
    path = files[0][0]
    try:
        for path, data in files:
            handle, temporary = tempfile.mkstemp(prefix=".", suffix=".new", dir=path.parent)
            waiting.append((temporary, path))
            with _closing(handle):
                for left in [data] if isinstance(data, bytes) else data:
                    while left:
                        left = left[os.write(handle, left) :]  # noqa: PLW2901
        mode = 0o666 & ~_umask()
        for path in _on_disk(waiting, mode):  # noqa: B007 (it is told when that fails)
            pass
        for temporary, path in waiting:
            os.replace(temporary, path)
    except OSError as error:
        for temporary, _ in waiting:
            with suppress(OSError):
                os.unlink(temporary)
        raise WriteError(path, error.strerror or str(error)) from error


def _on_disk(waiting: Sequence[tuple[str, Path]], mode: int) -> Iterator[Path]:
    """Wait until the disk has all of the temporary files, several at a time; yields which is waited for."""

    def wait(temporary: str) -> None:
        with _closing(os.open(temporary, os.O_WRONLY)) as handle:
            os.chmod(temporary, mode)
            os.fsync(handle)

    if len(waiting) < WORTH_THREADS:
        for temporary, path in waiting:
            yield path
            wait(temporary)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(THREADS) as pool:
        done = [pool.submit(wait, temporary) for temporary, _ in waiting]
        for each, (_, path) in zip(done, waiting, strict=True):
            yield path
            each.result()


@contextmanager
def _closing(handle: int) -> Iterator[int]:
    try:
        yield handle
    finally:
        os.close(handle)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(folder, error.strerror or str(error)) from error


def settle_names(folder: Path) -> None:
    """Have the names in the folder on the disk too, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # Windows opens no folders
    except OSError as error:
        raise WriteError(folder, error.strerror or str(error)) from error
    try:
        os.fsync(handle)
    except OSError as error:
        raise WriteError(folder, error.strerror or str(error)) from error
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def read_written(path: Path) -> str | None:
    """What was written there; nothing when there is nothing that could have been."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError):
        return None
    except OSError as error:
        raise WriteError(path, error.strerror or str(error)) from error


def remove(path: Path) -> None:
    """Remove the file, to stay removed."""
    refuse_links(path.parent)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(path, error.strerror or str(error)) from error
    settle_names(path.parent)
