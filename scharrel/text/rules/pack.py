"""A whole pack as people read it at a meeting: what holds for all steps, each step, and what it rests on."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from scharrel.core.month import Month
from scharrel.core.pack import Accepted, Pack, Source, Step
from scharrel.text.grounds import cited, example_notice, votes
from scharrel.text.rules.figures import FigureSentence, dated, figure_text, rows_of, yearly
from scharrel.text.rules.steps import Said, leading, listed, step_name, step_sentences
from scharrel.text.sentences import label, role_name
from scharrel.text.words import Words

_NOT_CALLED: Mapping[str, str] = MappingProxyType({})


class ToldStep(NamedTuple):
    """A step in words; `grounds` says since when its figures hold and what they rest on."""

    label: str
    said: list[Said]
    grounds: list[str]

    @property
    def paragraphs(self) -> list[tuple[str, tuple[str, ...]]]:
        """The sentences in a row up to each that has a list, with that list."""
        found: list[tuple[str, tuple[str, ...]]] = [("", ())]
        for said in self.said:
            text, rows = found[-1]
            if rows:
                found.append((said.text, said.rows))
            else:
                found[-1] = (f"{text} {said.text}".strip(), said.rows)
        return found


class Told(NamedTuple):
    """A pack in words, as it holds in the month. `notes` is what must not be overlooked."""

    title: str
    month: Month
    notes: list[str]
    about: list[Said]
    steps: list[ToldStep]
    accepted: list[str]
    sources: list[str]


def tell_pack(
    words: Words,
    pack: Pack,
    month: Month,
    *,
    proposed: bool,
    called: Mapping[str, str] = _NOT_CALLED,
) -> Told:
    """The pack in sentences; a `proposed` one is not, or not like this, among the cooperative's rules.
    `called` is what people call each account."""
    notes = [words("rule.proposed")] if proposed else []
    notes += example_notice(words, [pack])
    if not pack.holds_in(month):
        notes.append(words("rule.not-then", month=words.month(month)))
    return Told(
        pack.title,
        month,
        notes,
        [*pack_sentences(words, pack), *_limits(words, pack, month)],
        [_step(words, pack, step, month, called) for step in pack.steps],
        [accepted_text(words, pack, accepted, numbered=True) for accepted in pack.accepted],
        [source_text(words, source) for source in pack.sources.values()],
    )


def pack_sentences(words: Words, pack: Pack) -> Iterator[Said]:
    """What holds for every step."""
    days = {
        "first": words.day(pack.valid_from.first_day) if pack.valid_from else "",
        "last": words.day(pack.valid_until.last_day) if pack.valid_until else "",
    }
    key = "-".join(name for name, day in days.items() if day) or "always"
    yield Said("valid", words(f"rule.valid-{key}", **days))
    if pack.for_projects:
        yield Said("scope", words("rule.scope"))
    elif pack.contributions:
        role = role_name(words, pack.contributions_role)
        yield Said("scope", words("rule.scope-subcooperative", role=role))
    yield Said(
        "pool", words("rule.pool", roles=listed(words, [role_name(words, role) for role in pack.pool]))
    )
    if pack.by_payment:
        yield Said("counts", words("rule.by-payment"))
    yield Said("order", words("rule.order"))
    yield Said("negative", words("rule.negative"))
    yield Said("rounding", words(f"rule.rounding.{pack.rounding}"))
    if pack.settled != "month":
        yield Said("settled", words(f"rule.settled.{pack.settled}"))
    if pack.strict:
        yield Said("strict", words("rule.strict"))
    if pack.receipts_above is not None:
        yield Said("receipts", words("rule.receipts", amount=words.money(pack.receipts_above)))


def limit_sentences(words: Words, pack: Pack, month: Month) -> Iterator[Said]:
    """The yearly limits, of which the members are warned."""
    for limit, figure in zip(pack.year_limits, yearly(pack), strict=True):
        values = {"role": role_name(words, limit.role), "figure": figure_text(words, figure, month)}
        yield leading(f"limit-{limit.role}", words("rule.limit", **values), rows_of(words, [figure], month))


def _limits(words: Words, pack: Pack, month: Month) -> Iterator[Said]:
    """The same, each with since when it holds and what it rests on."""
    for limit, figure, told in zip(
        pack.year_limits, yearly(pack), limit_sentences(words, pack, month), strict=True
    ):
        yield told
        grounds = [_since(words, pack, one, limit.source) for one in dated(words, [figure], month)]
        grounds.append(words("rule.limit-rests", number=source_number(pack, limit.source)))
        yield Said(f"{told.about}-since", " ".join(grounds))


def source_number(pack: Pack, source: str) -> int:
    """Its place in the list of sources."""
    return list(pack.sources).index(source) + 1


def source_text(words: Words, source: Source) -> str:
    """Everything about a source: what it is, how the vote went, what it says, when and where it was read."""
    parts = [words(f"rule.source.{source.kind}", ref=cited(words, source)), *votes(words, source)]
    if source.example:
        return " ".join(parts)
    if source.quote:
        parts.append(f"\u201c{source.quote}\u201d")
    if source.consulted:
        parts.append(words("rule.consulted", day=words.day(source.consulted)))
    if source.url:
        parts.append(source.url)
    return " ".join(parts)


def accepted_text(words: Words, pack: Pack, accepted: Accepted, *, numbered: bool) -> str:
    """A finding that the members take as it is, and why; `numbered` with the number of its source."""
    finding = words(f"rule.finding.{accepted.code}")
    if accepted.step:
        parts = [words("rule.at-step", step=step_name(words, pack, accepted.step)), finding]
    else:
        parts = [finding[0].upper() + finding[1:]]
    parts.append(words("rule.reason", reason=accepted.reason.rstrip(" .")))
    if numbered:
        parts.append(words("rule.see", number=source_number(pack, accepted.source)))
    return " ".join(parts)


def account_text(words: Words, step: Step, called: Mapping[str, str] = _NOT_CALLED) -> str:
    """Where the step books: what people call it, else the account without the kind that it is of."""
    account = called.get(str(step.to)) or str(step.to).partition(":")[2].replace(":", ": ")
    return words("rule.account", account=account)


def _step(words: Words, pack: Pack, step: Step, month: Month, called: Mapping[str, str]) -> ToldStep:
    grounds = [_since(words, pack, figure, step.source) for figure in dated(words, step.terms(), month)]
    rests = words("rule.rests", number=source_number(pack, step.source))
    grounds.append(f"{rests} {account_text(words, step, called)}" if step.to else rests)
    return ToldStep(label(words, step), step_sentences(words, pack, step, month), grounds)


def _since(words: Words, pack: Pack, figure: FigureSentence, source: str) -> str:
    """Since when a figure holds, with its own source if that is another one."""
    if figure.source == source:
        return figure.text
    return f"{figure.text} {words('rule.see', number=source_number(pack, figure.source))}"
