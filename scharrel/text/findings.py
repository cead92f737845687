"""Findings about a pack as sentences."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from scharrel.analysis.finding import Example, Finding
from scharrel.core.money import EXACT, to_cents
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.text.sentences import step_label
from scharrel.text.words import Words, visible

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
    values["start"] = words.money(euros(finding.start or Fraction(0)))
    values["end"] = words.money(euros(finding.end or Fraction(0)))
    text = words(f"finding.{_key(finding)}", **values)
    if finding.code in _MADE_UP:
        text += " " + words("finding.never" if finding.end is None else "finding.until", **values)
    elif finding.end is not None:
        text += " " + words("finding.stops", **values)
    return text


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
        case tuple():
            return ", ".join(map(visible, value))
    return visible(str(value))


def example_lines(words: Words, example: Example) -> Iterator[str]:
    """What two members earn and keep, month by month, for as far as they differ or more happens."""
    situation = example.situation
    facts = ", ".join(f"{fact}: {_fact(value)}" for fact, value in situation.facts.items() if fact != "born")
    others = ", ".join(f"{visible(role)} {words.number(n)}" for role, n in situation.roles.items())
    given = "; ".join(part for part in (facts, others) if part)
    yield words(f"finding.past.{situation.past}") + (f" ({given})" if given else "")
    pairs = list(zip(example.less, example.more, strict=True))
    told = pairs if len(pairs) <= _SHOWN + 1 else [*pairs[: _SHOWN - 1], pairs[-1]]
    for less, more in told:
        if len(told) < len(pairs) and (less, more) == pairs[-1]:
            yield "…"
        yield words(
            "finding.lived",
            month=words.month(less.month),
            less=words.money(euros(less.turnover)),
            keeps=words.money(euros(less.keep)),
            more=words.money(euros(more.turnover)),
            keeps_of_more=words.money(euros(more.keep)),
        )


def _fact(value: object) -> str:
    return str(value).upper() if isinstance(value, bool) else visible(str(value))
