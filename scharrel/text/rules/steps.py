"""One step of a pack as sentences: what it takes, from what, for whom, and within which limits."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scharrel.core.month import Month
from scharrel.core.pack import LIMITS, Pack, Step, Term
from scharrel.text.pots import spendable
from scharrel.text.rules.figures import figure_text, rows_of
from scharrel.text.sentences import fact_in_words, fact_text, label, receiver, role_name
from scharrel.text.words import Words, usual


class Said(NamedTuple):
    """One thing that is said of a step or a pack: what it is about (the modifier's name), the sentence, and
    the list below it, if any."""

    about: str
    text: str
    rows: tuple[str, ...] = ()


def step_sentences(words: Words, pack: Pack, step: Step, month: Month) -> list[Said]:
    """All that the step does, with the figures of the month; since when they hold is told by `dated`."""
    placed = {figure.about: figure for figure in step.terms()}
    return [
        _takes(words, pack, step, month, placed),
        *_narrowed(words, step, month, placed),
        *_conditions(words, pack, step),
        *_manner(words, pack, step),
    ]


def step_name(words: Words, pack: Pack, step_id: str | None) -> str:
    """The label of a step in quotation marks; with its number where another one has the same."""
    labels = [label(words, step) for step in pack.steps]
    number = next(nth for nth, step in enumerate(pack.steps) if step.id == step_id)
    name = labels[number]
    return f'"{name}"' if labels.count(name) == 1 else words("rule.numbered", label=name, number=number + 1)


def listed(words: Words, names: list[str]) -> str:
    """The names as one enumeration: a, b and c."""
    return words("rule.and", some=", ".join(names[:-1]), last=names[-1]) if len(names) > 1 else names[0]


def _takes(words: Words, pack: Pack, step: Step, month: Month, placed: dict[str, Term]) -> Said:
    """The amount kind: how much, of what, to whom."""
    values = {
        "receiver": words(f"rule.receiver.{'reduction' if step.reduction else receiver(step, pack)}"),
        "base": _base(words, pack, step),
        "role": role_name(words, step.role),
    }
    used = [placed[about] for about in ("rate", "amount", "above") if about in placed]
    values |= {figure.place: figure_text(words, figure, month) for figure in used}
    key: str = "input-own" if step.own else step.kind
    if step.kind == "rate" and step.above is not None:
        key = "rate-above"
    elif step.kind == "share":
        who = "project-share" if step.feeds else "share"
        key = f"{who}-role" if step.role else f"{who}-weight" if step.weighted else f"{who}-equal"
    text = words(f"rule.{key}", **values)
    if step.kind == "input" and not step.own and step.party != "supplier":
        text += " " + words("rule.input-for", **values)
    bands = [figure for figure in placed.values() if figure.nth]
    rows = (*_band_rows(words, month, placed), *rows_of(words, [*used, *bands], month))
    return leading("amount", text, rows)


def _band_rows(words: Words, month: Month, placed: dict[str, Term]) -> Iterator[str]:
    nth = 1
    while start := placed.get(f"band-start-{nth}"):
        end = placed.get(f"band-start-{nth + 1}")
        yield words(
            "rule.band" if end else "rule.last-band",
            start=figure_text(words, start, month),
            end=figure_text(words, end, month) if end else "",
            rate=figure_text(words, placed[f"band-rate-{nth}"], month),
        )
        nth += 1


def _narrowed(words: Words, step: Step, month: Month, placed: dict[str, Term]) -> Iterator[Said]:
    """The year that it is counted over, the caps and the target."""
    if step.over_year:
        yield Said("over", words("rule.over-year"))
    caps = {kind: placed[kind] for kind in LIMITS if kind in placed and kind.startswith("cap")}
    others = [placed[kind] for kind in LIMITS if kind in placed and kind not in caps]
    yield from _limits(words, caps.values(), month)
    if step.counts:
        roles = listed(words, [role_name(words, role) for role in step.counts])
        yield Said("counts", words("rule.counts", roles=roles))
    if caps and step.party == "pot":
        yield Said("cap", words("rule.cap-pot"))
    yield from _limits(words, others, month)


def _limits(words: Words, some: Iterable[Term], month: Month) -> Iterator[Said]:
    for limit in some:
        text = words(f"rule.{limit.place}", figure=figure_text(words, limit, month))
        yield leading(limit.about, text, rows_of(words, [limit], month))


def _conditions(words: Words, pack: Pack, step: Step) -> Iterator[Said]:
    """When and for whom it holds."""
    if step.until:
        yield Said("until", words("rule.until"))
    if step.when:
        yield Said("when", words("rule.when", conditions=listed(words, _when(words, step))))
    if step.min_age is not None:
        yield Said("min_age", words("rule.min-age", age=step.min_age))
    if step.max_months is not None:
        key = "rule.consecutive" if step.consecutive else "rule.max-months"
        yield Said("max_months", words(key, count=step.max_months))
    if step.after:
        yield Said("after", words("rule.after", step=step_name(words, pack, step.after)))
    if step.not_with:
        yield Said("not_with", words("rule.not-with", step=step_name(words, pack, step.not_with)))


def _when(words: Words, step: Step) -> list[str]:
    return [
        usual(words, "condition", f"{fact}: {fact_text(value)}")
        or words("rule.other-condition", fact=fact_in_words(words, fact, value))
        for fact, value in step.when
    ]


def _manner(words: Words, pack: Pack, step: Step) -> Iterator[Said]:
    """How it is settled: later, by the municipality, with approval, rounded."""
    if step.carry:
        yield Said("carry", words("rule.carry"))
    if step.reduction:
        yield Said("settle", words("rule.reduction"))
    if step.feeds:
        yield Said("feeds", words("rule.feeds", role=role_name(words, step.feeds_role)))
    if step.approval:
        yield Said("approval", words("rule.approval-input" if step.kind == "input" else "rule.approval"))
    if step.purposes:
        yield Said("purposes", spendable(words, dict(step.purposes)))
    if step.rounding and step.rounding != pack.rounding and not step.closes:
        yield Said("rounding", words(f"rule.step-rounding.{step.rounding}"))


def _base(words: Words, pack: Pack, step: Step) -> str:
    if step.base == "pool":
        return words("rule.of-pool")
    if step.base.startswith("after."):
        return words("rule.of-after", step=step_name(words, pack, step.base.removeprefix("after.")))
    return words("rule.of-role", role=role_name(words, step.base))


def leading(about: str, text: str, rows: tuple[str, ...]) -> Said:
    """A sentence, ready for the list below it if there is one."""
    return Said(about, text.removesuffix(".") + ":" if rows else text, rows)
