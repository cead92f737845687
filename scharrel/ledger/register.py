"""The register: which members there are and what holds for them from when."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core import data
from beancount.core.amount import Amount

from scharrel.core.facts import Approval, Dated, Holder, HolderDirective, HolderKind, Settlement
from scharrel.core.grants import Grant
from scharrel.core.names import COOP_ID, key_meant, nearest
from scharrel.core.period import Period
from scharrel.core.problems import Problem
from scharrel.core.specifications import Specification
from scharrel.ledger.customers import NO_CUSTOMERS, Customers
from scharrel.ledger.fixed_amounts import FIXED_KINDS, read_fixed_amounts
from scharrel.ledger.grants import read_grants
from scharrel.ledger.own_entries import ENTRY_KINDS, read_own_entries
from scharrel.ledger.parsing import empty_keys, form_of, metadata, parse, place
from scharrel.ledger.source import refused
from scharrel.ledger.specifications import read_specifications
from scharrel.store.paths import MEMBER_ID, Coop
from scharrel.store.text import Text, read_text
from scharrel.treasury.accounts import OwnEntries
from scharrel.treasury.outlook import FixedAmount

_COMMANDS = frozenset({"option", "include"})
REGISTERED = (
    "member", "project", "subcooperative", "participant", "approval", "settlement", "grant", "specification",
    *ENTRY_KINDS, *FIXED_KINDS,
)  # fmt: skip
"""What the register has to say, in its own words."""

_ALIASES = {
    "lid": "member",
    "deelnemer": "participant",
    "deelcooperatie": "subcooperative",
    "subsidie": "grant",
    "prijs": "grant",
    "goedkeuring": "approval",
    "afrekening": "settlement",
    "cooperatie": "cooperative",
    "coöperatie": "cooperative",
    "ontvanger": "payee",
    "begunstigde": "payee",
    "bankrekening": "bank",
    "rekening": "bank",
    "klant": "customer",
    "uitkering": "benefit",
    "vaste-last": "fixed-cost",
    "vaste-lasten": "fixed-cost",
    "vast-inkomen": "fixed-income",
    "specificatie": "specification",
    "uitkeringsspecificatie": "specification",
    "brief": "specification",
}
_HOLDERS: tuple[HolderKind, ...] = ("member", "project", "subcooperative")
"""Who has a ledger, in the order in which short names are given out."""
_OF_OTHERS = ("fava", "budget")


class Register(NamedTuple):
    """The cooperative's name, all who have a ledger by id, the grants by id, and what cannot be read as one
    of these; its text and what beancount reads in it; what it says of the cooperative itself; the file of
    customers beside it; what the municipality's letters say; and what each member has fixed every month."""

    title: str
    members: dict[str, Holder]
    grants: dict[str, Grant]
    problems: list[Problem]
    text: Text
    directives: Sequence[Any] = ()
    own: OwnEntries = OwnEntries()
    customers: Customers = NO_CUSTOMERS
    specifications: Sequence[Specification] = ()
    fixed: Mapping[str, Sequence[FixedAmount]] = {}


