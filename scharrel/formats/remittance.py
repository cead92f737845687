"""The text of a payment as Dutch banks write it in MT940 and in ABN AMRO's tables: who is at the other side,
what was said, and which references were given, each taken from its keyword."""

import re
from itertools import pairwise
from typing import NamedTuple

from scharrel.formats.records import short_enough

_WIDTH = 65
"""Signs on a line of an MT940 text. A full line goes on in the next one, in the middle of a word too."""

_SEGMENT = 32
"""Signs in a column of ABN AMRO's: two on a line, with a blank between them."""

_KEYWORDS = (
    "ACCW ADDR BBAN BENM BIC CDTRREF CDTRREFTP CHGS CNTP CREF CSID EREF EXCH FEES IBAN INIT IREF ISDT ISSR "
    "KREF MARF NAME NRTX OCMT ORDP PIND PREF PURP REMI RREF RTRN SVCL TRCD TRTP ULTB ULTC ULTD"
)
_SLASHED = re.compile(rf"/({'|'.join(_KEYWORDS.split())})(?=/)")
_LABEL = re.compile(
    r"(IBAN|BIC|NAAM|OMSCHRIJVING|KENMERK|BETALINGSKENM\.|BETALINGSKENMERK|MACHTIGING|INCASSANT|REFERENTIE|"
    r"AANTAL OPDRACHTEN|VOOR|ID DEBITEUR|ID BEGUNSTIGDE|LAND):\s?",
    re.IGNORECASE,
)
_CARD = re.compile(
    r"(?:BEA|GEA|ECOM)\b(?:.*?[0-9]{2}\.[0-9]{2}\.[0-9]{2}/[0-9]{2}[.:][0-9]{2}|,.*?\s{2})\s*(\S.*?),PAS[0-9]{3}",
    re.IGNORECASE,
)
_CARD_TEXT = 250
"""Signs at the start of a text that can be of a payment by card."""

_BANK_CODE = r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?"
_LEADING = re.compile(
    rf"([A-Z]{{2}}[0-9]{{2}}[A-Z0-9]{{11,30}})(?:\s+{_BANK_CODE})?(?=\s|$)\s*(.*)", re.DOTALL
)


class Remittance(NamedTuple):
    """What a text says of a payment; the words are not cleaned yet."""

    name: str = ""
    iban: str = ""
    text: str = ""
    given: tuple[str, ...] = ()
    returned: str = ""


def remittance(lines: list[str], beside: list[str], comes_in: bool) -> Remittance:
    """What the lines of a text say; `beside` is what stands with the amount, some banks' place for IBAN and
    name."""
    whole = short_enough("".join(lines)).lstrip()
    extra = [part.strip() for part in beside if part.strip()]
    if re.match(r"[0-9]{3}>[0-9]{2}", whole):
        return _numbered(whole)
    if _SLASHED.match(whole):
        found = slashed(_lined(lines, tight=True), comes_in)
    elif labelled := padded("".join(line.ljust(_WIDTH) for line in lines)) or _knab(lines):
        found = labelled
    else:
        found = _plain(_lined(lines), extra)
    iban = found.iban or next((part for part in extra if _LEADING.fullmatch(part)), "")
    return found._replace(iban=iban)


def _lined(lines: list[str], tight: bool = False) -> str:
    """The lines as one text. A line that is not full ended before a blank, which was taken from its end.

    Where keywords part the text that is so for a line that is one sign short, but at ING and Triodos, whose
    lines are of other lengths; any other line was broken wherever it is. Only bunq, whose texts begin with
    who it was, breaks none: its lines are the payer's.
    """
    text = lines[0] if lines else ""
    if tight and text.startswith(("/IBAN/", "/NAME/")):
        return " ".join(lines)
    short = {_WIDTH - 1} if tight and not re.search("/CNTP/|/USTD/", "".join(lines)) else set()
    for before, line in pairwise(lines):
        if tight and len(before) not in short:
            gap = (
                bool(re.search("[a-z0-9]$", before) and re.match("[A-Z]", line)) and len(before) < _WIDTH - 5
            )
        else:
            gap = len(before) < _WIDTH
        crossed = tight and _SLASHED.search(before[-9:] + line[:9])
        text += " " + line if gap and not crossed else line
    return text


def slashed(text: str, comes_in: bool = True) -> Remittance:
    """`/TRTP/…/IBAN/…/NAME/…/REMI/…` and `/CNTP/IBAN/BIC/NAME/CITY//REMI/USTD//…/`."""
    parts: dict[str, str] = {}
    side = ""
    pieces = _SLASHED.split(text.strip())
    for keyword, value in zip(pieces[1::2], pieces[2::2], strict=True):
        if keyword in ("ORDP", "BENM"):
            side = keyword
        named = f"{side} NAME" if keyword == "NAME" and side else keyword
        if (words := value.strip(" /")) and named not in parts:
            parts[named] = words
    party = (parts.get("CNTP", "") + "///").split("/")
    name = parts.get("NAME") or parts.get("ORDP NAME" if comes_in else "BENM NAME")
    name = name or parts.get("BENM NAME") or parts.get("ORDP NAME") or party[2]
    words = re.sub(r"^(USTD|STRD)/+", "", parts.get("REMI", ""))
    if parts.get("REMI", "").startswith("STRD"):
        words = words.rpartition("/")[2]
    words = words or parts.get("CDTRREF") or ("" if name else parts.get("TRTP", ""))
    given = tuple(parts[key] for key in ("EREF", "PREF", "IREF") if key in parts)
    iban = parts.get("IBAN") or party[0] or parts.get("ACCW", "").partition(",")[0]
    return Remittance(name, iban, words, given, parts.get("RTRN", ""))


