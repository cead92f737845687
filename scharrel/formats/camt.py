"""Statements in CAMT.053 and reports in CAMT.052 (ISO 20022), from version .02 on."""

import re
import xml.etree.ElementTree as ET
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from scharrel.core.money import total
from scharrel.formats.camt_entry import DETAIL, EntryFields, EntryShape, read_entry, xml_tree
from scharrel.formats.records import (
    MAX_BANK_LINES,
    BankLine,
    BankStatement,
    UnreadableBankFile,
    account_number,
    clean,
    counter_iban,
    day_of,
    joined,
    named_days,
    reference,
    xml_amount,
)

MESSAGE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:((?:camt|pain|pacs)\.\d{3}\.\d{3}\.(\d{2}))")
"""The name of an ISO 20022 message, and its version."""

_MARKUP = re.compile(r"<!--|<!\[CDATA\[|<\?")
_CLOSED = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
_PREFIX = re.compile(r"<(/?)[\w.-]+:(?=[\w.-]+[\s/>])")
_ADORNED = re.compile(r"<(/?)(Ntry|Stmt|Rpt)\s[^<>]*>")
_CURRENCY = re.compile(r'<Amt\s[^<>]*?Ccy="([^"<]*)"')
_ENTRY_REFERENCE = re.compile("<NtryRef>([^<]*)</NtryRef>")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T[0-9:.]+)?(?:Z|[+-][0-9:]{5})?")

