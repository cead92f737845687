"""What a member noted on a line, in any order that people use: `12-10 bij 45 mevr Jansen fiets contant`."""

import re
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.text.noted_words import (
    KIND_WORDS,
    LEADING,
    OF_MUCH,
    SAID_PAID,
    cleaned,
    cut_out,
    day_at_start,
    money_taken,
    vat_taken,
)
from scharrel.text.typed import WORKED, amounts_meant, days_meant, no_such_day, quantities_meant
from scharrel.text.words import Words
from scharrel.treasury.cash_book import EventKind

_TITLES = re.compile(
    r"mevr|mevrouw|mw|mej|mrs|ms|dhr|meneer|mijnheer|hr|heer|mr|mister|fam|familie|family|opa|oma|oom|tante"
    r"|buurman|buurvrouw|stichting|bakkerij|restaurant|caf[eé]|school|basisschool|gemeente|wijkgebouw|dr",
    re.IGNORECASE,
)
_PARTICLES = ("van", "de", "der", "den", "het", "'t", "el", "la", "le", "ter", "ten", "di", "da", "von", "du")
_ARTICLES = ("de", "het", "the")
_BEFORE = ("van", "from", "aan", "to", "bij", "at", "door", "by")
_BEHIND = ("voor", "for", "wegens")
_PROJECT = re.compile(r"(?:\bproject\s+|#)(?P<name>\S+)", re.IGNORECASE)
_UNIT = re.compile(
    r"\d{1,2}[uh][0-5]\d|(?:\d{1,2}:[0-5]\d|\d+(?:[.,]\d+)?)\s?"
    r"(?:(?P<km>km|kilometers?|kilometres?)|uur|uren|u|h|hours?|min|minuten|minutes)",
    re.IGNORECASE,
)
_TIMES = re.compile(r"(\d{1,2})\s?[x×]", re.IGNORECASE)
_MARKED = re.compile(r"^[-+\u2212€]|€|,-$|,=$|\.-$|[.,]\d\d?$", re.IGNORECASE)
_PARTS = re.compile(r"\s*;\s*|,\s+|\s+(?:en|and|\+|&)\s+", re.IGNORECASE)
_LONGEST_DAY = 3
_EUROS = ("€", "eur", "euro", "euros")
_SIGNS = ("+", "-", "\u2212")


class Noted(NamedTuple):
    """What is known of an event, and what it can be where that is not certain: `amounts` and `days` have
    every reading; `split` says whether from whom and for what are certainly told apart. `money` is the word
    for where it is (cash, bank, own, or invoice for what `customer` is to be sent), `rate` nothing where
    nothing is said of VAT, `vat` why an invoice has none. `line` is where it stands, `likely` the day to
    offer where `days` has none."""

    kind: EventKind | None = None
    amounts: tuple[Decimal, ...] = ()
    days: tuple[date, ...] = ()
    who: str = ""
    what: str = ""
    split: bool = True
    account: str = ""
    money: str = ""
    rate: Decimal | None = None
    project: str = ""
    purpose: str = ""
    reason: str = ""
    earned: date | None = None
    line: int = 0
    text: str = ""
    customer: str = ""
    vat: str = ""
    likely: date | None = None


class _Found(NamedTuple):
    """A number among the words: on which of them it begins, how many it takes, what it can be, of which kind
    of event its unit is, and whether it is certainly how much."""

    at: int
    taken: int
    amounts: tuple[Decimal, ...]
    kind: EventKind | None
    marked: bool


def noted_lines(text: str, today: date, names: Collection[str] = (), line: int = 0) -> list[Noted]:
    """What the line says: more than one event where each of its parts has one amount of its own."""
    said = cleaned(text, today)
    days, words = day_at_start(said.split(), today)
    parts = _PARTS.split(" ".join(words))
    many = _count(" ".join(words), today)
    own = [_count(part, today) for part in parts]
    if many < 2 or sum(own) != many or max(own) != 1 or not own[0]:
        return [noted_line(text, today, names, line)]
    events: list[str] = []
    for part, number in zip(parts, own, strict=True):
        events = [*events, part] if number else [*events[:-1], f"{events[-1]}, {part}"]
    found = [noted_line(event, today, names, line) for event in events]
    return [one if one.days else one._replace(days=days) for one in found]


def _count(said: str, today: date) -> int:
    return len(_numbers(vat_taken(" ".join(day_at_start(said.split(), today)[1]))[2].split()))


