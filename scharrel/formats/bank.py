"""A bank's file, whatever its kind: found in what it holds, never by its name, and read within bounds."""

import io
import lzma
import re
import zipfile
import zlib
from datetime import date

from scharrel.formats.bank_csv import read_bank_csv
from scharrel.formats.camt import read_camt
from scharrel.formats.mt940 import is_mt940, read_mt940
from scharrel.formats.records import BankStatement, UnreadableBankFile, clean

MAX_BANK_BYTES = 100_000_000
"""Of a file, or of all files in a zip together: more than 50,000 lines of the wordiest format."""

MAX_ZIPPED = 1_000
"""Files in a zip: banks give one a day, for years."""

_BEGINNINGS = {
    b"\x89PNG": "bank-picture",
    b"\xff\xd8\xff": "bank-picture",
    b"GIF8": "bank-picture",
    b"BM": "bank-picture",
    b"II*\0": "bank-picture",
    b"MM\0*": "bank-picture",
    b"%PDF": "bank-pdf",
    b"\xd0\xcf\x11\xe0": "bank-spreadsheet",
    b"\x1f\x8b": "bank-archive",
    b"7z\xbc\xaf": "bank-archive",
    b"Rar!": "bank-archive",
}
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_XML_ENCODING = re.compile(rb"<\?xml[^>]*?\sencoding\s*=\s*[\"']([\w.-]+)[\"']")
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)


def read_bank_file(content: bytes) -> tuple[str, list[BankStatement]]:
    """The kind (`camt.053.001.02`, `mt940`, `csv ing` …) and the statements in order of their days; of a zip
    those of all its files. Raises UnreadableBankFile for anything else."""
    try:
        kind, statements = _zip(content) if content.startswith(_ZIPS) else _file(content)
    except UnreadableBankFile as wrong:
        wrong.line = wrong.line or 1
        raise
    return kind, sorted(statements, key=_days)


def _days(statement: BankStatement) -> tuple[date, date]:
    return statement.first or date.max, statement.last or date.max


def _file(content: bytes) -> tuple[str, list[BankStatement]]:
    if len(content) > MAX_BANK_BYTES:
        raise UnreadableBankFile("bank-too-long", size=str(MAX_BANK_BYTES // 10**6))
    for magic, code in _BEGINNINGS.items():
        if content.startswith(magic):
            raise UnreadableBankFile(code)
    if content[:4] == b"RIFF" or content[4:8] == b"ftyp":
        raise UnreadableBankFile("bank-picture")
    text = _decoded(content)
    beginning = text[:4_000].lstrip()
    if not beginning and not text.strip():
        raise UnreadableBankFile("bank-empty")
    if _HTML.search(beginning):
        raise UnreadableBankFile("bank-html")
    if beginning.startswith("<"):
        return read_camt(text)
    if is_mt940(text):
        return "mt940", read_mt940(text)
    return read_bank_csv(text)


def _decoded(content: bytes) -> str:
    encoding = next((name for bom, name in _BOMS.items() if content.startswith(bom)), "")
    if not encoding and (said := _XML_ENCODING.match(content[:200].lstrip())):
        encoding = said[1].decode()
    try:
        text = content.decode(encoding or "utf-8")
    except LookupError:
        raise UnreadableBankFile("bank-encoding", encoding=clean(encoding)) from None
    except UnicodeDecodeError as error:
        if encoding:
            line = content.count(b"\n", 0, error.start) + 1
            raise UnreadableBankFile("bank-encoding", line, encoding=clean(encoding)) from None
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            text = "\0"
    if "\0" in text:
        raise UnreadableBankFile("bank-binary")
    return text


def _zip(content: bytes) -> tuple[str, list[BankStatement]]:
    kinds: dict[str, None] = {}
    statements: list[BankStatement] = []
    for name, part in _parts(content):
        if part.startswith(_ZIPS):
            raise UnreadableBankFile("bank-zip-nested", part=name)
        try:
            kind, read = _file(part)
        except UnreadableBankFile as wrong:
            wrong.part = name
            raise
        kinds[kind] = None
        statements += [statement._replace(part=name) for statement in read]
    if not kinds:
        raise UnreadableBankFile("bank-empty")
    return ", ".join(kinds), statements


def _parts(content: bytes) -> list[tuple[str, bytes]]:
    """The files in the zip with their names, as long as they are few and small together."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [part for part in archive.infolist() if not _idle(part)]
            if {"[Content_Types].xml", "mimetype"} & {part.filename for part in parts}:
                raise UnreadableBankFile("bank-spreadsheet")
            if len(parts) > MAX_ZIPPED:
                raise UnreadableBankFile("bank-zip-many", limit=str(MAX_ZIPPED))
            if sum(part.file_size for part in parts) > MAX_BANK_BYTES:
                raise UnreadableBankFile("bank-too-long", size=str(MAX_BANK_BYTES // 10**6))
            return [(clean(part.filename), archive.read(part)) for part in parts]
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError):
        raise UnreadableBankFile("bank-zip") from None


def _idle(part: zipfile.ZipInfo) -> bool:
    return part.is_dir() or part.filename.startswith("__MACOSX/")