_OWN = DETAIL + "Refs/AcctSvcrRef"
_NUMBER_OF = "NtryDtls/Btch/NbOfTxs"
_AMOUNTS = [DETAIL + path for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")]
_PARTY = DETAIL + "RltdPties/"
_SIGN = {"CRDT": 1, "DBIT": -1}
_TEXTS = [
    *(
        DETAIL + path
        for path in ("RmtInf/Ustrd", "RmtInf/Strd/AddtlRmtInf", "RmtInf/Strd/CdtrRefInf/Ref", "AddtlTxInf")
    ),
    "AddtlNtryInf",
]
"""Where the words stand: the first that has some."""
_GIVEN = [DETAIL + "Refs/EndToEndId", DETAIL + "Refs/PmtInfId", "NtryDtls/Btch/PmtInfId"]


class _Balance(NamedTuple):
    code: str
    amount: Decimal
    currency: str
    day: date | None


def read_camt(text: str) -> tuple[str, list[BankStatement]]:
    """The message's name and its statements, in the order of the file."""
    text = _plain(text)
    found = MESSAGE.search(text)
    if not found or found[1][:8] not in ("camt.052", "camt.053") or found[2] < "02":
        raise UnreadableBankFile("bank-message", found=found[1] if found else "XML")
    starts = [*_places(text, "<Stmt>" if found[1] > "camt.053" else "<Rpt>")]
    entries: list[list[tuple[int, int]]] = [[] for _ in starts]
    outside, end = [], 0
    for number, start in enumerate(_places(text, "<Ntry>")):
        if number == MAX_BANK_LINES:
            raise UnreadableBankFile("bank-too-many", _line(text, start), limit=str(MAX_BANK_LINES))
        outside.append(text[end:start])
        end = text.find("</Ntry>", start) + 7
        if end < start or not starts or start < starts[0]:
            raise UnreadableBankFile("bank-xml", _line(text, start))
        entries[bisect_right(starts, start) - 1].append((start, end))
    try:
        root = xml_tree("".join(outside) + text[end:])
    except UnreadableBankFile:
        xml_tree(text)  # which fails at the right line
        raise
    heads = [*root.iter("Stmt" if found[1] > "camt.053" else "Rpt")]
    if len(heads) != len(starts) or root.find(".//Ntry") is not None:
        raise UnreadableBankFile("bank-xml")
    if not heads:
        raise UnreadableBankFile("bank-no-statement")
    shapes: list[EntryShape] = []
    read = []
    for head, own, start in zip(heads, entries, starts, strict=True):
        line = text.count("\n", 0, start) + 1
        try:
            read.append(_statement(head, text, own, shapes)._replace(line=line))
        except UnreadableBankFile as wrong:
            wrong.line = wrong.line or line
            raise
    whole = _pages(read, heads)
    for statement in whole if found[1].startswith("camt.052") else []:
        if statement.opening is None or statement.closing is None:
            raise UnreadableBankFile("bank-no-balances", statement.line)
    return found[1], whole


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _plain(text: str) -> str:
    """The document without comments, prefixes and what else says nothing; every line stays where it was."""
    if _has(text, "<!") or (text.count("?") > 2 and text.count("<?") > 1):
        text = "".join(_unmarked(text))
    if _has(text, "<!"):
        raise UnreadableBankFile("bank-dtd", text.count("\n", 0, text.index("<!")) + 1)
    if not re.search(r"<Document[\s>]", text):
        text = _PREFIX.sub(r"<\1", text)
    if "<Ntry>" not in text or ("<Stmt>" not in text and "<Rpt>" not in text):
        text = _ADORNED.sub(r"<\1\2>", text)
    return text


def _has(text: str, pair: str) -> bool:
    # Its rare second sign is found many times faster than both.
    return pair[1] in text and pair in text


def _unmarked(text: str) -> Iterator[str]:
    end = 0
    for found in _MARKUP.finditer(text):
        if found.start() < end:
            continue
        yield text[end : found.start()]
        stop = text.find(_CLOSED[found[0]], found.end())
        if stop < 0:
            raise UnreadableBankFile("bank-xml", text.count("\n", 0, found.start()) + 1)
        inside = text[found.end() : stop]
        if found[0] == "<![CDATA[":
            yield inside.replace("&", "&amp;").replace("<", "&lt;")
        else:
            yield "\n" * inside.count("\n")
        end = stop + len(_CLOSED[found[0]])
    yield text[end:]


def _places(text: str, tag: str) -> Iterator[int]:
    place = text.find(tag)
    while place >= 0:
        yield place
        place = text.find(tag, place + len(tag))


def _statement(
    head: ET.Element, text: str, entries: list[tuple[int, int]], shapes: list[EntryShape]
) -> BankStatement:
    account = account_number(head.findtext("Acct/Id/IBAN") or head.findtext("Acct/Id/Othr/Id") or "")
    if not account:
        raise UnreadableBankFile("bank-no-account")
    opening, closing = _ends([_balance(balance) for balance in head.findall("Bal")])
    opened, closed = opening and opening.day, closing and closing.day
    first = _CURRENCY.search(text, *entries[0]) if entries else None
    currency = _only(
        head.findtext("Acct/Ccy"), *(b.currency for b in (opening, closing) if b), first and first[1]
    )
    only = closed if opened == closed else None
    counted = not entries or _counts(_ENTRY_REFERENCE.findall(text, entries[0][0], entries[-1][1]))
    lines: list[BankLine] = []
    warnings: list[tuple[int, str]] = []
    pending, before, at = 0, 0, 1
    for start, end in entries:
        at += text.count("\n", before, start)
        before = start
        try:
            fields, details = read_entry(text, start, end, shapes)
            status = fields.get("Sts") or fields.get("Sts/Cd") or fields.get("Sts/Prtry") or "BOOK"
            if status.strip() != "BOOK":
                pending += 1
                continue
            own = reference(fields.get("AcctSvcrRef", "") or ("" if counted else fields.get("NtryRef", "")))
            amount = xml_amount(fields.get("Amt", "")) * _SIGN[fields["CdtDbtInd"].strip()]
            if currency != fields.get("Amt@", currency):
                _only(currency, fields["Amt@"])
            day = _booked(fields, only)
            parts = _parts(details, amount, currency, own) if details else []
            for detail, part, its in parts:
                lines.append(_bank_line({**fields, **detail}, account, day, part, its, at))
            if parts:
                continue
            if details or fields.get(_NUMBER_OF, "").strip().lstrip("0") not in ("", "1"):
                warnings.append((at, "bank-batch"))
                fields = {path: value for path, value in fields.items() if not path.startswith(DETAIL)}
            own = own or reference(fields.get(_OWN, ""))
            lines.append(_bank_line(fields, account, day, amount, own, at))
        except UnreadableBankFile as wrong:
            wrong.line = wrong.line + at - 1 if wrong.line else at
            raise
        except KeyError:
            raise UnreadableBankFile("bank-field", at, field="CdtDbtInd") from None
    return BankStatement(
        account,
        currency,
        *_days(head, opened, closed, lines),
        opening and opening.amount,
        closing and closing.amount,
        tuple(lines),
        pending,
        0,
        tuple(warnings),
    )


def _only(*currencies: str | None) -> str:
    """The one currency that is named."""
    named = [*dict.fromkeys(filter(None, currencies))]
    if len(named) != 1:
        one, other = [*map(clean, named), "?", "?"][:2]
        raise UnreadableBankFile("bank-currencies", one=one, other=other)
    return named[0]


def _parts(
    details: list[EntryFields], whole: Decimal, currency: str, own: str
) -> list[tuple[EntryFields, Decimal, str]]:
    """Each detail with its amount and reference; none where they do not add up to the entry."""
    amounts = []
    for detail in details:
        path = next((path for path in _AMOUNTS if path in detail), "")
        if not path or detail.get(path + "@", currency) != currency:
            return []
        side = detail.get(DETAIL + "CdtDbtInd") or ("CRDT" if whole > 0 else "DBIT")
        amounts.append(xml_amount(detail[path]) * _SIGN[side.strip()])
    if total(amounts) != whole:
        return []
    given = [reference(detail.get(_OWN, "")) for detail in details]
    times = Counter([own, *given])
    references = [
        its if its and times[its] == 1 else own and f"{own}/{place}" for place, its in enumerate(given, 1)
    ]
    return [*zip(details, amounts, references, strict=True)]


def _counts(references: list[str]) -> bool:
    """Whether the references of a statement's entries only count them, or tell them apart no better."""
    given = [its.strip() for its in references if its.strip()]
    return len({*given}) < len(given) or all(
        its.isdecimal() and len(its.lstrip("0")) < 7 and int(its) <= len(references) for its in given
    )


def _booked(fields: EntryFields, only: date | None) -> date:
    """The booking date; where a bank gives none, the only day of the statement, or the value date."""
    if written := fields.get("BookgDt/Dt") or fields.get("BookgDt/DtTm"):
        return _day(written)
    return only or _day(fields.get("ValDt/Dt") or fields.get("ValDt/DtTm") or "")


@lru_cache(maxsize=2_000)
def _day(text: str) -> date:
    found = _DAY.fullmatch(text.strip())
    if not found:
        raise UnreadableBankFile("bank-day", value=clean(text))
    return day_of(*found.groups())


def _bank_line(
    fields: EntryFields, account: str, day: date, amount: Decimal, its: str, line: int
) -> BankLine:
    name, iban = _counterparty(fields, account, amount)
    text = ""
    for path in _TEXTS:
        if path in fields and (text := clean(fields[path])):
            break
    given = tuple(value for path in _GIVEN if path in fields and (value := reference(fields[path])))
    return BankLine(day, amount, name, iban, text, its, line, given)


def _counterparty(fields: EntryFields, account: str, amount: Decimal) -> tuple[str, str]:
    """Name and IBAN of who is at the other side: the payer of what comes in, unless that is the account
    itself, as with a payment that came back."""
    name, iban = _party(fields, "Dbtr" if amount > 0 else "Cdtr")
    if iban == account or not (name or iban):
        name, iban = _party(fields, "Cdtr" if amount > 0 else "Dbtr")
        if iban in ("", account):
            return "", ""
    return name, iban


def _party(fields: EntryFields, side: str) -> tuple[str, str]:
    path = _PARTY + side
    name = fields.get(path + "/Nm") or fields.get(path + "/Pty/Nm") or ""
    return clean(name), counter_iban(fields.get(path + "Acct/Id/IBAN", ""))


def _balance(element: ET.Element) -> _Balance:
    written = element.findtext("Dt/Dt") or element.findtext("Dt/DtTm")
    amount = element.find("Amt")
    side = (element.findtext("CdtDbtInd") or "").strip()
    if amount is None or side not in _SIGN:
        raise UnreadableBankFile("bank-field", field="Bal")
    return _Balance(
        (element.findtext("Tp/CdOrPrtry/Cd") or "").strip(),
        xml_amount(amount.text or "") * _SIGN[side],
        amount.get("Ccy") or "",
        _day(written) if written else None,
    )


def _ends(balances: list[_Balance]) -> tuple[_Balance | None, _Balance | None]:
    """The booked balance before and after the entries; interim ones (`ITBD`) where there is no other."""
    opening, previous, closing, interim = (
        [balance for balance in balances if balance.code == code] for code in ("OPBD", "PRCD", "CLBD", "ITBD")
    )
    end = next(iter([*closing[::-1], *interim[::-1]]), None)
    return next(
        iter([*opening, *previous, *(balance for balance in interim if balance is not end)]), None
    ), end


def _days(
    head: ET.Element, opened: date | None, closed: date | None, lines: list[BankLine]
) -> tuple[date | None, date | None]:
    """The days that the statement says it is of; midnight ends the day before."""
    since, until = head.findtext("FrToDt/FrDtTm"), head.findtext("FrToDt/ToDtTm")
    if not since or not until:
        return named_days(opened, closed, lines)
    first, last = _day(since), _day(until)
    if first < last and "T00:00:00" in until:
        last -= timedelta(days=1)
    days = [line.day for line in lines]
    return min([first, *days]), max([last, *days])


def _pages(statements: list[BankStatement], heads: list[ET.Element]) -> list[BankStatement]:
    """Statements whose pages were given one by one, whole."""
    whole: list[BankStatement] = []
    more = False
    for statement, head in zip(statements, heads, strict=True):
        if more and whole[-1].account == statement.account:
            whole[-1] = joined(whole[-1], statement)
        else:
            whole.append(statement)
        more = head.findtext("StmtPgntn/LastPgInd") in ("false", "0")
    return whole