def noted_line(text: str, today: date, names: Collection[str] = (), line: int = 0) -> Noted:
    """What the line says, as far as it is certain; `names` are those of whom was written before."""
    earned, said = _earned_taken(cleaned(text, today), today)
    days, words = day_at_start(said.split(), today)
    rate, besides, said = vat_taken(" ".join(words))
    money, said = money_taken(said)
    noted = Noted(days=days, rate=rate, money=money, earned=earned, line=line, text=" ".join(text.split()))
    if project := _PROJECT.search(said):
        noted, said = noted._replace(project=project["name"].strip(",;")), cut_out(said, project)
    noted, words = _kind_and_amount(noted, said.split())
    if besides:
        noted = noted._replace(amounts=())
    if not noted.days:
        days, words = _day_at_end(words, today)
        noted = noted._replace(days=days)
    words = [word for word in words if word.casefold().strip("(),;.") not in SAID_PAID]
    if noted.kind in ("hours", "km"):
        return noted._replace(what=_plain(words))
    return with_parties(noted, words, names)


def impossible_day(text: str, today: date) -> str:
    """What in the text is written as a day that there is not, as `31-2`; else empty."""
    words = [word.strip(",:;") for word in text.split()]
    spans = (
        " ".join(words[nth : nth + count])
        for nth in range(len(words))
        for count in range(1, _LONGEST_DAY + 1)
    )
    whole = " ".join(words)  # behind other words `45 Jan` is what Jan paid
    fits = (span for span in spans if whole.startswith(span) or not re.search(r"[^\W\d]", span))
    return next((span for span in fits if no_such_day(span, today)), "")


def day_not_read(words: Words, said: str, today: date) -> str:
    """Why what is typed is no day: there is no such day, or it reads as none."""
    if impossible := impossible_day(said, today):
        return words("book.no-such-day", said=impossible)
    return words("book.no-day", said=said)


def _earned_taken(said: str, today: date) -> tuple[date | None, str]:
    """The day of the work where the line says that (`20-11 werk 28-10`), and the line without it."""
    for worked in WORKED.finditer(said):
        behind = said[worked.end() :].split()
        for count in range(min(_LONGEST_DAY, len(behind)), 0, -1):
            day = " ".join(behind[:count]).strip(",;.")
            if re.match(r"\d+\D", day) and len(days := days_meant(day, today)) == 1:
                return days[0], " ".join([said[: worked.start()].rstrip(" ,;"), *behind[count:]]).strip(" ,;")
    return None, said


def _day_at_end(words: list[str], today: date) -> tuple[tuple[date, ...], list[str]]:
    for count in range(min(_LONGEST_DAY, len(words)), 0, -1):
        said = " ".join(words[-count:])
        if (days := days_meant(said, today)) and not said.isdecimal() and len(said) > 2:
            return days, words[:-count]
    return (), words


def _numbers(words: Sequence[str]) -> list[_Found]:
    """The numbers among the words that say how much: those that certainly do, else all."""
    found: list[_Found] = []
    nth = 0
    while nth < len(words):
        one = _number_at(words, nth)
        found += [one] if one else []
        nth += one.taken if one else 1
    return [one for one in found if one.marked] or found


def _number_at(words: Sequence[str], nth: int) -> _Found | None:
    word = words[nth].rstrip(":;,)") if not words[nth].endswith(",-") else words[nth]
    behind = words[nth + 1].rstrip(":;,)") if nth + 1 < len(words) else ""
    before = words[nth - 1].casefold().rstrip(":,") if nth else ""
    for count, said in ((2, f"{word} {behind}"), (1, word)):
        if unit := _UNIT.fullmatch(said):
            return _Found(nth, count, quantities_meant(said), "km" if unit["km"] else "hours", marked=True)
    kind = KIND_WORDS.get(before) if len(before) > 1 else None
    if kind in ("hours", "km") and (amounts := quantities_meant(word)):
        return _Found(nth, 1, amounts, kind, marked=True)
    between = word in _SIGNS and re.search(r"\d$", before)
    signed = word.casefold() in (*_EUROS, *_SIGNS) and not between
    if signed and (amounts := amounts_meant(f"{word.strip('+')} {behind}")):
        more = 1 if nth + 2 < len(words) and words[nth + 2].casefold().strip(",") in _EUROS else 0
        sign: EventKind | None = "in" if word == "+" else "out" if word in _SIGNS else None
        return _Found(nth, 2 + more, tuple(map(abs, amounts)), sign, marked=True)
    amounts = amounts_meant(word.lstrip("+(")) if re.search(r"\d", word) else ()
    if not amounts:
        return None
    euros = behind.casefold() in _EUROS
    sign = "in" if word[0] == "+" else "out" if min(amounts) < 0 else None
    if times := _TIMES.fullmatch(words[nth - 1]) if nth else None:
        amounts = (*amounts, *(amount * int(times[1]) for amount in amounts))
    return _Found(nth, 2 if euros else 1, amounts, sign, euros or bool(kind or _MARKED.search(word)))


