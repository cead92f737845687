"""The words and signs with which people say what an event was, and how it was paid."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from scharrel.text.typed import days_meant, no_such_day, rate_meant
from scharrel.treasury.cash_book import EventKind

_WORDS_OF_KINDS: Sequence[tuple[EventKind, str]] = (
    ("in", "bij erbij in binnen ontvangen gekregen kreeg verdiend verkocht verkoop inkomsten"
     " income received got earned sold i b"),
    ("out", "af eraf uit out gekocht kocht uitgegeven uitgave uitgaven kosten spent bought expense o a"),
    ("hours", "uren uur u hours hour h gewerkt worked"),
    ("km", "km kilometer kilometers kilometre kilometres k gereden gereisd drove"),
    ("pot", "pot spaarpot opname savings p"),
)  # fmt: skip
KIND_WORDS: Mapping[str, EventKind] = {
    word: kind for kind, words in _WORDS_OF_KINDS for word in words.split()
}
"""What kind of event a word is for."""
OF_MUCH = frozenset(["bij", "in", "uit", "out", "pot", "binnen", "savings"])
"""Words that are for a kind of event only next to how much: `bij Gamma` says where it was bought."""
LEADING = frozenset(
    [
        "ik",
        "heb",
        "er",
        "is",
        "kwam",
        "ging",
        "en",
        "nog",
        "ook",
        "geld",
        "euro",
        "voor",
        "mij",
        "me",
        "we",
        "i",
        "have",
        "has",
        "was",
        "some",
        "money",
        "came",
        "went",
    ]
)
"""Words with which people begin before they say of what kind it is."""
MONEY_WORDS: Mapping[str, str] = {
    word: place
    for place, words in (
        ("cash", "contant contante kas cash c"),
        ("bank", "bank overgemaakt overboeking overschrijving bankoverschrijving giro transfer b"),
        ("own", "eigen own privé prive private e o"),
    )
    for word in words.split()
}
SAID_PAID = frozenset(
    [
        "betaald",
        "betaalde",
        "betaalt",
        "gepind",
        "pin",
        "pinpas",
        "pinnen",
        "tikkie",
        "ideal",
        "paid",
        "pays",
        "card",
        "contactless",
    ]
)
"""Words that say that it was paid, but not by whom, or not of whose money."""
_PLACES = (
    ("invoice", r"\b(?:op (?:rekening|factuur)|on (?:account|invoice))\b"),
    ("own", r"\b(?:(?:met|van|op|uit|from|with|on|to) )?(?:(?:mijn|m'n) )?(?:eigen|mijn|own|my)(?: own)? "
     r"(?:geld|zak|rekening|bank|pas|pinpas|money|account|card|pocket)\b"),
    ("bank", r"\b(?:op|per|via|by) (?:de |the )?bank\b"),
)  # fmt: skip
_INVOICE_WORDS = frozenset(
    (
        "op rekening",
        "op factuur",
        "rekening",
        "factuur",
        "f",
        "on account",
        "account",
        "on invoice",
        "invoice",
    )
)
_VAT = re.compile(
    r"(?:\b(?P<besides>excl\.?|exclusief|ex|plus)\s+|\b(?:met|incl\.?|inclusief|with|waarvan)\s+)?"
    r"(?:\b(?:btw|vat)\b\s*:?\s*(?:(?P<after>\d{1,2}|geen|nee|no)\b(?![.,]\d)\s*%?|€?\s*\d+[.,]\d\d\b|)"
    r"|\b(?P<before>\d{1,2}\s*%)(?:\s*(?:btw|vat)\b)?|\b(?P<none>geen|zonder|no|without)\s+(?:btw|vat)\b"
    r"|(?<=,)\s+(?P<alone>21|9)\s*(?=,|$))",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:[*•·▪◦‣]|[-–—](?=\s+\D))\s*")
_NUMBERED = re.compile(r"(?:\d{1,2}[.)]|[a-z]\))\s+(?=\S+\s)")
_DASH = re.compile(r"[-–—]\s+")
_MESSAGE = re.compile(
    r"\[?(?P<day>\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}),? \d{1,2}:\d\d(?::\d\d)?\]?(?: -)? [^:]{1,40}: (?P<said>.*)"
)
_STEERS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_OF_PICTURES = re.compile("[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|(?<= )\u200d")
_CLOCK = re.compile(r"\d{1,2}:[0-5]\d(?::[0-5]\d)?")
_LONGEST_DAY = 3


def kind_meant(said: str) -> EventKind | None:
    """What kind of event the words are for, if they say nothing else."""
    words = [word.strip(" :,.!") for word in said.casefold().split()]
    kinds = {KIND_WORDS[word] for word in words if word in KIND_WORDS and (len(word) > 1 or len(words) == 1)}
    rest = [word for word in words if word not in KIND_WORDS and word not in LEADING]
    return kinds.pop() if len(kinds) == 1 and not rest else None


def money_meant(said: str) -> str:
    """Where the money is: cash, bank, own or invoice; empty where that is not said."""
    folded = " ".join(said.casefold().split()).strip(" .!")
    if folded in _INVOICE_WORDS:
        return "invoice"
    found = next((place for place, form in _PLACES if re.search(form, folded)), "")
    words = {MONEY_WORDS[w] for w in folded.split() if w in MONEY_WORDS and (len(w) > 1 or w == folded)}
    return found or (words.pop() if len(words) == 1 else "")


def money_taken(said: str) -> tuple[str, str]:
    """Where the line says that the money is, and the line without that."""
    for place, form in _PLACES:
        if found := re.search(form, said, re.IGNORECASE):
            return place, cut_out(said, found)
    words = said.split()
    for nth in (len(words) - 1, *range(len(words) - 1)):
        word = words[nth].casefold().strip("(),;.") if words else ""
        if len(word) > 2 and (place := MONEY_WORDS.get(word, "")):
            return place, " ".join(words[:nth] + words[nth + 1 :])
    return "", said


def vat_taken(said: str) -> tuple[Decimal | None, bool, str]:
    """The rate of VAT that the line says, whether it comes on top of the amount, and the rest of the line."""
    rate, besides = None, False
    while found := _VAT.search(said):
        told = found["after"] or found["before"] or found["alone"]
        rate = Decimal(0) if found["none"] else rate_meant(told) if told else rate
        besides = besides or bool(found["besides"])
        said = cut_out(said, found)
    return rate, besides, said


def cut_out(said: str, found: "re.Match[str]") -> str:
    """The line without what was found in it."""
    return " ".join(f"{said[: found.start()]} {said[found.end() :]}".split())


def message_meant(text: str, today: date) -> tuple[date | None, str]:
    """The day on which it was sent and what it says, if this is a line of a conversation on a telephone; else
    no day, and the line."""
    said = _STEERS.sub("", text).strip()
    found = _MESSAGE.fullmatch(said)
    days = days_meant(found["day"], today) if found else ()
    return (days[0], found["said"]) if found and len(days) == 1 else (None, said)


def cleaned(text: str, today: date) -> str:
    """The line without pictures and what stands before it in a list; what is in brackets comes behind a
    comma."""
    said = "".join(" " if unicodedata.category(sign) == "So" else sign for sign in _STEERS.sub("", text))
    said = _OF_PICTURES.sub(" ", said)
    said = re.sub(r"\s*\(([^()]*)\)", r", \1", said).strip()
    dash = _DASH.match(said)
    begin = dash if dash and day_at_start(said[dash.end() :].split(), today)[0] else _BULLET.match(said)
    said = said[begin.end() :] if begin else said
    number = _NUMBERED.match(said)
    return said[number.end() :] if number and not day_at_start(said.split(), today)[0] else said


def day_at_start(words: list[str], today: date) -> tuple[tuple[date, ...], list[str]]:
    """The days that the first words can be, and the words behind them."""
    for count in range(min(_LONGEST_DAY, len(words)), 0, -1):
        said, rest = " ".join(words[:count]).rstrip(",:;"), words[count:]
        if (days := days_meant(said, today)) and not said.isdecimal():
            more, behind = day_at_start(rest, today) if count == 1 else ((), rest)
            if more and not re.search(r"\d", said):  # `ma 12-10`: the day of the week says nothing more
                return more, behind
            return days, rest[1:] if rest and _CLOCK.fullmatch(rest[0]) else rest
        if no_such_day(said, today):
            return (), rest
    return (), words
