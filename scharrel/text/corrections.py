"""What is put right, and what is behind it, in words."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from scharrel.core.corrections import Cause, Correction, Turned
from scharrel.core.facts import Holder
from scharrel.core.pack import Pack
from scharrel.core.period import Period
from scharrel.text.periods import period_name
from scharrel.text.sentences import step_label
from scharrel.text.words import Words


def because(words: Words, correction: Correction, called: Mapping[str, str] = MappingProxyType({})) -> str:
    """What is behind a correction: the settlement of its period, bookings, each by its day and the account,
    as it is `called` if that is known, and whatever else changed, such as a role."""
    settled = []
    if correction.settled:
        period = period_name(words, Period.parse(correction.settled))
        settled = [words("explain.settles", period=period, source=correction.settles)]
    return "; ".join(
        dict.fromkeys(settled + [said for c in correction.because for said in _cause(words, c, called)])
    )


def _cause(words: Words, cause: Cause, called: Mapping[str, str]) -> Iterator[str]:
    if isinstance(cause, Turned):
        was, now = (said or words("explain.turned-nothing") for said in (cause.was, cause.now))
        yield words(f"explain.turned-{cause.kind}", name=cause.name, was=was, now=now)
        return
    legs = sorted(cause.mark.legs, key=lambda leg: not leg[0].startswith(("Income:", "Expenses:")))
    for account, number, unit in legs[:1]:
        yield words(
            "explain.booking-new" if cause.new else "explain.booking-gone",
            day=words.day(cause.mark.day),
            account=called.get(account) or account.partition(":")[2].replace(":", ": "),
            amount=words.money(number) if unit == "EUR" else f"{words.number(number)} {unit}",
        )


def correction_label(
    words: Words, packs: Mapping[str, Pack], members: Mapping[str, Holder], correction: Correction
) -> str:
    """The name of the step that is corrected, and of whom it comes if it comes from another ledger."""
    name = step_label(words, packs.get(correction.pack), correction.step)
    payer = members.get(correction.project)
    return f"{name} ({payer.name})" if payer else name