def _kind_and_amount(noted: Noted, words: list[str]) -> tuple[Noted, list[str]]:
    """With the kind and how much, as far as they are certain; what is left of the words."""
    while len(words) > 1 and words[0].casefold() in LEADING:
        words = words[1:]
    found = _numbers(words)
    used = {nth for one in found for nth in range(one.at, one.at + one.taken)}
    kinds: set[EventKind] = set()
    for nth, word in enumerate(words):
        kind = KIND_WORDS.get(word.casefold().rstrip(":,.")) if len(word.rstrip(":,.")) > 1 else None
        ends = nth + 1 == len(words) or word.endswith(",")
        before, after = (
            any(one.at == nth + 1 for one in found),
            any(one.at + one.taken == nth for one in found),
        )
        certain = before or (after and ends) or (word.casefold() not in OF_MUCH and (after or not nth))
        if kind and nth not in used and certain:
            kinds.add(kind)
            used.add(nth)
    amounts = tuple(dict.fromkeys(amount for one in found for amount in one.amounts))
    twice = kinds == {"out"} and any(one.kind == "out" for one in found)  # `af -10`: paid, or got back?
    back = kinds == {"in"} and len(found) == 1 and found[0].kind == "out"  # `bij -10`: paid back
    if back:
        amounts = tuple(-abs(amount) for amount in amounts)
    else:
        amounts = tuple(map(abs, amounts))
        kinds |= {one.kind for one in found if one.kind}
    if len({one.kind in ("hours", "km") for one in found}) > 1:
        kinds, amounts = set(), ()
    amounts = () if twice else amounts
    noted = noted._replace(kind=kinds.pop() if len(kinds) == 1 else None, amounts=amounts)
    return noted, [word for nth, word in enumerate(words) if nth not in used]


def with_parties(noted: Noted, words: Sequence[str], names: Collection[str]) -> Noted:
    """With from whom (or to whom) and for what."""
    said = " ".join(words).strip(" ,;:-")
    for mark in (r"\s*[,;]\s*", r"\s+[-–:]\s+", r":\s+"):
        parts = re.split(mark, said, maxsplit=1)
        if len(parts) == 2 and all(parts):
            who = parts[0].split()
            who = who[1:] if who[0].casefold() in _BEFORE and len(who) > 1 else who
            return noted._replace(who=_plain(who), what=_plain(parts[1].split()))
    folded = said.casefold()
    known = [n for n in names if n and (folded == n.casefold() or folded.startswith(f"{n.casefold()} "))]
    if known:
        who = max(known, key=len)
        return noted._replace(who=who, what=_plain(said[len(who) :].split()))
    words = said.split()
    opened = bool(words) and words[0].casefold() in _BEFORE and len(words) > 1
    words = words[1:] if opened else words
    at = next((nth for nth, word in enumerate(words) if nth and word.casefold() in _BEHIND), 0)
    if at:
        return noted._replace(who=" ".join(words[:at]), what=_plain(words[at + 1 :]))
    if len(words) < 2:
        named = opened or noted.kind == "out" or said[:1].isupper() or not said
        return noted._replace(who=" ".join(words), split=named)
    article = words[0].casefold() in _ARTICLES
    if article and len(words) == 2:
        return noted._replace(who=" ".join(words))
    count = 2 if article else 1
    if _TITLES.fullmatch(words[0].rstrip(".")):
        while count < len(words) - 1 and words[count].casefold() in _PARTICLES:
            count += 1
        count += 1
        sure = words[count - 1][:1].isupper()
        return noted._replace(who=" ".join(words[:count]), what=_plain(words[count:]), split=sure)
    return noted._replace(who=" ".join(words[:count]), what=_plain(words[count:]), split=False)


def _plain(words: Sequence[str]) -> str:
    """The words without what stands before them in a sentence."""
    words = list(words)
    while words and words[0].casefold() in _BEHIND:
        words = words[1:]
    return " ".join(words).strip(" ,;:")
