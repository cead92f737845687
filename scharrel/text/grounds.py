"""What a step and its figures rest on: since when they hold, and by which source."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from scharrel.core.facts import Holder
from scharrel.core.pack import Figure, Pack, Source
from scharrel.core.trace import StepResult
from scharrel.text.words import Words


def grounds(words: Words, result: StepResult, pack: Pack) -> Iterator[str]:
    """Since when each figure holds, and the source of the step and of its figures."""
    yield from since(words, result, pack)
    yield from sources(words, result, pack)


def since(words: Words, result: StepResult, pack: Pack) -> Iterator[str]:
    """Since when each figure holds; not of a rate where nothing is above the threshold."""
    for figure in _dated(result):
        if figure.since and not (figure is result.figure and "below-threshold" in result.why):
            yield words("explain.since", figure=_shown(words, figure, pack), month=words.month(figure.since))


def sources(words: Words, result: StepResult, pack: Pack) -> Iterator[str]:
    """What the step and its figures rest on, each once."""
    yield from sources_named(words, pack, source_names(result))


def source_names(result: StepResult) -> list[str]:
    """The sources of the step and of its figures, each once."""
    figures = (figure.source for figure in _dated(result) if figure.source)
    return list(dict.fromkeys([result.step.source, *figures]))


def sources_named(words: Words, pack: Pack, names: Sequence[str]) -> Iterator[str]:
    """These sources of the pack, each once, with the votes of a decision."""
    for name in dict.fromkeys(names):
        source = pack.sources[name]
        yield " ".join(
            [words(f"explain.source.{source.kind}", ref=cited(words, source)), *votes(words, source)]
        )


def rests_on(words: Words, result: StepResult, pack: Pack) -> str:
    """The sources of the step and of its figures in one line, each once and without votes."""
    return "; ".join(source_in_line(words, pack.sources[name]) for name in source_names(result))


def source_in_line(words: Words, source: Source) -> str:
    """What kind of source it is, and where it is found."""
    return words(f"explain.source.{source.kind}", ref=cited(words, source)).removesuffix(".")


def cited(words: Words, source: Source) -> str:
    """Where a source is found; of a decision also when and where on the agenda it was taken. What others
    decided is not said of an example."""
    if source.example:
        return words("rule.example-ref")
    text = source.ref_en if words.lang == "en" and source.ref_en else source.ref
    if source.day:
        text = words("rule.cited-day", ref=text, day=words.day(source.day))
    if source.item:
        item = source.item
        text += ", " + (words("rule.item", item=item) if item[:1].isdigit() else item)
    return text


def example_notice(words: Words, packs: Iterable[Pack]) -> list[str]:
    """That these rules are an example, as far as they are."""
    titles = sorted({pack.title for pack in packs if pack.example})
    return [words("notice.example", rules=", ".join(f'"{title}"' for title in titles))] if titles else []


def notices(words: Words, member: Holder, packs: Iterable[Pack]) -> list[str]:
    """What has to be known before anything about the member under these rules is believed."""
    practice = [words("notice.practice", name=member.name)] if member.practice else []
    return practice + example_notice(words, packs)


def votes(words: Words, source: Source) -> Iterator[str]:
    """How the members voted, if that is known."""
    if source.votes and not source.example:
        cast = {key: source.votes.get(key, 0) for key in ("for", "against")}
        yield words("explain.votes", count=source.votes.get("abstained", 0), **cast)


def _dated(result: StepResult) -> list[Figure]:
    """The figures from parameters behind the outcome, each once."""
    limits = [limit.figure for limit in result.limits]
    figures = [result.figure, result.above, *(f for band in result.bands for f in band), *limits]
    return list({figure.param: figure for figure in reversed(figures) if figure and figure.param}.values())[
        ::-1
    ]


def _shown(words: Words, figure: Figure, pack: Pack) -> str:
    unit = pack.params[figure.param or ""].unit
    value: Decimal = figure.value
    return words.rate(value) if unit == "rate" else words.money(value)
