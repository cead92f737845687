"""What a reader sees of a PDF, or hears of it, that is not as the program made it."""

import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice, zip_longest
from typing import Any, NamedTuple

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

Pdf = DictionaryObject

_HARMLESS = frozenset(
    {"/PageMode", "/PageLayout", "/Version", "/Extensions", "/PieceInfo", "/LastModified", "/TrimBox"}
    | {"/BleedBox", "/ArtBox", "/Group", "/Resources", "/Perms", "/DSS"}
)
"""What a program may add to a file or a page that it saves, and that shows nothing."""
_NAMED = {"/Annots": "note", "/AcroForm": "field", "/OCProperties": "layer"} | dict.fromkeys(
    ("/OpenAction", "/AA", "/JS", "/JavaScript", "/A"), "action"
)
_GEOMETRY = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit")
_ANYWHERE = frozenset({"/AA", "/JS", "/JavaScript", "/Alternates", "/OPI"})
_HEARD = ("/Alt", "/ActualText", "/E")
_SCALE = 2
"""Dots for each of the 72 points of an inch: a decimal point is some ten of them."""
_LIGHTER, _DOTS = 8, 2
"""Of 255 shades, and how many dots: what rounding may come to."""
_PART = 4096


class Alteration(NamedTuple):
    """Something that is not as the program made it: `what`, on which page (0 for the whole file), and a name
    for it."""

    what: str
    page: int = 0
    name: str = ""


def additions(stated: bytes, anew: bytes) -> list[Alteration]:
    """Notes, fields, actions, layers, attachments and pages that do not belong to the statement, and pages
    that are cropped or turned."""
    was, now = (PdfReader(io.BytesIO(data)) for data in (stated, anew))
    found = list(_of_table(_root(was), _root(now), 0))
    found += [Alteration("attachment", 0, name) for name in Counter(_attached(was)) - Counter(_attached(now))]
    found += [Alteration(_NAMED.get(key, "other"), 0, key) for key in sorted(_keys(was) - _keys(now))]
    if len(was.pages) != len(now.pages):
        found.append(Alteration("pages"))
    for number, (page, own) in enumerate(zip(was.pages, now.pages, strict=False), 1):
        found += _of_table(page, own, number)
        if _shape(page) != _shape(own):
            found.append(Alteration("shape", number))
    named = {seen.what for seen in found}
    return [seen for seen in dict.fromkeys(found) if seen.what != "other" or len(named) == 1]


def looks(stated: bytes, anew: bytes) -> list[Alteration]:
    """Pages that look otherwise, and descriptions for who listens that read otherwise."""
    was, now = (PdfReader(io.BytesIO(data)) for data in (stated, anew))
    found = [Alteration("heard")] if _heard(was) != _heard(now) else []
    before, after = was.attachments, now.attachments
    found += [Alteration("attachment", 0, name) for name in after if before.get(name) != after[name]]
    drawn = zip_longest(_drawn(stated), _drawn(anew), fillvalue=b"")
    return found + [Alteration("drawn", number) for number, pages in enumerate(drawn, 1) if _differ(*pages)]


def _of_table(table: Pdf, own: Pdf, page: int) -> Iterator[Alteration]:
    for key in table.keys() - own.keys() - _HARMLESS - set(_GEOMETRY):
        value: Any = table[key]
        if key == "/Annots":
            yield from (Alteration(_note(entry.get_object()), page) for entry in value)
        elif value:
            yield Alteration(_NAMED.get(key, "other"), page, key)


def _note(note: Any) -> str:
    field = isinstance(note, DictionaryObject) and note.get("/Subtype") == "/Widget"
    return "field" if field else "note"


def _root(reader: PdfReader) -> Pdf:
    root = reader.trailer["/Root"].get_object()
    assert isinstance(root, DictionaryObject)
    return root


def _attached(reader: PdfReader) -> list[str]:
    return [str(table.get("/UF") or table.get("/F") or "") for table in _tables(reader) if "/EF" in table]


def _shape(page: Any) -> tuple[object, ...]:
    boxes = [[float(edge) for edge in box] for box in (page.mediabox, page.cropbox)]
    return (*boxes, (page.rotation or 0) % 360, float(page.get("/UserUnit", 1)))


def _tables(reader: PdfReader) -> Iterator[Pdf]:
    """Every dictionary that belongs to the document."""
    todo: list[Any] = [reader.trailer["/Root"]]
    known: set[int] = set()
    while todo:
        found = todo.pop()
        if isinstance(found, IndirectObject):
            if found.idnum in known:
                continue
            known.add(found.idnum)
            found = found.get_object()
        if isinstance(found, DictionaryObject):
            yield found
            todo += found.values()
        elif isinstance(found, list):
            todo += found


def _keys(reader: PdfReader) -> set[str]:
    return {str(key) for table in _tables(reader) for key in table.keys() & _ANYWHERE}


def _heard(reader: PdfReader) -> Counter[tuple[str, str]]:
    """What is read aloud in place of something, and the titles of the table of contents."""
    return Counter(
        (key, str(table[key]))
        for table in _tables(reader)
        for key in (*_HEARD, *(("/Title",) if "/Parent" in table else ()))
        if key in table
    )


def _drawn(data: bytes) -> Iterator[bytes]:
    """Each page as dots, with everything that lies over it."""
    from pypdfium2 import PdfDocument

    with PdfDocument(data) as document:
        for page in document:
            yield bytes(page.render(scale=_SCALE).buffer)


def _differ(one: bytes, other: bytes) -> bool:
    if one == other:
        return False
    if len(one) != len(other):
        return True
    # Most of a page that looks otherwise is as it was: that part is compared by the system.
    parts = ((one[at : at + _PART], other[at : at + _PART]) for at in range(0, len(one), _PART))
    dots = (abs(a - b) > _LIGHTER for was, now in parts if was != now for a, b in zip(was, now, strict=True))
    return sum(islice(filter(None, dots), _DOTS + 1)) > _DOTS
