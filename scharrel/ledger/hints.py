"""What people type that no parser can read, and the problem that names it."""

import re
from collections.abc import Callable, Mapping

from scharrel.core.intended import amount_in, date_in, hours_in, impossible_date, posting_in
from scharrel.core.problems import REGISTER, Problem
from scharrel.treasury.accounts import TEXT_KEYS

_ROOTS = "Assets|Liabilities|Equity|Income|Expenses"
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_DATED = re.compile(r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})\b")
_ACCOUNT = re.compile(rf"\b(?:{_ROOTS}):\S+")
_POSTING = re.compile(rf"\s+(?:{_ROOTS}):", re.IGNORECASE)
BEHIND_STAR = re.compile(
    rb"\n[*!&?%:]+[ \t]*(?:"
    rb"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})\b"
    rb'(?=[^\n]*(?:"|\d[.,]\d\d\b|\bEUR\b|\xe2\x82\xac|\b(?:open|close|balance|custom)\b))'
    rb'|"[^"\n]*"[^\n]*\d[ \t]*(?:EUR|\xe2\x82\xac)'
    rb")[^\n]*"
)
_FAR = 100
"""Lines of one booking that are looked at."""
_KEY = re.compile(r"\s+([A-Za-z][\w-]*):(?:\s+(.*))?$")
_AS_NUMBER = re.compile(r'\s+([a-z][\w-]*):\s+(\d[^"]*?)\s*')


def hint(shown: str, lines: list[str], number: int) -> Problem:
    """What is most likely wrong with the line of that number (from 1), and where that really is."""
    lines = lines if number <= len(lines) else [*lines, *[""] * (number - len(lines))]
    if number > 1 and not lines[number - 1].strip() and lines[number - 2].strip():
        number -= 1  # where the parser missed the end of the line above
    line = without_texts(lines[number - 1])

    def at(code: str, /, place: int = number, **values: str) -> Problem:
        return Problem(shown, place, code, values, excerpt=lines[place - 1].rstrip("\r"))

    if shown == REGISTER and (told := _AS_NUMBER.fullmatch(line)) and told[1] in TEXT_KEYS:
        return at("text-unquoted", key=told[1], value=told[2])
    if wrong := impossible_date(line):
        return at("impossible-date", date=wrong)
    for code, fits in _SIGNS.items():
        if fits(line):
            values = _values(code, lines[number - 1])
            quantity = code == "number-format" and not values["example"].endswith(" EUR")
            return at("unit-format" if quantity else code)._replace(values=values)
    if (key := _KEY.fullmatch(line)) and key[1] not in _ROOTS.split("|"):
        if key[1][0].isupper():
            return at("key-case", key=key[1].lower())
        if re.fullmatch("true|false|ja|nee|yes|no|waar|onwaar", (key[2] or "").lower()):
            return at("yes-or-no", key=key[1])
        if key[1] == "earned" and key[2]:
            return at("earned-not-a-date")
        if re.match("[A-Za-z]", key[2] or ""):
            return at("unquoted", key=key[1])
        if key[2]:
            return at("unreadable-value", key=key[1])
    if shown.endswith("/coop.beancount"):
        return at("unreadable-register")
    if shown.endswith("/accounts.beancount"):
        return at("unreadable-chart")
    if _DATED.match(line):
        starred = re.match(r'\S+\s+[*!"]', line)
        return at("no-star" if starred and starred[0][-1] == '"' else "unreadable-first")
    if _POSTING.match(line):
        return _posting(shown, line, lines, number, at)
    return at("unreadable-line")


def without_texts(line: str) -> str:
    """The line with every text empty, and without what is said behind a semicolon."""
    return _QUOTED.sub('""', line).partition(";")[0].rstrip()


def _posting(shown: str, line: str, lines: list[str], number: int, at: Callable[..., Problem]) -> Problem:
    """A posting that cannot be read: by what stands above it, or by what is on it."""
    account = line.split(maxsplit=1)[0]
    if not re.match(rf"(?:{_ROOTS}):", account):
        return at("account-name", account=account)
    above = number - 1
    while above and not lines[above - 1].strip():
        above -= 1
    first = above
    while first > max(number - _FAR, 0) and (not lines[first - 1].strip() or lines[first - 1][0] in " \t;"):
        first -= 1
    if first and BEHIND_STAR.match(b"\n" + lines[first - 1].encode()):
        return behind_star(shown, first, lines[first - 1])
    if first and re.match(r'[*!]\s*"', lines[first - 1]):
        return at("no-date", place=first)
    if above < number - 1 and first and _DATED.match(lines[first - 1]):
        return at("split-booking", booking=str(first))
    return at("unreadable-posting", example=posting_in(line))


