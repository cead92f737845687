"""The cooperative's logo, and the copy of it that is kept with the invoices on which it stands."""

import hashlib
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree
from zlib import crc32

from scharrel.store.durable import link_on_the_way
from scharrel.store.paths import Coop

MOST_BYTES = 200_000
_PNG = b"\x89PNG\r\n\x1a\n"


def logo_at(coop: Coop, place: str) -> bytes | None:
    """The picture at this place in the cooperative's folder; nothing if there is none."""
    path = PurePosixPath(place)
    if path.is_absolute() or ".." in path.parts or path.suffix not in (".png", ".svg"):
        return None
    return _picture(coop, coop.root / path)


def kept_logo(coop: Coop, name: str) -> bytes | None:
    """The picture of this name that was kept with the invoices, as it was; nothing if it is not there so."""
    found = _picture(coop, coop.issued / name)
    return found if found is not None and logo_name(found) == name else None


def logo_name(picture: bytes) -> str:
    """The name under which a picture is kept."""
    ending = "png" if picture.startswith(_PNG) else "svg"
    return f"logo-{hashlib.sha256(picture).hexdigest()[:16]}.{ending}"


def _picture(coop: Coop, path: Path) -> bytes | None:
    try:
        if link_on_the_way(coop.root, path):
            return None
        data = path.read_bytes()
    except (OSError, ValueError):
        return None
    if len(data) > MOST_BYTES:
        return None
    return data if (_is_png(data) if path.suffix == ".png" else _is_svg(data)) else None


def _is_png(data: bytes) -> bool:
    """Whether every part of it is what its checksum says, from the header to the end."""
    at, kinds = len(_PNG), []
    while data.startswith(_PNG) and at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        part = data[at + 4 : at + 8 + size]
        if crc32(part).to_bytes(4, "big") != data[at + 8 + size : at + 12 + size]:
            return False
        kinds.append(part[:4])
        at += 12 + size
    return kinds[:1] == [b"IHDR"] and kinds[-1] == b"IEND"


def _is_svg(data: bytes) -> bool:
    try:
        return ElementTree.fromstring(data).tag.endswith("svg")
    except (ElementTree.ParseError, ValueError):
        return False