def read_register(coop: Coop) -> Register:
    """What the register says."""
    text = read_text(coop, coop.register)
    problems = [*text.problems, *refused(text, _COMMANDS)]
    if problems:
        return Register("", {}, {}, problems, text)
    directives, options, problems = parse(text)
    title = str(options["title"] or "")
    if (others := options["operating_currency"]) and "EUR" not in others:
        line = text.data[: text.data.find(b"operating_currency")].count(b"\n") + 1
        problems.append(text.problem(line, "other-currency", currency=", ".join(others)))
    holders: dict[HolderKind, dict[str, list[HolderDirective]]] = {kind: {} for kind in _HOLDERS}
    takers: dict[str, dict[str, list[HolderDirective]]] = {}
    approvals: dict[str, list[Approval]] = {}
    settlements: dict[str, list[Settlement]] = {}
    granted: list[Any] = []
    of_coop: list[Any] = []
    fixed: list[Any] = []
    letters: list[Any] = []

    def say(line: int, code: str, /, **values: str) -> None:
        problems.append(text.problem(line, code, **values))

    for directive in directives:
        line = place(directive)
        if isinstance(directive, data.Transaction):
            say(line, "booking-in-register")
        if not isinstance(directive, data.Custom):
            continue
        emptied = empty_keys(directive) if directive.type in REGISTERED else []
        for key in emptied:
            say(text.key_line(line, key), "empty-key", key=key, form=form_of(key, directive.date))
            del directive.meta[key]
        if directive.type in holders:
            if ids := _ids(directive, 1):
                found = HolderDirective(directive.date, line, metadata(directive))
                holders[directive.type].setdefault(ids[0], []).append(found)
            else:
                say(line, f"{directive.type}-id")
        elif directive.type == "participant":
            if ids := _ids(directive, 2):
                found = HolderDirective(directive.date, line, metadata(directive))
                takers.setdefault(ids[0], {}).setdefault(ids[1], []).append(found)
            else:
                say(line, "participant")
        elif directive.type == "approval":
            for key in metadata(directive).keys() - {"by"}:
                told = {"key": key, "kind": "approval", "near": key_meant(key, ["by"], {"door": "by"})}
                problems.append(text.problem(text.key_line(line, key), "own-key", True, **told, keys="by"))
            if approval := _approval(directive):
                approvals.setdefault(approval[0], []).append(approval[1])
            else:
                say(line, "approval")
        elif directive.type == "settlement":
            if settlement := _settlement(directive):
                settlements.setdefault(settlement[0], []).append(settlement[1])
            elif not emptied:
                say(line, "settlement")
        elif directive.type == "grant":
            granted.append(directive)
        elif directive.type == "specification":
            letters += [] if emptied else [directive]
        elif directive.type in ENTRY_KINDS:
            of_coop.append(directive)
        elif directive.type in FIXED_KINDS:
            fixed.append(directive)
        elif not directive.type.startswith(_OF_OTHERS):
            near = _ALIASES.get(directive.type) or nearest(directive.type, REGISTERED)
            values = {"kind": directive.type, "near": near, "kinds": ", ".join(REGISTERED)}
            problems.append(text.problem(line, "unknown-custom", True, **values))
    members: dict[str, Holder] = {}
    for kind, found_holders in holders.items():
        for member_id, said in sorted(found_holders.items()):
            if member_id == COOP_ID:
                say(said[0].line, "coop-taken")
                continue
            if member_id in members:
                code = "project-is-member" if kind == "project" else "subcooperative-taken"
                say(said[0].line, code, project=member_id)
                continue
            members[member_id] = Holder(
                member_id,
                _in_order(said),
                approvals=tuple(sorted(approvals.pop(member_id, []))),
                settlements=tuple(sorted(settlements.pop(member_id, []))),
                kind=kind,
                participants=tuple(
                    Dated(taker, _in_order(takers[member_id][taker]))
                    for taker in sorted(takers.get(member_id, {}))
                )
                if kind == "project"
                else (),
            )
    for code, left in (("approval-member", approvals), ("settlement-member", settlements)):
        for unknown, found_entries in left.items():
            for entry in found_entries:
                say(entry.line, code, member=unknown, near=nearest(unknown, members))
    projects = frozenset(member.id for member in members.values() if member.project)
    for project, by_taker in takers.items():
        for taker, said in by_taker.items():
            if project not in projects:
                known = {"near": nearest(project, projects), "projects": ", ".join(sorted(projects)) or "-"}
                say(said[0].line, "unknown-project", project=project, **known)
            elif taker not in members or not members[taker].person:
                say(said[0].line, "participant-member", member=taker, near=nearest(taker, members))
    grants, more = read_grants(granted, members, text)
    own, wrong = read_own_entries(of_coop, text)
    specifications, unread = read_specifications(letters, members, text)
    of_members, untrue = read_fixed_amounts(fixed, members, text)
    problems += [*more, *wrong, *unread, *untrue]
    return Register(
        title, members, grants, problems, text, tuple(directives), own,
        specifications=specifications, fixed=of_members,
    )  # fmt: skip


def _ids(directive: data.Custom, count: int) -> list[str]:
    """So many ids of members or projects, and nothing else; empty otherwise."""
    values = [str(value.value) for value in directive.values or []]
    return values if len(values) == count and all(map(MEMBER_ID.fullmatch, values)) else []


def _in_order(directives: list[HolderDirective]) -> tuple[HolderDirective, ...]:
    return tuple(sorted(directives, key=lambda d: (d.day, d.line)))


def _approval(directive: data.Custom) -> tuple[str, Approval] | None:
    """Whose approval, and for what; nothing when it is not written as one."""
    values = [value.value for value in directive.values or []]
    if len(values) != 3 or not isinstance(values[0], str) or not isinstance(values[1], str):
        return None
    units = values[2]
    if not isinstance(units, Amount) or units.currency != "EUR" or not isinstance(units.number, Decimal):
        return None
    if units.number <= 0 or -int(units.number.as_tuple().exponent) > 2:
        return None
    by = str(metadata(directive).get("by", ""))
    return values[0], Approval(directive.date, place(directive), values[1], units.number, by)


def _settlement(directive: data.Custom) -> tuple[str, Settlement] | None:
    """Whose period, and what is definitive about it; nothing when it is not written as one."""
    values = [value.value for value in directive.values or []]
    if len(values) != 2 or not isinstance(values[0], str):
        return None
    try:
        period = Period.parse(str(values[1]))
    except ValueError:
        return None
    told = metadata(directive)
    source = told.pop("source", "")
    if not isinstance(source, str) or not source.strip():
        return None
    due = []
    for step, amount in told.items():
        number = amount.number if isinstance(amount, Amount) and amount.currency == "EUR" else amount
        if not isinstance(number, Decimal) or number < 0 or -int(number.as_tuple().exponent) > 2:
            return None
        due.append((step, number))
    return values[0], Settlement(directive.date, place(directive), period, tuple(due), source)
