"""The figures that a command line tries out, and the goal that one of them is looked for."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from scharrel.analysis.goal import Goal
from scharrel.analysis.simulation import Setting
from scharrel.cli.arguments import read_amount
from scharrel.cli.screen import fail, with_near, words
from scharrel.core.money import ZERO
from scharrel.core.names import nearest
from scharrel.core.pack import PARTIES, Pack, Param
from scharrel.packs.values import figure

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def read_figures(
    pack: Pack, figures: Sequence[str], goal_seek: str | None
) -> tuple[list[Setting], Goal | None]:
    """What `--set` and `--goal-seek` say; the figure that is looked for stands at zero."""
    settings: list[Setting] = []
    sought: list[Setting] = []
    for text in figures:
        name, equals, value = text.partition("=")
        if not equals or not value:
            fail(words("error.set", text=text), status=2)
        param, case = _param(pack, name)
        setting = Setting(param.id, case, ZERO if value == "?" else _figure(name, value, param))
        if any(setting.name == other.name for other in settings):
            fail(words("error.set-twice", param=name), status=2)
        settings.append(setting)
        sought += [setting] if value == "?" else []
    if len(sought) != (goal_seek is not None):
        fail(words("error.goal-figure"), status=2)
    if goal_seek is None:
        return settings, None
    party, equals, amount = goal_seek.partition("=")
    if not equals or party not in PARTIES:
        fail(words("error.goal", text=goal_seek, parties=", ".join(PARTIES)), status=2)
    return settings, Goal(party, read_amount(amount), sought[0])


def _param(pack: Pack, name: str) -> tuple[Param, str]:
    """The parameter and, if it has a value by case, the case."""
    param_id, _, case = (name, "", "") if name in pack.params else name.rpartition(".")
    param = pack.params.get(param_id)
    cases = [c for _, row in param.values if isinstance(row, Mapping) for c in row] if param else []
    if param and (case in cases or not (cases or case)):
        return param, case
    names = list(dict.fromkeys(f"{param_id}.{c}" for c in cases)) or list(pack.params)
    message = words("error.set-name", pack=pack.id, param=name, names=", ".join(names) or "-")
    fail(with_near(message, nearest(name, names)), status=2)


def _figure(name: str, text: str, param: Param) -> Decimal:
    """A rate with its percent sign or an amount, as the parameter has it."""
    found = figure(as_in_packs(text))
    if not isinstance(found, str) and found[0] == param.unit:
        return found[1]
    code = found if isinstance(found, str) else f"needs-{param.unit}"
    fail(f"--set {name}: " + words(f"problem.{code}", value=text), status=2)


def as_in_packs(text: str) -> Decimal | str:
    """A figure that was typed, as packs have it: an amount as a number, a rate as text."""
    plainly = text.replace(",", ".")
    return Decimal(plainly) if _NUMBER.fullmatch(plainly) else plainly
