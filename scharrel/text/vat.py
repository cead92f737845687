"""A VAT return in words: the boxes in the order of the tax office's form, and what stands behind each."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from scharrel.core.money import ZERO, total
from scharrel.core.period import Period
from scharrel.core.problems import Problem
from scharrel.text.periods import period_name
from scharrel.text.table import columns
from scharrel.text.words import Words
from scharrel.treasury.vat import INPUT_BOX
from scharrel.treasury.vat_return import (
    BOXES,
    KOR_LIMIT,
    MOST_IN_NEXT,
    Behind,
    KorStanding,
    VatBox,
    VatReturn,
    deadline,
    owed,
)

BOOKINGS_SHOWN = 20
"""Of a box on the screen."""


def return_title(words: Words, period: Period) -> str:
    """Of which months."""
    return words("vat.title", period=period_name(words, period))


def deadline_line(words: Words, period: Period) -> Iterator[str]:
    """By when it is due, where that is known."""
    if day := deadline(period):
        yield words("vat.deadline", day=words.day(day))


def box_lines(words: Words, found: VatReturn, width: int) -> list[str]:
    """The boxes as they are filled in, in whole euros."""
    rows = [["", words("vat.box"), words("vat.base"), words("vat.vat")]]
    for box in found.shown[:-1]:
        filed = found.boxes[box].filed
        rows.append([box, words(f"vat.boxes.{box}"), _whole(words, filed.base), _whole(words, filed.vat)])
    due, back = found.whole
    for box, amount in (("5a", due), (INPUT_BOX, back)):
        rows.append([box, words(f"vat.boxes.{box}"), "", _whole(words, amount)])
    key = "pay" if due >= back else "get-back"
    rows.append(["5g", words(f"vat.{key}"), "", _whole(words, abs(due - back))])
    return columns(rows, (0, 1), width)


def _whole(words: Words, amount: Decimal) -> str:
    return words.number(amount, "#,##0")


def behind_lines(
    words: Words, found: VatReturn, names: Mapping[str, str], width: int
) -> Iterator[tuple[str, list[str]]]:
    """Of each box that has anything its exact sum, and the bookings behind it: each with its place."""
    shown = [(box, each) for box in BOXES for each in found.boxes[box].behind[:BOOKINGS_SHOWN]]
    rows = [
        [
            words.short_day(each.day),
            what_is_behind(words, each, names),
            "" if box == INPUT_BOX else words.amount(each.base),
            words.amount(each.vat),
        ]
        for box, each in shown
    ]
    lines: dict[str, list[str]] = {}
    for (box, each), line in zip(shown, columns(rows, (0, 1), width - 3) if rows else (), strict=True):
        lines.setdefault(box, []).extend((f"   {line}", f"     {each.file}:{each.line}"))
    for box, told in lines.items():
        there = found.boxes[box]
        if (more := len(there.behind) - BOOKINGS_SHOWN) > 0:
            told.append("   " + words("vat.more", count=more))
        yield behind_heading(words, box, there), told


def behind_heading(words: Words, box: str, there: VatBox) -> str:
    """Above the bookings of a box: what they come to."""
    values = {"box": box, "label": words(f"vat.boxes.{box}"), "vat": words.money(there.vat)}
    if box == INPUT_BOX:
        return words("vat.behind-back", **values)
    return words("vat.behind", **values, base=words.money(there.base))


def what_is_behind(words: Words, each: Behind, names: Mapping[str, str]) -> str:
    """Whose booking it is, and what it says; or of which return something changed."""
    if each.period:
        return words("vat.change-of", period=each.period)
    return f"{names.get(each.holder, each.holder)}: {each.text}"


def question_lines(words: Words, questions: list[Problem], width: int) -> Iterator[str]:
    """What has to be answered before the return can be booked: each question once, with where it is asked."""
    if not questions:
        return
    yield words("vat.questions", count=len(questions))
    places: dict[str, list[str]] = {}
    for problem in questions:
        place = f"  {problem.file}:{problem.line}: {problem.excerpt}"
        place = place if len(place) <= width else place[: width - 1] + "…"
        places.setdefault(words.problem(problem), []).append(place)
    for question, found in places.items():
        yield question
        yield from found[:BOOKINGS_SHOWN]
        if (more := len(found) - BOOKINGS_SHOWN) > 0:
            yield "  " + words("vat.more", count=more)
    yield ""


def overview_line(words: Words, found: VatReturn) -> str:
    """That this is none to file, where part of it was filed already; else empty."""
    return words("vat.overview") if found.overlapping and not found.filed else ""


def note_lines(words: Words, found: VatReturn, *, paper: bool = False) -> Iterator[str]:
    """Whether it was booked, on the screen also where, and what changed of returns that were."""
    if not paper and (overview := overview_line(words, found)):
        yield overview
    key = "vat.filed-on-paper" if paper else "vat.filed"
    for one in found.filed:
        yield words(key, day=words.day(one.day), file=one.file, amount=_amount(words, one.payable))
    if found.changed:
        yield words("vat.changed")
        for period, rows in found.changed.items():
            amount = total(map(owed, rows))
            yield "  " + words("vat.change", period=str(period), amount=words.money(amount + ZERO))
        values = {"together": words.money(abs(found.together)), "limit": words.money(MOST_IN_NEXT)}
        if abs(found.together) > MOST_IN_NEXT:
            periods = ", ".join(f"scharrel vat {period} --book" for period in found.changed)
            yield words("vat.supplementary", **values, commands=periods)
        else:
            yield words("vat.in-this" if found.taken else "vat.in-next", **values)
    if found.unknown:
        yield words("vat.unknown-on-paper" if paper else "vat.unknown", count=found.unknown)
    if found.unfiled and not found.filed:
        amounts = ", ".join(f"{account} {words.money(amount)}" for account, amount in found.unfiled.items())
        yield words("vat.unfiled", day=words.day(found.period.first.first_day), amounts=amounts)
    if found.kor:
        yield from kor_lines(words, found.kor)


def _amount(words: Words, amount: Decimal) -> str:
    return words("vat.to-pay" if amount >= 0 else "vat.to-get-back", amount=words.money(abs(amount)))


def kor_lines(words: Words, kor: KorStanding) -> Iterator[str]:
    """How the year stands against the limit of the small-business scheme."""
    values = {"turnover": words.money(kor.turnover), "month": words.month(kor.through)}
    yield words("vat.kor", **values, limit=words.money(KOR_LIMIT))
    if kor.passes == kor.through:
        yield words("vat.kor-passed")
    elif kor.passes:
        yield words("vat.kor-ahead", month=words.month(kor.passes))
