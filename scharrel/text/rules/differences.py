"""What changes from one pack to another, in the sentences that tell a pack."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from scharrel.core.month import Month
from scharrel.core.pack import Pack, Param, Source, Step, Term
from scharrel.text.grounds import cited
from scharrel.text.rules.figures import Value, dated, place_name, value_text, yearly
from scharrel.text.rules.pack import (
    accepted_text,
    account_text,
    limit_sentences,
    pack_sentences,
    source_text,
)
from scharrel.text.rules.steps import Said, step_name, step_sentences
from scharrel.text.sentences import label
from scharrel.text.words import Words


class Edition(NamedTuple):
    """A pack as it holds in a month; `called` is what people call each account."""

    pack: Pack
    month: Month
    called: Mapping[str, str] = MappingProxyType({})


class DiffLine(NamedTuple):
    """One thing that changes; `mark` is was, becomes, new, gone, or empty for what only leads to it."""

    mark: str
    text: str


class DiffSection(NamedTuple):
    """What changes in a step, or in what holds for all of them."""

    heading: str
    lines: Sequence[DiffLine]


def differences(words: Words, was: Edition, becomes: Edition) -> list[DiffSection]:
    """Everything that changes, in the order of the new pack; what fell away comes after its steps."""
    before = {step.id: step for step in was.pack.steps}
    after = {step.id: step for step in becomes.pack.steps}
    moved = _moved(list(before), list(after))
    parts = [DiffSection(words("diff.pack"), list(_of_pack(words, was, becomes)))]
    for number, step in enumerate(becomes.pack.steps, 1):
        if old := before.get(step.id):
            lines = list(_of_step(words, was, becomes, old, step, moved=step.id in moved))
            parts.append(DiffSection(words("diff.step", number=number, label=label(words, step)), lines))
        else:
            lines = [*_whole(words, becomes, step), *_grounds(words, becomes, step)]
            parts.append(DiffSection(words("diff.new-step", label=label(words, step)), lines))
    for step in was.pack.steps:
        if step.id not in after:
            lines = list(_whole(words, was, step))
            parts.append(DiffSection(words("diff.gone-step", label=label(words, step)), lines))
    accepted = [
        {
            (entry.code, entry.step): accepted_text(words, pack, entry, numbered=False)
            for entry in pack.accepted
        }
        for pack in (was.pack, becomes.pack)
    ]
    parts.append(DiffSection(words("show.accepted"), list(_compared(*accepted))))
    sources = [
        {name: source_text(words, source) for name, source in pack.sources.items()}
        for pack in (was.pack, becomes.pack)
    ]
    parts.append(DiffSection(words("show.sources"), list(_compared(*_without_shared(*sources)))))
    return [part for part in parts if part.lines]


def _of_pack(words: Words, was: Edition, becomes: Edition) -> Iterator[DiffLine]:
    both = was, becomes
    yield from _compared(*({"": words("diff.called", title=e.pack.title)} for e in both))
    yield from _said(*(list(pack_sentences(words, e.pack)) for e in both))
    yield from _said(*(list(limit_sentences(words, e.pack, e.month)) for e in both))
    yield from _of_figures(words, was.pack, becomes.pack, *(_by_role(e.pack) for e in both))


def _by_role(pack: Pack) -> dict[str, Term]:
    """The yearly limits, each by what it counts."""
    return {limit.role: figure for limit, figure in zip(pack.year_limits, yearly(pack), strict=True)}


def _of_step(
    words: Words, was: Edition, becomes: Edition, old: Step, new: Step, *, moved: bool
) -> Iterator[DiffLine]:
    """A step that both have."""
    names = [{"": words("diff.step-called", label=label(words, step))} for step in (old, new)]
    yield from _compared(*names)
    if moved:
        yield from _compared({"": _place(words, was.pack, old)}, {"": _place(words, becomes.pack, new)})
    yield from _said(
        step_sentences(words, was.pack, old, was.month),
        step_sentences(words, becomes.pack, new, becomes.month),
    )
    before, after = ({figure.about: figure for figure in step.terms()} for step in (old, new))
    yield from _of_figures(words, was.pack, becomes.pack, before, after)
    rests = [
        {"": words("diff.step-rests", **_rests(words, pack.sources[step.source]))}
        for pack, step in ((was.pack, old), (becomes.pack, new))
    ]
    yield from _compared(*rests)
    accounts = [
        {"": account_text(words, step, edition.called)} if step.to else {}
        for edition, step in ((was, old), (becomes, new))
    ]
    yield from _compared(*accounts)


def _of_figures(
    words: Words, was: Pack, becomes: Pack, before: Mapping[str, Term], after: Mapping[str, Term]
) -> Iterator[DiffLine]:
    """The dated values of each figure, also those of other months, and what they rest on."""
    for about in dict.fromkeys([*before, *after]):
        pair = before.get(about), after.get(about)
        yield from _compared(*(_values(words, figure) for figure in pair))
        rests = (
            _figure_rests(words, pack, figure) for pack, figure in zip((was, becomes), pair, strict=True)
        )
        yield from _compared(*rests)


def _values(words: Words, figure: Term | None) -> dict[Month, str]:
    def shown(figure: Term, since: Month, value: Value) -> str:
        day = words.day(since.first_day)
        text = value_text(words, figure, value)
        return words("diff.figure", what=place_name(words, figure), day=day, figure=text)

    if figure is None or not isinstance(figure.operand, Param):
        return {}
    return {since: shown(figure, since, value) for since, value in figure.operand.values}


def _figure_rests(words: Words, pack: Pack, figure: Term | None) -> dict[str, str]:
    if figure is None or not isinstance(figure.operand, Param):
        return {}
    rests = _rests(words, pack.sources[figure.operand.source])
    return {"": words("diff.figure-rests", what=place_name(words, figure), **rests)}


def _whole(words: Words, edition: Edition, step: Step) -> Iterator[DiffLine]:
    """All of a step that only one of them has."""
    for said in step_sentences(words, edition.pack, step, edition.month):
        yield DiffLine("", said.text)
        yield from (DiffLine("", f"- {row}") for row in said.rows)


def _grounds(words: Words, edition: Edition, step: Step) -> Iterator[DiffLine]:
    """Where a new step stands, since when its figures hold, and what it rests on."""
    pack = edition.pack
    yield DiffLine("", _place(words, pack, step))
    for figure in dated(words, step.terms(), edition.month):
        if figure.source == step.source:
            yield DiffLine("", figure.text)
        else:
            source = pack.sources[figure.source]
            yield DiffLine("", words("diff.dated-rests", dated=figure.text, **_rests(words, source)))
    yield DiffLine("", words("diff.step-rests", **_rests(words, pack.sources[step.source])))
    if step.to:
        yield DiffLine("", account_text(words, step, edition.called))


def _said(was: list[Said], becomes: list[Said]) -> Iterator[DiffLine]:
    before, after = ({said.about: said for said in some} for some in (was, becomes))
    for about in dict.fromkeys([*before, *after]):
        old, new = before.get(about), after.get(about)
        if old and new and old.text == new.text:
            rows = list(_rows(old.rows, new.rows))
            yield from [DiffLine("", old.text), *rows] if rows else []
        else:
            for mark, said in (("was" if new else "gone", old), ("becomes" if old else "new", new)):
                if said:
                    yield DiffLine(mark, said.text)
                    yield from (DiffLine("", f"- {row}") for row in said.rows)


def _rows(was: Sequence[str], becomes: Sequence[str]) -> Iterator[DiffLine]:
    """The rows of two lists that differ, each beside the one with the same name."""
    before, after = ({row.rpartition(": ")[0]: row for row in rows} for rows in (was, becomes))
    yield from _compared(before, after)


def _compared(was: Mapping[Any, str], becomes: Mapping[Any, str]) -> Iterator[DiffLine]:
    """The texts that differ, by key in the order of the new ones."""
    for key in dict.fromkeys([*becomes, *was]):
        old, new = was.get(key), becomes.get(key)
        if old == new:
            continue
        if old is not None:
            yield DiffLine("was" if new is not None else "gone", old)
        if new is not None:
            yield DiffLine("becomes" if old is not None else "new", new)


def _without_shared(was: Mapping[str, str], becomes: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Both without the texts that the other has too, whatever they are called there."""
    shared = set(was.values()) & set(becomes.values())
    for texts in (was, becomes):
        yield {name: text for name, text in texts.items() if text not in shared}


def _moved(was: list[str], becomes: list[str]) -> set[str]:
    """The steps of both that stand in another order: the least that has to be moved."""
    kept = set(was) & set(becomes)
    before, after = ([step for step in steps if step in kept] for steps in (was, becomes))
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    still = {step for block in blocks for step in before[block.a : block.a + block.size]}
    return kept - still


def _place(words: Words, pack: Pack, step: Step) -> str:
    number = pack.steps.index(step)
    if not number:
        return words("diff.first")
    return words("diff.place", step=step_name(words, pack, pack.steps[number - 1].id))


def _rests(words: Words, source: Source) -> dict[str, str]:
    return {"kind": words(f"diff.kind.{source.kind}"), "source": cited(words, source)}