def behind_star(shown: str, number: int, line: str) -> Problem:
    """A line that the parser passes over because of the sign before it, and that looks like a booking."""
    said = line.lstrip("*!&?%: \t")
    day = date_in(said) or "2026-10-31"
    texts = " ".join(_QUOTED.findall(said)[:2]) or '"…"'
    values = {"sign": line[0], "example": f"{day} * {texts}"}
    return Problem(shown, number, "behind-star", values, excerpt=line.rstrip("\r"))


def _values(code: str, line: str) -> dict[str, str]:
    """What the message of that code repeats, as the writer should have written it."""
    if code in _AMOUNTS:
        return {"example": amount_in(line) or _AMOUNTS[code]}
    if code == "hours-format":
        return {"example": hours_in(line)}
    if code == "date-format":
        return {"example": date_in(line) or "2026-10-31"}
    if code == "account-case":
        found = _ACCOUNT.search(line)
        account = found[0] if found else ""
        return {"account": account, "example": ":".join(p[:1].upper() + p[1:] for p in account.split(":"))}
    if code == "inner-quotes":
        texts = [text for text in _WHOLE_TEXT.findall(line) if '"' in text]
        return {"example": '"' + (texts[0].replace('"', "'") if texts else "…") + '"'}
    return {}


def _has(pattern: str) -> Callable[[str], bool]:
    """Whether the line has it; compiled when the first line is looked at, which most runs have not."""
    return lambda line: bool(re.search(pattern, line))


_WHOLE_TEXT = re.compile(r'"(.*?)"(?=\s+"|\s*(?:$|[;^#]))')
_AMOUNTS = {
    **dict.fromkeys(("number-format", "euro-sign", "euro-word", "currency-first", "unit-case"), "12.50 EUR"),
    **dict.fromkeys(("minus-sign", "minus-behind"), "-12.50 EUR"),
}
"""Messages that show an amount, and which when there is none on the line."""

# The first that fits is told.
_SIGNS: Mapping[str, Callable[[str], bool]] = {
    "invisible": _has(r"[\xa0\xad\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]"),
    "open-quote": lambda line: line.count('"') % 2 == 1,
    "inner-quotes": _has(r'""[^\s"^#|]|[^\s"]""'),
    "curly-quote": _has(r"[“”„«»‘’]|(?:^|\s)'[^']*'"),
    "minus-sign": _has(r"[\u2010-\u2015\u2212]\s*\d"),
    "account-case": _has(
        rf"^(?:\S+\s+(?:open|close|balance|note)\s+|\s+)(?:{_ROOTS})(?::[A-Z0-9][^\s:]*)*:[a-z]"
    ),
    "hours-format": lambda line: bool(hours_in(line)),
    "number-format": _has(
        r"\d,\d{1,2}(?!\d)|\d\.\d{3},\d|\d,-|\d[.,]\d{3}[.,]\d|\d['’]\d{3}"
        r"|\d \d{3}(?:[.,]\d{1,2})?(?=\s*(?:EUR|€|$))|\s-?[.,]\d"
    ),
    "minus-behind": _has(r"\d-(?=\s|$)"),
    "euro-sign": _has("€"),
    "euro-word": _has(r"\d\s*(?:eur|Eur|[Ee]uros?)\b"),
    "unit-case": _has(rf"^\s+(?:{_ROOTS}):\S+\s+-?[\d.]+\s+[A-Za-z]*[a-z][A-Za-z]*$"),
    "currency-first": _has(r"(?<!\d )(?<!\d)\bEUR\s+-?\d"),
    "date-format": _has(
        r"^\s*(?:\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}\s+[a-z]+\.?\s+\d{4}|\d{4}[. ]\d{1,2}[. ]\d{1,2})\b"
    ),
    "indented-date": _has(r"^\s+\d{4}[-/]\d{1,2}[-/]\d{1,2}\b"),
    "not-indented": _has(rf"^(?:(?:{_ROOTS}):|[a-z][\w-]*:\s)"),
}
