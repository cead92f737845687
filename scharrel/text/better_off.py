"""What a period brought, as tables and sentences."""

from collections.abc import Iterator, Mapping, Sequence

from scharrel.core.better_off import SMALLEST, WORK, Standing
from scharrel.text.words import Words, visible

Named = tuple[str, Standing]


def money_rows(words: Words, rows: Sequence[Named], *, people: bool) -> list[list[str]]:
    """What was kept, the own costs, the pot, and whether that is better: of people yes or no, of groups how
    many months of all."""
    head = ["member" if people else "rules", "kept", "own", "pot", "withdrawn", "months"]
    shown = [
        [
            visible(name),
            words.amount(s.kept),
            words.amount(s.own),
            words.amount(s.pot),
            words.amount(s.withdrawn),
            words("better-off.of-months", better=s.better, months=s.months),
            *([words("better-off.yes" if s.net > 0 else "better-off.no")] if people else [str(s.members)]),
        ]
        for name, s in rows
    ]
    return [[words(f"better-off.{key}") for key in [*head, "better" if people else "members"]], *shown]


def development_rows(words: Words, rows: Sequence[Named], *, people: bool) -> list[list[str]]:
    """What the municipality saved, the part of the benefit earned back, hours and study."""
    head = ["member" if people else "rules", "saved", "part", "hours", "study"]
    shown = [
        [
            visible(name),
            words.amount(s.saved),
            _part(words, s) or "-",
            words.number(s.hours),
            words.amount(s.study),
        ]
        for name, s in rows
    ]
    return [[words(f"better-off.{key}") for key in head], *shown]


def verdict(words: Words, name: str, standing: Standing) -> str:
    """Whether someone was better off, in a sentence."""
    key = "verdict-yes" if standing.net > 0 else "verdict-no"
    return words(
        f"better-off.{key}",
        name=name,
        kept=words.money(standing.kept),
        own=words.money(standing.own),
        net=words.money(standing.net),
        better=standing.better,
        months=standing.months,
    )


def total_lines(words: Words, total: Standing) -> Iterator[str]:
    """What all together kept, and what went to the cooperative, the community and the municipality."""
    for key in ("kept", "own", "pot", "withdrawn", "coop", "community", "saved"):
        yield words(f"better-off.total-{key}", amount=words.money(getattr(total, key)))


def goal_lines(words: Words, total: Standing, goals: Mapping[str, int | None]) -> Iterator[str]:
    """The goals of part-time enterprise, each with what was reached."""
    members = goals["members"]

    def count(key: str) -> str:
        return words("better-off.few", count=SMALLEST) if goals[key] is None else str(goals[key])

    yield words("better-off.goal-better", count=count("better_off"), members=members)
    kinds = {work: count(f"left_for_{work.replace(' ', '_')}") for work in WORK}
    yield words("better-off.goal-left", count=count("left"), work=kinds[WORK[0]], business=kinds[WORK[1]])
    if part := _part(words, total):
        amounts = {"amount": words.money(total.earned_back), "benefit": words.money(total.benefit)}
        yield words("better-off.goal-benefit", part=part, **amounts)
    else:
        yield words("better-off.goal-benefit-unknown")
    yield words(
        "better-off.goal-activity",
        months=total.months,
        hours=words.number(total.hours),
        study=words.money(total.study),
    )


def _part(words: Words, standing: Standing) -> str:
    """The part of the benefit that was earned back in whole percents, or nothing where it is not known."""
    return "" if standing.part is None else words.number(standing.part * 100, "0") + "%"
