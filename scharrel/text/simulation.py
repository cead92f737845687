"""A proposal beside what was: tables, who gains and who loses, and the largest differences explained."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.analysis.goal import Found, Goal
from scharrel.analysis.simulation import Compared, Pair, Setting
from scharrel.core.money import ZERO, plain
from scharrel.core.month import Month
from scharrel.core.pack import PARTIES, Pack, Unit
from scharrel.core.pots import overdrawn
from scharrel.core.trace import StepResult
from scharrel.text.sentences import label, sentences
from scharrel.text.table import before_and_after, columns, signed
from scharrel.text.words import Words, visible

_SHIFTED = ("coop", "pot", "municipality", "tax", "community", "supplier")


class MonthExplained(NamedTuple):
    """One month explained: what the member keeps, and for each step that pays otherwise a heading and what
    was said of it and would be."""

    title: str
    steps: list[tuple[str, list[str]]]


def figure_shown(words: Words, unit: Unit, value: Decimal) -> str:
    """A figure for people."""
    return words.rate(value) if unit == "rate" else words.money(value)


def figure_typed(unit: Unit, value: Decimal) -> str:
    """A figure as the command line takes it: 8.25% or 250.00."""
    return f"{(value * 100).normalize():f}%" if unit == "rate" else plain(value)


def setting_sentences(words: Words, pack: Pack, settings: Sequence[Setting], first: Month) -> Iterator[str]:
    """The figures that were put in the place of the pack's own."""
    for setting in settings:
        yield words(
            "simulate.setting",
            param=setting.name,
            value=figure_shown(words, pack.params[setting.param].unit, setting.value),
            month=words.month(first),
        )


def sought(words: Words, pack: Pack, goal: Goal, found: Found, value: Decimal) -> Iterator[str]:
    """What figure was found for the goal, and whether it can be trusted to be the only one."""
    values = {
        "param": goal.sought.name,
        "value": figure_shown(words, pack.params[goal.sought.param].unit, value),
        "party": words(f"simulate.party.{goal.party}"),
        "goal": words.money(goal.amount),
        "total": words.money(found.total),
    }
    if found.lowest <= goal.amount <= found.highest:
        yield words("simulate.found", **values)
    else:
        ends = {"low": words.money(found.lowest), "high": words.money(found.highest)}
        yield words("simulate.unreachable", **values, **ends)
    if not found.steady:
        yield words("simulate.unsteady", param=values["param"])


def total_table(words: Words, all_of_it: Compared, width: int) -> tuple[str, list[str], str]:
    """The heading, what came to each party, and what the members keep; who gets nothing is left out."""
    was, becomes = all_of_it.was, all_of_it.becomes
    rows = [(words("simulate.pool"), was.pool, becomes.pool)]
    rows += [
        (words(f"simulate.party.{party}"), was.paid[party], becomes.paid[party])
        for party in PARTIES
        if was.paid[party] or becomes.paid[party]
    ]
    rows.append((words("simulate.keep"), was.keep, becomes.keep))
    heads = [words(f"simulate.{column}") for column in ("was", "becomes", "difference")]
    heading, *lines = columns(before_and_after(words, heads, rows), (0,), width)
    return heading, lines[:-1], lines[-1]


def member_table(
    words: Words, names: Mapping[str, str], rows: Sequence[Compared], width: int
) -> tuple[str, list[str]]:
    """What each member kept and would keep, and what moves to or from whom; no column where nothing does."""
    parties = [party for party in _SHIFTED if any(row.difference(party) for row in rows)]
    heads = [words("table.member"), *(words(f"simulate.{key}") for key in ("kept", "keeps", "difference"))]
    heading, *lines = columns(
        [
            [*heads, *(words(f"table.{party}") for party in parties)],
            *(
                [
                    names[row.member],
                    words.amount(row.was.keep),
                    words.amount(row.becomes.keep),
                    signed(words, row.gained),
                    *(signed(words, row.difference(party)) for party in parties),
                ]
                for row in rows
            ),
        ],
        (0,),
        width,
    )
    return heading, lines