def padded(text: str) -> Remittance | None:
    """ABN AMRO's columns, `SEPA OVERBOEKING   IBAN: …   NAAM: …`; nothing where there are no labels."""
    labels = [
        label
        for label in _LABEL.finditer(text)
        if label.start() % _WIDTH in (0, _SEGMENT + 1) or text[label.start() - 1].isspace()
    ]
    if len(labels) < 2:
        found = _CARD.match(text[:_CARD_TEXT])
        return Remittance(found[1], "", text) if found else None
    values: dict[str, str] = {}
    for label, end in zip(labels, [*(label.start() for label in labels[1:]), len(text)], strict=True):
        column = label.start() % _WIDTH
        value = text[label.end() : end]
        if column in (0, _SEGMENT + 1):
            value = _columns(text, label.start(), end)[label.end() - label.start() :]
        values.setdefault(label[1].upper(), value.strip())
    words = values.get("OMSCHRIJVING") or values.get("BETALINGSKENM.") or values.get("BETALINGSKENMERK", "")
    if not words and not values.get("NAAM"):
        words = text[: labels[0].start()]
    given = tuple(values[key] for key in ("KENMERK", "REFERENTIE") if key in values)
    return Remittance(values.get("NAAM", ""), values.get("IBAN", ""), words, given)


def _columns(text: str, start: int, end: int) -> str:
    """What stands in the columns from one place to the other, without the blanks that part them."""
    return "".join(
        sign for place, sign in enumerate(text[start:end], start) if place % _WIDTH != _SEGMENT or sign != " "
    )


def _knab(lines: list[str]) -> Remittance | None:
    """`…` and on a line of its own `REK: …/NAAM: …`."""
    for number, line in enumerate(lines):
        if found := re.fullmatch(r"(?:REK: ?([^/]*)/)?NAAM: ?(.*)", line.strip()):
            return Remittance(found[2], found[1] or "", _lined(lines[:number]))
    return None


def _numbered(text: str) -> Remittance:
    """Triodos until 2014: `000>100390123456>20…>21…`, where `>20` and `>21` may be BIC and IBAN."""
    pieces = re.split(r">([0-9]{2})", text)
    parts = {key: value for key, value in zip(pieces[1::2], pieces[2::2], strict=True) if "20" <= key < "30"}
    values = [*parts.values()]
    if len(values) > 1 and re.fullmatch(_BANK_CODE, values[0].strip()):
        return Remittance("", values[1].strip(), "".join(values[2:]))
    return Remittance("", "", "".join(values))


def _plain(text: str, extra: list[str]) -> Remittance:
    """Words after an IBAN and, at ASN and SNS, after the name that stands beside the amount."""
    name = extra[1] if len(extra) > 1 else ""
    found = _LEADING.fullmatch(text.strip())
    if not found:
        return Remittance(name, "", text)
    words = found[2]
    if name and words.lower().startswith(name.lower()):
        words = words[len(name) :].lstrip()
    if _SLASHED.match(words):
        words = slashed(words).text
    return Remittance(name, found[1], words)


def columned(text: str) -> Remittance:
    """A description in ABN AMRO's tables: keywords between slashes, or columns on one line."""
    short_enough(text)
    if _SLASHED.match(text.lstrip()):
        return slashed(text)
    return padded(text) or Remittance("", "", text)


_ING = re.compile(
    r"(?:^|(?<=\s))(Naam|Name|Omschrijving|Description|IBAN|BIC|Kenmerk|Reference|Machtiging ID|Mandate ID|"
    r"Incassant ID|Creditor ID|Doorlopende incasso|Eenmalige incasso|Recurrent SEPA direct debit|"
    r"One-off SEPA direct debit|Datum/Tijd|Date/time|Valutadatum|Value date)(?::\s?|(?=\s)|$)"
)


def labelled_by_ing(text: str) -> Remittance:
    """`Naam: … Omschrijving: … IBAN: … Kenmerk: … Valutadatum: …`, in Dutch or English."""
    labels = [*_ING.finditer(short_enough(text))]
    if not labels:
        return Remittance(text=text)
    ends = [*(label.start() for label in labels[1:]), len(text)]
    values = {label[1]: text[label.end() : end] for label, end in reversed([*zip(labels, ends, strict=True)])}
    words = values.get("Omschrijving", values.get("Description"))
    if words is None:
        words = text[: labels[0].start()]
    given = tuple(values[key] for key in ("Kenmerk", "Reference") if key in values)
    name = values.get("Naam") or values.get("Name") or ""
    return Remittance(name, values.get("IBAN", ""), words, given)


def unquoted(text: str) -> Remittance:
    """Words in single quotes."""
    return Remittance(text=re.sub(r"^\s*'|['’]\s*$", "", text))
