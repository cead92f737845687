"""Entries of CAMT as what stands at which path, with only the paths that are asked for.

A large file is thousands of entries that are built alike, so an entry is read by a pattern made of an earlier
one: many times as fast as making a tree of it, and as exact, for the pattern holds every tag. An entry that
no pattern fits is read as a tree, and makes the next pattern.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import NamedTuple

from scharrel.formats.records import UnreadableBankFile

_NAMES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_NAMED = re.compile(f"&({'|'.join(_NAMES)});")
_TAG = re.compile("<([^<>]+)>")
DETAIL = "NtryDtls/TxDtls/"
_WANTED = frozenset(
    """NtryRef Amt CdtDbtInd Sts Sts/Cd Sts/Prtry BookgDt/Dt BookgDt/DtTm ValDt/Dt ValDt/DtTm AcctSvcrRef
    AddtlNtryInf NtryDtls/Btch/NbOfTxs NtryDtls/Btch/PmtInfId *Refs/AcctSvcrRef *Refs/EndToEndId
    *Refs/PmtInfId *Amt *CdtDbtInd *AmtDtls/TxAmt/Amt *AmtDtls/InstdAmt/Amt *RltdPties/Dbtr/Nm
    *RltdPties/Dbtr/Pty/Nm *RltdPties/DbtrAcct/Id/IBAN *RltdPties/Cdtr/Nm *RltdPties/Cdtr/Pty/Nm
    *RltdPties/CdtrAcct/Id/IBAN *RmtInf/Ustrd *RmtInf/Strd/CdtrRefInf/Ref *RmtInf/Strd/AddtlRmtInf
    *AddtlTxInf *RtrInf/Rsn/Cd *RtrInf/Rsn/Prtry *RtrInf/AddtlInf""".replace("*", DETAIL).split()
)
_PARTS = DETAIL + "RmtInf/Ustrd"
_ABOVE = frozenset(path.rsplit("/", depth)[0] for path in _WANTED for depth in range(1, path.count("/") + 1))
_MAX_SHAPES = 32
_SHAPED = 20_000
"""Signs of an entry of which a pattern is made."""


EntryFields = dict[str, str]
"""What stands in an entry or a detail, by its path; the currency of an amount by its path and `@`."""


class EntryShape(NamedTuple):
    """Entries built alike: what matches them, the path of each group, and what is the same in all."""

    match: Callable[[str, int], re.Match[str] | None]
    paths: tuple[str, ...]
    more: tuple[str, ...]
    """The paths of further parts of the text."""
    common: EntryFields


def xml_tree(text: str) -> ET.Element:
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise UnreadableBankFile("bank-xml", error.position[0]) from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def read_entry(
    text: str, start: int, end: int, shapes: list[EntryShape]
) -> tuple[EntryFields, list[EntryFields]]:
    """What stands in an entry, and in each of its details where there are several."""
    for place, shape in enumerate(shapes):
        found = shape.match(text, start)
        if found and found.end() == end:
            if place:
                shapes.insert(0, shapes.pop(place))
            fields = dict(zip(shape.paths, found.groups(), strict=True))
            if text.find("&", start, end) >= 0 and not _unescape(fields):
                break
            for path in shape.more:
                fields[_PARTS] += fields.pop(path)
            fields.update(shape.common)
            return fields, []
    tree = xml_tree(text[start:end])
    details = tree.findall(DETAIL[:-1])
    if len(details) > 1:
        return _fields(tree), [_fields(detail, DETAIL) for detail in details]
    if len(shapes) < _MAX_SHAPES and end - start < _SHAPED:
        shapes.append(_shape(text[start:end]))
    return _fields(tree), []


def _unescape(fields: EntryFields) -> bool:
    """Put signs for their names; whether that was all there is to do."""
    for path, value in fields.items():
        if "&" in value:
            fields[path], times = _NAMED.subn(lambda found: _NAMES[found[1]], value)
            if times != value.count("&"):
                return False
    return True


def _fields(element: ET.Element, above: str = "") -> EntryFields:
    found: EntryFields = {}
    waiting = [(above + child.tag, child) for child in reversed(element)]
    while waiting:
        path, element = waiting.pop()
        if path in _ABOVE:
            waiting += [(f"{path}/{child.tag}", child) for child in reversed(element)]
        if path in _WANTED and not len(element):
            value = element.text or ""
            if path == _PARTS:
                value = found.get(path, "") + value
            elif path in found:
                continue
            found[path] = value
            if currency := element.get("Ccy"):
                found[path + "@"] = currency
    return found


def _shape(entry: str) -> EntryShape:
    pattern: list[str] = []
    paths: list[str] = []
    common: EntryFields = {}
    names: list[str] = []
    tags = [found[1] for found in _TAG.finditer(entry)]
    for tag, following in zip(tags, [*tags[1:], ""], strict=True):
        pattern.append(re.escape(f"<{tag}>"))
        if tag[0] == "/":
            names.pop()
        elif tag[-1] != "/":
            names.append(tag.split()[0])
        path = "/".join(names[1:])
        leaf = tag[0] != "/" and following == f"/{(names or tag)[-1]}" and path in _WANTED
        if leaf and (path not in paths or path == _PARTS):
            paths.append(path if path not in paths else f"{path}/{len(paths)}")
            pattern.append("([^<]*+)")
            if currency := re.search(r'\sCcy="(\w+)"', tag):
                common[path + "@"] = currency[1]
        elif following:
            pattern.append("[^<]*+")
    more = tuple(path for path in paths if path.startswith(_PARTS + "/"))
    return EntryShape(re.compile("".join(pattern)).match, tuple(paths), more, common)
