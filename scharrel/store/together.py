"""Files of one folder that change together: all of them or none, wherever a run is stopped.

What they will hold is written down first, in one file. Once that is on the disk they change; a run that was
stopped in between is finished by the next one that writes, and read as if it had been.
"""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from scharrel.store.durable import put, remove, settle_names, write_bytes

_PENDING = ".pending"
_PIECE = 3 * 2**18
"""Bytes that are written down at a time: of base64, which makes four of three, without a rest."""


def put_together(folder: Path, files: Mapping[Path, bytes]) -> None:
    """Put each of the files under the folder in place, or none of them; WriteError if that fails."""
    files = {path: data for path, data in files.items() if not _is(path, data)}
    if not files:
        return
    write_bytes(folder / _PENDING, _as_json(folder, files))
    _put(folder, files)


def _as_json(folder: Path, files: Mapping[Path, bytes]) -> Iterator[bytes]:
    """What each file will hold, piece by piece: as a whole it is larger than all of them together."""
    before = "{"
    for path, data in files.items():
        yield f'{before}{json.dumps(path.relative_to(folder).as_posix())}: "'.encode()
        yield from (b64encode(data[at : at + _PIECE]) for at in range(0, len(data), _PIECE))
        before = '", '
    yield b'"}'


def finish(folder: Path) -> None:
    """Finish what a run that was stopped had begun to put there; only for the one writer."""
    if files := pending(folder):
        _put(folder, files)


def pending_path(folder: Path) -> Path:
    """Where it stands what is yet to be put there."""
    return folder / _PENDING


def pending(folder: Path) -> dict[Path, bytes]:
    """What a run that was stopped has yet to put there."""
    with suppress(FileNotFoundError, NotADirectoryError, ValueError, AttributeError, TypeError):
        said = json.loads(pending_path(folder).read_bytes())
        paths = {folder / name: b64decode(data) for name, data in said.items()}
        return {p: data for p, data in paths.items() if folder in p.parents and ".." not in p.parts}
    return {}


def _put(folder: Path, files: Mapping[Path, bytes]) -> None:
    changed = {path: data for path, data in files.items() if not _is(path, data)}
    put(changed)
    for place in dict.fromkeys(path.parent for path in changed):
        settle_names(place)
    remove(folder / _PENDING)


def _is(path: Path, data: bytes) -> bool:
    with suppress(OSError):
        return os.path.getsize(path) == len(data) and path.read_bytes() == data
    return False
