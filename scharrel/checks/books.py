"""What stands against work on the books of these members, apart from their ledgers."""

import os
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path

from scharrel.checks.invoices import customers_problems, issued_problems
from scharrel.checks.own_entries import own_entries_problems
from scharrel.checks.permits import rules_ending
from scharrel.checks.register import register_problems
from scharrel.checks.seals import seal_problems
from scharrel.checks.signs import signs_of_all
from scharrel.checks.versions import copies, torn_templates
from scharrel.checks.written import written_problems
from scharrel.core.chart import Chart
from scharrel.core.facts import KNOWN_KEYS, Holder
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.pack import Pack
from scharrel.core.period import Period
from scharrel.core.problems import Problem, errors
from scharrel.core.settling import ends, packs_in, settled_steps
from scharrel.ledger.books import Books
from scharrel.ledger.register import Register
from scharrel.packs.cases import ENDING, read_cases
from scharrel.store.copies import ledger_copies, rule_copies
from scharrel.store.paths import MEMBER_ID, Coop
from scharrel.store.seals import Seals
from scharrel.store.text import Text, read_text


def books_problems(books: Books, register: Register, seals: Seals) -> list[Problem]:
    """Every problem of chart, register, packs, seals and the files beside them; ledgers and what the program
    wrote aside."""
    coop, members = books.coop, register.members
    problems = [*books.problems, *register_problems(register)]
    problems += own_entries_problems(register, books.chart, read_text(coop, coop.chart))
    problems += [*customers_problems(register), *issued_problems(books)]
    if not any(problem.file == register.text.shown for problem in errors(problems)):
        problems += _unregistered(coop, members)
    problems += [*copies(coop, members), *torn_templates(coop), *seal_problems(coop, seals)]
    for member in members.values():
        problems += _settlement_problems(books.register, member, books.packs, books.closed)
    problems += _almost_facts(books.register, members, books.packs)
    problems += signs_of_all(coop)
    problems += _examples_in_use(coop, members, books.packs)
    return problems


def standing_problems(books: Books, members: Collection[Holder]) -> list[Problem]:
    """The problems of the books that concern these members: all but those of packs they never use."""
    used = {f"{pack}{ending}" for pack in _used(members) for ending in (".toml", ".cases.toml")}

    def concerns(problem: Problem) -> bool:
        folder, _, name = problem.file.partition("/")
        return folder != "rules" or name in used or problem.values.get("original") in used

    return [problem for problem in books.problems if concerns(problem)]


def in_books(
    books: Books,
    members: Collection[Holder],
    today: date,
    *,
    cases: bool = True,
    written: Collection[Holder] | None = None,
) -> list[Problem]:
    """All that stands against work for these members, but for what is in their ledgers and comes of dividing:
    books, rules that end, worked cases and written files, unless what was found sound is as it was."""
    return [
        *standing_problems(books, members),
        *rules_ending(books, members, today),
        *(examples_problems(books, members) if cases else ()),
        *written_problems(books, members if written is None else written),
    ]


def examples_problems(books: Books, members: Collection[Holder]) -> list[Problem]:
    """What is wrong with the worked examples of the packs that these members use."""
    used = {pack: books.packs[pack] for pack in sorted(_used(members) & books.packs.keys())}
    return list(case_problems(books.coop, used, books.chart))


def _used(members: Collection[Holder]) -> set[str]:
    return {str(d.values["rules"]) for m in members for d in m.directives if "rules" in d.values}


def _almost_facts(text: Text, members: Mapping[str, Holder], packs: Mapping[str, Pack]) -> Iterator[Problem]:
    """Keys in the register that no rule looks at and that look like one that means something."""
    asked = {fact for pack in packs.values() for step in pack.steps for fact, _ in step.when}
    asked |= {param.by for pack in packs.values() for param in pack.params.values() if param.by}
    asked |= {fact for pack in packs.values() for fact in pack.permissions()}
    known = KNOWN_KEYS | asked | {"born", "left_for"}
    for member in members.values():
        for directive in member.directives:
            for key in directive.values.keys() - known:
                if near := nearest(key, known):
                    line = text.key_line(directive.line, key)
                    values = {"key": key, "near": near}
                    yield text.problem(line, "near-key", True, **values)


