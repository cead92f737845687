"""What a member keeps under a pack, in plain sentences: piece by piece, bend by bend."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import NamedTuple

from scharrel.analysis.breakpoints import Breakpoint, Curve
from scharrel.analysis.kinds import BORN
from scharrel.analysis.lines import Piece
from scharrel.analysis.supposed import quantities
from scharrel.core.pack import Facts
from scharrel.text.findings import euros, supposed_fact
from scharrel.text.grounds import sources_named
from scharrel.text.sentences import label, role_name
from scharrel.text.words import Words, visible

_LETTERS = "ABCDEF"
_MAX_TITLE = 60


class NamedCurve(NamedTuple):
    """A curve and what it is called: a letter when it has company, and a title that no other has."""

    letter: str
    title: str
    curve: Curve

    @property
    def full(self) -> str:
        return f"{self.letter}: {self.title}" if self.letter else self.title


class Supposed(NamedTuple):
    """The member for whom the curves hold: the facts that are told, the least age, and the name of a real
    one, of whom only is told what was asked to be otherwise."""

    facts: Facts
    age: int = 0
    name: str = ""


def name_curves(words: Words, curves: Sequence[tuple[str, Curve]]) -> list[NamedCurve]:
    """Each curve with its name; what the command line called it tells files of one pack apart."""
    titles = [visible(curve.pack.title)[:_MAX_TITLE] for _, curve in curves]
    if len({curve.month for _, curve in curves}) > 1:
        titles = [
            f"{title}, {words.month(curve.month)}" for title, (_, curve) in zip(titles, curves, strict=True)
        ]
    if len(set(titles)) < len(titles):
        titles = [
            f"{title} ({visible(PurePath(asked).name)})"
            for title, (asked, _) in zip(titles, curves, strict=True)
        ]
    letters = _LETTERS if len(curves) > 1 else [""]
    return [
        NamedCurve(letter, title, curve)
        for letter, title, (_, curve) in zip(letters, titles, curves, strict=False)
    ]


def piece_sentences(words: Words, curve: Curve) -> Iterator[tuple[str, str]]:
    """From where to where, and what is kept there; at each bend, what happens."""
    for nth, piece in enumerate(curve.pieces):
        start = money(words, piece.start)
        if piece.end is None:
            where = words("plot.from-on", start=start)
        else:
            where = words("plot.from-to", start=start, end=money(words, piece.end))
        yield where, _slope(words, piece)
        if nth < len(curve.bends):
            bend = curve.bends[nth]
            yield words("plot.at", at=money(words, bend.at)), f"{cause(words, bend)}; {_then(words, bend)}"


class NumberedBend(NamedTuple):
    """A bend, its number, and the letters of the curves that have it; several curves may share one."""

    number: int
    bend: Breakpoint
    letters: list[str]


def numbered_bends(words: Words, some: Sequence[NamedCurve]) -> list[NumberedBend]:
    """Every bend of these curves, from the lowest amount up."""
    found: dict[tuple[Fraction, Fraction, str], tuple[Breakpoint, list[str]]] = {}
    for one in some:
        for bend in one.curve.bends:
            found.setdefault((bend.at, bend.after, cause(words, bend)), (bend, []))[1].append(one.letter)
    return [NumberedBend(number, *found[what]) for number, what in enumerate(sorted(found), 1)]


def piece_rows(
    words: Words, one: NamedCurve, numbered: Sequence[NumberedBend]
) -> Iterator[tuple[str, str, str, str, str]]:
    """The same as a table has it: of each piece the number of the bend at its end, until where it goes, what
    is kept of each euro, and at its end what is kept and what happens."""
    curve = one.curve
    numbers = {known.bend.at: known.number for known in numbered if one.letter in known.letters}
    for nth, piece in enumerate(curve.pieces):
        of_a_euro = words("plot.cents", cents=cents(words, piece.kept))
        if nth == len(curve.bends):
            yield "", words("plot.beyond-that" if nth else "plot.always"), of_a_euro, "", ""
            return
        bend = curve.bends[nth]
        then = f"{cause(words, bend)}; {_then(words, bend)}" if bend.jumps else cause(words, bend)
        yield str(numbers[bend.at]), money(words, bend.at), of_a_euro, money(words, bend.before), then


def cause(words: Words, bend: Breakpoint) -> str:
    """What happens at the bend."""
    return words(f"plot.bend.{bend.cause}", step=label(words, bend.step), cents=cents(words, bend.takes))


def _then(words: Words, bend: Breakpoint) -> str:
    before, after = money(words, bend.before), money(words, bend.after)
    if bend.jumps:
        return words("plot.jump", before=before, after=after)
    return words("plot.then", keep=after)


def _slope(words: Words, piece: Piece) -> str:
    key = (
        "nothing" if not piece.kept
        else "everything" if piece.kept == 1
        else "costs" if piece.kept < 0
        else "some"
    )  # fmt: skip
    return words(f"plot.next.{key}", cents=cents(words, abs(piece.kept)))


def lead(words: Words, some: Sequence[NamedCurve], supposed: Supposed) -> Iterator[str]:
    """For whom and when it holds, a sentence each."""
    months = {one.curve.month for one in some}
    if len(months) == 1:
        yield words("plot.rules-of", month=words.month(months.pop()))
    facts = [supposed_fact(words, fact, value) for fact, value in supposed.facts.items()]
    if supposed.age and BORN not in supposed.facts:
        facts.insert(0, words("plot.old", age=supposed.age))
    if supposed.name:
        yield words("plot.member", name=supposed.name)
        if facts:
            yield words("plot.member-facts", facts=", ".join(facts))
    else:
        yield words("plot.supposed" if facts else "plot.supposed-nothing", facts=", ".join(facts))
    yield from _booked(words, some)
    if missing := uncounted(some):
        roles = ", ".join(role_name(words, role) for role in missing)
        yield words("plot.without", roles=roles)
    yield words("plot.exact")


def uncounted(some: Sequence[NamedCurve]) -> list[str]:
    """The roles by which something is paid, and on which there is nothing."""
    roles = {
        step.role: None
        for one in some
        for step in one.curve.pack.steps
        if step.kind == "per" and step.role and not one.curve.facts.roles.get(step.role)
    }
    return list(map(visible, roles))


def _booked(words: Words, some: Sequence[NamedCurve]) -> Iterator[str]:
    """What the month has beside what comes in, as far as the rules look at it: once, if it is the same."""
    each = [_amounts(words, one.curve) for one in some]
    together = {name: amount for amounts in each for name, amount in amounts.items()}
    if all(together[name] == amount for amounts in each for name, amount in amounts.items()):
        each, marks = [together], [""]
    else:
        marks = [f"{one.letter}: " for one in some]
    for mark, amounts in zip(marks, each, strict=True):
        booked = ", ".join(f"{name} {words.number(amount, '#,##0.00')}" for name, amount in amounts.items())
        yield mark + (words("plot.booked", booked=booked) if booked else words("plot.booked-nothing"))


def _amounts(words: Words, curve: Curve) -> dict[str, Decimal]:
    return {
        label(words, step) if step.kind == "input" else role_name(words, role): amount
        for role, step in quantities(curve.pack).items()
        if (amount := curve.facts.roles.get(role))
    }


def pack_grounds(words: Words, some: Sequence[NamedCurve]) -> Iterator[str]:
    """What each pack rests on."""
    packs: dict[str, list[NamedCurve]] = {}
    for one in some:
        packs.setdefault(one.curve.pack.hash, []).append(one)
    for alike in packs.values():
        pack = alike[0].curve.pack
        letters = ", ".join(one.letter for one in alike if one.letter)
        mark = f"{letters}: " if letters else ""
        sources = " ".join(sources_named(words, pack, list(pack.sources)))
        yield f"{mark}{visible(pack.title)}. {sources}"


def money(words: Words, amount: Fraction) -> str:
    """The amount to the cent, halves up."""
    return words.money(euros(amount))


def cents(words: Words, of_a_euro: Fraction) -> str:
    """A part of a euro as cents, to a hundredth."""
    return words.number(euros(of_a_euro * 100), "#,##0.##")