def gain_sentences(words: Words, all_of_it: Compared, rows: Sequence[Compared]) -> Iterator[str]:
    """How many gain and lose, and what each party gets more or less."""
    counts = {
        "gain": sum(row.gained > 0 for row in rows),
        "lose": sum(row.gained < 0 for row in rows),
        "same": sum(row.gained == 0 for row in rows),
    }
    if not any(row.difference(party) for row in rows for party in PARTIES):
        yield words("simulate.no-difference")
        return
    yield ", ".join(words(f"simulate.{key}", count=count) for key, count in counts.items() if count) + "."
    shifts = [("members", all_of_it.gained)]
    shifts += [(party, all_of_it.difference(party)) for party in _SHIFTED if party != "pot"]
    for who, amount in shifts:
        if amount:
            key = "more" if amount > 0 else "less"
            yield words(f"simulate.shift.{who}-{key}", amount=words.money(abs(amount)))


def cases(words: Words, names: Mapping[str, str], found: Sequence[Pair]) -> Iterator[MonthExplained]:
    """Each of these months explained."""
    for pair in found:
        was, becomes = pair.was, pair.becomes
        name, month = names[was.member], words.month(was.month)
        keeps = {"was": words.money(was.keep), "becomes": words.money(becomes.keep)}
        yield MonthExplained(
            words("simulate.case", name=name, month=month, **keeps), list(_steps(words, pair))
        )


def _steps(words: Words, pair: Pair) -> Iterator[tuple[str, list[str]]]:
    was, becomes = pair.was, pair.becomes
    if was.pack.id != becomes.pack.id:
        packs = {"was": was.pack.title, "becomes": becomes.pack.title}
        yield words("simulate.case-pack", **packs), []
    if was.pool != becomes.pool:
        pools = {"was": words.money(was.pool), "becomes": words.money(becomes.pool)}
        yield words("simulate.case-step", label=words("simulate.pool"), **pools), []
    before = {result.step.id: result for result in was.steps}
    after = {result.step.id: result for result in becomes.steps}
    for step_id in dict.fromkeys((*before, *after)):
        old, new = before.get(step_id), after.get(step_id)
        paid = [result.paid if result else ZERO for result in (old, new)]
        known = new or old
        if known is None or paid[0] == paid[1]:
            continue
        said = [_said(words, "was", old, was.pack), _said(words, "becomes", new, becomes.pack)]
        amounts = {"was": words.money(paid[0]), "becomes": words.money(paid[1])}
        heading = words("simulate.case-step", label=label(words, known.step), **amounts)
        yield heading, [text for text in said if text]


def _said(words: Words, when: str, result: StepResult | None, pack: Pack) -> str:
    if result is None:
        return ""
    return words(f"simulate.case-{when}", text=" ".join(sentences(words, result, pack)))


def remarks(
    words: Words,
    pack: Pack,
    found: Sequence[Pair],
    names: Mapping[str, str],
    last: Month,
    *,
    renamed: bool,
) -> Iterator[str]:
    """What the reader has to know to judge the outcome; `renamed` if no pack of the members has this id."""
    first = min((pair.was.month for pair in found), default=last)
    if not (pack.holds_in(first) and pack.holds_in(last)):
        yield words("simulate.not-in-force", pack=pack.title)
    for param in pack.params.values():
        for since, value in param.values:
            if since > last:
                values = {"param": param.id, "month": words.month(since)}
                if isinstance(value, Mapping):
                    yield words("simulate.later-case", **values)
                else:
                    text = {
                        "value": figure_shown(words, param.unit, value),
                        "set": figure_typed(param.unit, value),
                    }
                    yield words("simulate.later", **values, **text)
                break
    others = {pair.was.pack.id for pair in found if pair.becomes.pack.id != pair.was.pack.id}
    if renamed and any(s.max_months or s.cap_year or s.cap_life or s.over_year for s in pack.steps):
        yield words("simulate.afresh", packs=", ".join(sorted(map(visible, others))))
    for member in dict.fromkeys(pair.was.member for pair in found):
        own = [pair for pair in found if pair.was.member == member]
        known = {account for _, account, _, _ in overdrawn([pair.was for pair in own])}
        for month, account, balance, _ in overdrawn([pair.becomes for pair in own]):
            if account not in known:
                yield words(
                    "simulate.overdrawn", name=names[member], month=words.month(month),
                    account=account, amount=words.money(-balance),
                )  # fmt: skip