def _examples_in_use(
    coop: Coop, members: Mapping[str, Holder], packs: Mapping[str, Pack]
) -> Iterator[Problem]:
    """Rules that nobody here decided on, and by which someone works in earnest."""
    for pack in packs.values():
        under = [m for m in members.values() if any(d.values.get("rules") == pack.id for d in m.directives)]
        names = [member.name for member in under if not member.practice]
        if pack.example and names:
            text = read_text(coop, coop.rules / f"{pack.id}.toml")
            lines = text.data.decode("utf-8", "replace").split("\n")
            line = next((n for n, said in enumerate(lines, 1) if said.lstrip().startswith("example")), 1)
            values = {"names": ", ".join(names)}
            yield text.problem(line, "example-rules", True, **values)


def _settlement_problems(
    register: Text, member: Holder, packs: Mapping[str, Pack], closed: Month | None
) -> Iterator[Problem]:
    """Settlements of periods that were not the member's or are not closed, by which the municipality does not
    settle, or of steps that none of them is about."""
    for settlement in member.settlements:
        period = settlement.period
        values = {"member": member.id, "period": str(period)}

        def at(code: str, /, warning: bool = False, **more: str) -> Problem:
            return register.problem(settlement.line, code, warning, **(values | more))  # noqa: B023

        if not any(member.active(month) for month in period.months()):
            yield at("settlement-no-member")
            continue
        last = ends(member, period)
        if closed is None or closed < last:
            yield at("settlement-open", warning=True, month=str(last))
        used = packs_in(member, packs, period)
        if period.span == "quarter" and used and not any(pack.settled == "quarter" for pack in used):
            yield at("settlement-no-quarter", pack=used[-1].id, settled=used[-1].settled)
            continue
        steps = dict.fromkeys(step for pack in used for step in settled_steps(pack, period))
        for step, _ in settlement.due:
            quarter = Period.of("quarter", last)
            if step not in steps and any(step in settled_steps(pack, quarter) for pack in used):
                yield at("settlement-by-quarter", step=step, quarter=str(quarter))
            elif step not in steps:
                code = "settlement-step" if steps else "settlement-no-tax"
                yield at(code, step=step, steps=", ".join(steps))


def _unregistered(coop: Coop, members: Mapping[str, Holder]) -> Iterator[Problem]:
    for folder, ids, code in (
        (coop.projects, coop.project_ids, "project-not-registered"),
        (coop.subcooperatives, coop.subcooperative_ids, "subcooperative-not-registered"),
    ):
        for name, more in _ledgers_in(folder, members):
            if name not in ids and not more:
                shown = coop.shown(folder / f"{name}.beancount")
                yield Problem(shown, 1, code, {"id": name, "near": nearest(name, ids)})
    found = _ledgers_in(coop.members, members)
    if found and not members:
        yield Problem(coop.shown(coop.register), 1, "no-members")
        return
    for name, more in found:
        if name in members and members[name].person and not more:
            continue
        shown, near = coop.shown(coop.members / f"{name}.beancount{more}"), nearest(name, members)
        if near and not coop.ledger(near).exists():
            yield Problem(shown, 1, "ledger-name", {"id": near})
        elif not more:
            code = "not-registered" if MEMBER_ID.fullmatch(name) else "not-a-ledger"
            yield Problem(shown, 1, code, {"id": name})


def _ledgers_in(folder: Path, members: Mapping[str, Holder]) -> list[tuple[str, str]]:
    """The files that look like ledgers and are no copies: each name, and what more follows `.beancount`."""
    copied = ledger_copies(folder, members)
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    split = (n.partition(".beancount") for n in names if not n.startswith(".") and n not in copied)
    return [(name, more) for name, ending, more in split if ending]


def case_problems(coop: Coop, packs: Mapping[str, Pack], chart: Chart) -> Iterator[Problem]:
    """What is wrong with the cases of these packs."""
    for name in sorted(packs):
        path = coop.rules / f"{name}{ENDING}"
        if os.path.lexists(path):
            yield from read_cases(coop, path, packs[name], chart)[1]


def cases_of_nothing(coop: Coop, packs: Mapping[str, Pack]) -> Iterator[Problem]:
    """Cases under rules/ of which there is no pack."""
    copied = rule_copies(coop)
    for path in sorted(coop.rules.glob(f"*{ENDING}")):
        name = path.name.removesuffix(ENDING)
        if not (coop.rules / f"{name}.toml").exists() and path.name not in copied:
            near = nearest(name, packs)
            yield Problem(coop.shown(path), 1, "case-no-pack", {"pack": name, "near": near})
