"""Findings about a pack as sentences."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from scharrel.analysis.finding import Example, Finding, Pattern
from scharrel.analysis.kinds import BORN, LASTS, OLD, OVER, YOUNG
from scharrel.analysis.situations import Situation
from scharrel.analysis.supposed import NEVER_ENDS
from scharrel.core.money import EXACT, to_cents
from scharrel.core.month import Month
from scharrel.core.pack import Facts, FactValue, Pack, Param
from scharrel.text.rules.steps import listed
from scharrel.text.sentences import fact_called, fact_in_words, fact_text, role_name, step_label
from scharrel.text.table import columns
from scharrel.text.words import Words, catalogue, visible

_MADE_UP = ("cliff", "member-loses", "history-loses")
_SHOWN = 3


def euros(amount: Fraction) -> Decimal:
    """The amount in whole cents."""
    cents = (2 * amount.numerator * 100 + amount.denominator) // (2 * amount.denominator)
    return EXACT.multiply(Decimal(cents), Decimal("0.01"))


def message(words: Words, pack: Pack, finding: Finding) -> str:
    """What was found, in a sentence or two, with the amounts between which it holds."""
    values = {key: _shown(words, key, value) for key, value in finding.values.items()}
    values["label"] = step_label(words, pack, finding.step)
    if "lost" in values:
        values["lost"] = step_label(words, pack, str(finding.values["lost"]))
    if "base" in values:
        values["base"] = _base(words, pack, str(finding.values["base"]))
    values["start"] = words.money(euros(finding.start or Fraction(0)))
    values["end"] = words.money(euros(finding.end or Fraction(0)))
    if finding.pattern:
        return _below_norm(words, finding, finding.pattern, values)
    text = words(f"finding.{_key(finding)}", **values)
    if finding.code in _MADE_UP:
        text += " " + words("finding.never" if finding.end is None else "finding.until", **values)
    elif finding.end is not None:
        text += " " + words("finding.stops", **values)
    return text


def _below_norm(words: Words, finding: Finding, pattern: Pattern, values: Mapping[str, str]) -> str:
    told = [
        words("finding.below-norm", **values, count=pattern.worked),
        words(f"finding.below-norm-{finding.values['cause']}", **values),
    ]
    if finding.loss > pattern.short.missing:
        told.append(words("finding.below-norm-most", **values))
    return " ".join(told)


def _key(finding: Finding) -> str:
    """Which sentence says it: some codes have one for each sort of thing that is wrong."""
    values = finding.values
    match finding.code:
        case "dead-limit":
            return f"dead-limit.{values['limit']}"
        case "offset-over-benefit":
            return f"offset-over-benefit.{'known' if 'benefit' in values else 'unknown'}"
        case "parameter-gap":
            return f"parameter-gap.{'case' if 'case' in values else 'months'}"
        case "law-source":
            return f"law-source.{values['missing']}"
        case "no-authority":
            return f"no-authority.{'param' if 'param' in values else 'pack'}"
        case "stale-accept":
            return f"stale-accept.{'step' if finding.step else 'pack'}"
    return finding.code


def _shown(words: Words, key: str, value: object) -> str:
    match value:
        case Fraction() if key == "taken":
            return words.money(euros(value))
        case Fraction() if key == "total":
            return words.rate(Decimal(value.numerator) / Decimal(value.denominator))
        case Fraction():
            return words.money(euros(value))
        case Decimal():
            return words.money(to_cents(value, "half-up"))
        case Month():
            return words.month(value)
        case Param():
            amounts = sorted(set(value.all_figures(value.values[-1][0])))
            return ", ".join(_shown(words, key, amount) for amount in amounts)
        case tuple() if key == "roles":
            return listed(words, [role_name(words, role) for role in value])
        case tuple():
            return ", ".join(map(visible, value))
    return str(value)


def _base(words: Words, pack: Pack, base: str) -> str:
    if base.startswith("after."):
        return words("finding.base.after", label=step_label(words, pack, base.removeprefix("after.")))
    if base == "pool":
        return words("finding.base.pool")
    return words("finding.base.role", role=role_name(words, base))


def pattern_heading(words: Words, pattern: Pattern) -> str:
    """Who it is that earns by the pattern, and when the benefit comes that is too low."""
    who = words("finding.pattern") + _given(_facts(words, pattern.facts)) + "."
    if pattern.day is None:
        return who
    month = words.month(pattern.short.month)
    return f"{who} {words('finding.pattern-day', month=month, day=words.day(pattern.day))}"


def pattern_table(words: Words, pattern: Pattern, width: int) -> list[str]:
    """By month what is earned and in hand, until the month that is below the norm; without months in which
    nothing is other than for who earns nothing."""
    keys = ("month", "earned", "own", "benefit", "together", "least", "missing")
    rows = [[words(f"finding.column.{key}") for key in keys]]
    for earned, hand in pattern.months:
        if not earned and not hand.own and hand.benefit == hand.least:
            continue
        amounts = (earned, hand.own, hand.benefit, hand.own + hand.benefit, hand.least, hand.missing)
        rows.append([words.month(hand.month), *map(words.amount, amounts)])
    return columns(rows, (0,), width)


def example_lines(words: Words, example: Example) -> Iterator[str]:
    """What two members earn and keep, month by month, for as far as they differ or more happens."""
    yield _situation(words, example.situation)
    pairs = list(zip(example.less, example.more, strict=True))
    told = pairs if len(pairs) <= _SHOWN + 1 else [*pairs[: _SHOWN - 1], pairs[-1]]
    for less, more in told:
        if len(told) < len(pairs) and (less, more) == pairs[-1]:
            yield "…"
        yield words(
            "finding.lived-alike" if less.turnover == more.turnover else "finding.lived",
            month=words.month(less.month),
            less=words.money(euros(less.turnover)),
            keeps=words.money(euros(less.keep)),
            more=words.money(euros(more.turnover)),
            keeps_of_more=words.money(euros(more.keep)),
        )


def _situation(words: Words, situation: Situation) -> str:
    """Who the two are: what went before, what the register says of them and what else they booked."""
    facts = _facts(words, situation.facts)
    others = ", ".join(f"{role_name(words, name)} {words.number(n)}" for name, n in situation.roles.items())
    role = situation.role
    on = words("finding.role", role=role_name(words, role)) if role != "turnover" else ""
    whose = words(f"finding.whose.{situation.whose}") if situation.whose else ""
    return words(f"finding.past.{situation.past}") + _given(facts, others, on, whose)


def _given(*parts: str) -> str:
    told = "; ".join(part for part in parts if part)
    return f" ({told})" if told else ""


def _facts(words: Words, facts: Facts) -> str:
    return ", ".join(supposed_fact(words, fact, value) for fact, value in facts.items())


def supposed_fact(words: Words, fact: str, value: FactValue) -> str:
    """What is supposed to hold of a member, in the words that the catalogue has for it, if any."""
    if fact == BORN and value in (OLD, YOUNG):
        return words("finding.old" if value == OLD else "finding.young")
    if value in (LASTS, NEVER_ENDS):
        return words("finding.lasts", fact=fact_called(words, fact))
    if value == OVER:
        return words("finding.over", fact=fact_called(words, fact))
    known = catalogue(words.lang)["plot"]["known"].get(f"{fact}: {fact_text(value)}")
    return str(known or fact_in_words(words, fact, value))
