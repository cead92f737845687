"""What a terminal offers for the word that is being typed. It looks at the names of files, at most into a
few small ones (for a quote into ledgers), and says nothing where there is no cooperative. Only what is a name
is offered: a terminal takes other signs for orders."""

import os
import re
from collections.abc import Callable, Iterable, MutableMapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from scharrel.cli.arguments import today
from scharrel.cli.screen import words
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID
from scharrel.core.period import Period
from scharrel.store.paths import FOLDERS, MEMBER_ID, Coop, NoCoopError, find_coop

_ACCOUNT = re.compile(rb"^\d{4}-\d\d-\d\d\s+open\s+([A-Z][\w:-]*)", re.MULTILINE)
_USED = re.compile(rb'^  pack: "([a-z][a-z0-9-]*)"', re.MULTILINE)
_QUOTE = re.compile(rb'^\d{4}-\d\d-\d\d custom "quote" "([\w./-]+)"', re.MULTILINE)
_CUSTOMER = re.compile(rb'^\d{4}-\d\d-\d\d custom "customer" "([\w-]+)"', re.MULTILINE)
_NUMBER = re.compile(r"\d{4}-\d{4}")
_RUN = re.compile(r"\d{4}-\d\d-\d\d-\d+")
_BEHIND = "_SCHARREL_BEHIND"
"""Where the part of the word stands that bash does not want again."""

_MONTHS = 12
"""Months back that are offered where nothing is written yet."""


class Offered(NamedTuple):
    """A word that can stand there, as what reads the command line wants it."""

    value: str
    type: str = "plain"
    help: str | None = None


Names = Callable[[Coop, dict[str, Any], str], Iterable[str]]
"""The words that fit in a cooperative, given what was typed before, and of the word itself."""


def offer_names(command: Any, key: str) -> None:
    """Have the options and arguments of the command offer what fits, by what stands for them in its help."""
    for param in command.params:
        shown = (param.metavar or "").strip("[].")
        names = _of_word().get(shown)
        if shown == "ID":
            names = _members if "--member" in param.opts else None
        elif "|" in shown:
            names = partial(_choices, shown)
        elif shown == words("metavar.number"):
            names = _invoices if key.startswith("invoice") else _quotes if key == "quote" else None
        if names:
            param.shell_complete = partial(_offered, names)


def _of_word() -> dict[str, Names]:
    known: dict[str, Names] = {
        "member": _holders, "holder": _holders, "month": _months, "through": _months, "step": _steps,
        "pack": _packs, "account": _accounts, "run": _runs, "customer": _customers,
        "period": _periods, "year": _years,
    }  # fmt: skip
    return {words(f"metavar.{key}"): names for key, names in known.items()} | {"A": _packs, "B": _packs}


def _offered(names: Names, ctx: Any, incomplete: str) -> list[Offered]:
    named = ctx.params.get("coop") or os.environ.get("SCHARREL_COOP")
    found: Iterable[str] = ()
    with suppress(NoCoopError, OSError, ValueError):
        found = list(names(find_coop(Path(named) if named else None), ctx.params, incomplete))
    behind = len(os.environ.get(_BEHIND, ""))
    return [Offered(name[behind:]) for name in dict.fromkeys(found) if name.startswith(incomplete)]


def _choices(shown: str, *_: object) -> list[str]:
    return shown.split("|")


def _in(folder: Path) -> list[str]:
    """The names of the files of beancount there, without their ending."""
    with suppress(OSError):
        return sorted(
            name[: -len(".beancount")] for name in os.listdir(folder) if name.endswith(".beancount")
        )
    return []


def _members(coop: Coop, *_: object) -> list[str]:
    return [name for name in _in(coop.members) if MEMBER_ID.fullmatch(name)]


def _holders(coop: Coop, *_: object) -> list[str]:
    folders = (coop.root / "ledgers" / folder for folder in FOLDERS.values())
    found = [name for folder in folders for name in _in(folder)]
    return [name for name in (*found, COOP_ID) if MEMBER_ID.fullmatch(name)]


def _months(coop: Coop, typed: dict[str, Any], incomplete: str) -> list[str]:
    """Those that are written for the member, or for anyone, and up to now; the last first."""
    if incomplete[:1].isalpha():
        from scharrel.text.month_names import month_words

        return month_words()
    now = Month.of(today())
    member = str(typed.get("member") or "")
    members = [member] if MEMBER_ID.fullmatch(member) else os.listdir(coop.allocations)[:1]
    written = {name for one in members for name in _in(coop.allocations / one)}
    first = min((Month.parse(name) for name in written), default=now.plus(-_MONTHS))
    return [str(now.plus(-back)) for back in range(now.since(first) + 1)]


def _years(*_: object) -> list[str]:
    return [str(today().year - back) for back in range(3)]


def _periods(*_: object) -> list[str]:
    now = Month.of(today())
    return [str(Period.of("quarter", now.plus(-3 * back))) for back in range(5)] + _years()


def _packs(coop: Coop, *_: object) -> list[str]:
    found = sorted(name.removesuffix(".toml") for name in os.listdir(coop.rules) if name.endswith(".toml"))
    return [name for name in found if MEMBER_ID.fullmatch(name) and name != "bank"]


def _steps(coop: Coop, typed: dict[str, Any], *_: object) -> list[str]:
    """Those of the rules by which the member's month was divided, or of all rules."""
    import tomllib

    from scharrel.text.month_names import months_meant

    said = str(typed.get("month") or "")
    meant = months_meant(said, today()) or [Month.parse(said)]
    member = str(typed.get("member") or "")
    used: list[str] = []
    if MEMBER_ID.fullmatch(member):
        with suppress(OSError):
            written = coop.allocation(member, meant[0]).read_bytes()
            used = [name.decode() for name in _USED.findall(written)][:1]
    texts = ((coop.rules / f"{pack}.toml").read_text("utf-8") for pack in used or _packs(coop))
    steps = (step for text in texts for step in tomllib.loads(text).get("step", ()))
    return [name for step in steps if MEMBER_ID.fullmatch(name := str(step.get("id")))]


def _accounts(coop: Coop, *_: object) -> list[str]:
    return sorted(name.decode() for name in _ACCOUNT.findall(coop.chart.read_bytes()))


def _quotes(coop: Coop, *_: object) -> list[str]:
    folders = (coop.root / "ledgers" / folder for folder in FOLDERS.values())
    ledgers = [folder / f"{name}.beancount" for folder in folders for name in _in(folder)]
    return [name.decode() for path in ledgers for name in _QUOTE.findall(path.read_bytes())]


def _customers(coop: Coop, *_: object) -> list[str]:
    return sorted(name.decode() for name in _CUSTOMER.findall(coop.customers.read_bytes()))


def _invoices(coop: Coop, *_: object) -> list[str]:
    return [name for name in reversed(_in(coop.issued)) if _NUMBER.fullmatch(name)]


def _runs(coop: Coop, *_: object) -> list[str]:
    return [name for name in reversed(_in(coop.payment_runs)) if _RUN.fullmatch(name)]


def join_words(environment: MutableMapping[str, str]) -> None:
    """Put together again the words that bash takes apart at each colon; it then wants no more than what comes
    behind the last one."""
    taken = environment.get("COMP_WORDS", "").split("\n")
    at = int(environment.get("COMP_CWORD") or 0)
    if ":" not in taken:
        return
    joined: list[str] = []
    place = 0
    for nth, word in enumerate(taken):
        if nth and (word == ":" or taken[nth - 1] == ":"):
            joined[-1] += word
        else:
            joined.append(word)
        if nth == at:
            place = len(joined) - 1
    before, colon, _ = joined[place].rpartition(":")
    environment.update(COMP_WORDS="\n".join(joined), COMP_CWORD=str(place))
    environment[_BEHIND] = before + colon
