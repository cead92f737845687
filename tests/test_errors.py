"""Every error that is no mistake in a ledger or pack, provoked, and none left that cannot be."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import test_cases
import test_check
from conftest import Once, Run
from exports import made
from filelock import FileLock
from test_closing import close_small

from scharrel.core.month import Month
from scharrel.text.words import catalogue

LEDGER = "ledgers/members/amina.beancount"
REGISTER = "ledgers/coop.beancount"
PACK = "rules/vrije-uitloop.toml"
SEALS = "ledgers/allocations"
LATE = '\n2026-02-20 * "late" "klant"\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n'
WITHDRAWAL = '\n2026-05-20 * "winkel"\n{reason}  Liabilities:Spaarpot  {amount} EUR\n  Assets:Bank\n'
SETTLED = '\n2026-06-12 custom "settlement" "{member}" "{year}"\n  source: "Aanslag"\n  {due}\n'
TAKE_OVER = "rules import {coop}/uit.toml"
STATEMENT = "statements/2026-05/member/amina.txt"


def test_a_file_that_is_not_there_is_wrong_usage_and_the_one_like_it_is_named(
    coop: Path, quick: Run, tmp_path: Path
) -> None:
    (tmp_path / "camt-oktober.xml").touch()
    done = quick("verify", str(tmp_path / "camt-oktbr.xml"), "--coop", str(coop))
    assert (done.status, "Bedoel je camt-oktober.xml?" in done.err) == (2, True)


def said(key: str, text: str) -> bool:
    """Whether the message of that key stands in the text, whatever is filled in."""
    section, _, name = key.partition(".")
    template: str = catalogue("nl")[section][name]
    pattern = re.sub(r"\\\{[a-z_]+\\\}", ".+?", re.escape(template.split("\n", maxsplit=1)[0]))
    return bool(re.search(pattern.replace(r"\{\{", r"\{").replace(r"\}\}", r"\}"), text))


Break = Callable[[Path], object]


def add(file: str, text: str) -> Break:
    def more(coop: Path) -> None:
        with open(coop / file, "a", encoding="utf-8") as opened:
            opened.write(text)

    return more


def put(file: str, text: str) -> Break:
    def instead(coop: Path) -> None:
        (coop / file).parent.mkdir(parents=True, exist_ok=True)
        (coop / file).write_text(text, "utf-8")

    return instead


def swap(file: str, old: str, new: str) -> Break:
    def instead(coop: Path) -> None:
        text = (coop / file).read_text("utf-8")
        assert old in text
        (coop / file).write_text(text.replace(old, new, 1), "utf-8")

    return instead


def gone(file: str) -> Break:
    return lambda coop: (coop / file).unlink()


def as_it_is(_: Path) -> None:
    pass


ASKING = swap(PACK, 'target = "start_capital"', 'target = "start_capital"\napproval = true')
HOUSEHOLD = swap(
    PACK,
    '[param.free_amount]\nsource = "s"\nvalues = [ { from = 2026-01-01, value = 200.00 } ]',
    '[param.free_amount]\nsource = "s"\nby = "household"\n'
    "values = [ { from = 2026-01-01, value = { single = 200.00 } } ]",
)

# What is said, what is done to a sound cooperative, which command then says it, and with what status.
ERRORS: dict[str, tuple[Break, str, int]] = {
    "error.month": (as_it_is, "allocate oktobr", 2),
    "error.month-which": (as_it_is, "explain amina ju", 2),
    "error.month-far": (as_it_is, "allocate 2062-10", 2),
    "error.no-member": (as_it_is, "explain amna 2026-04", 2),
    "error.before-first": (as_it_is, "explain amina 2025-04", 2),
    "error.no-month": (
        lambda coop: (
            add(REGISTER, '\n2026-06-01 custom "member" "amina"\n  left: TRUE\n')(coop),
            put(LEDGER, 'include "../accounts.beancount"\n')(coop),
        ),
        "explain amina 2026-09",
        2,
    ),
    "error.no-step": (as_it_is, "explain amina 2026-04 koop", 2),
    "error.write": (put("ledgers/allocations", "een bestand"), "allocate 2026-06", 1),
    "error.file": (as_it_is, "rules show nergens.toml", 2),
    "error.lang": (as_it_is, "check --lang de", 2),
    "error.not-empty": (as_it_is, "init {coop}", 2),
    "error.one-folder": (as_it_is, "init a b", 2),
    "error.no-template": (as_it_is, "init --templates lid.j2 --coop {coop}", 2),
    "error.template-exists": (put("templates/year.j2", ""), "init --templates --coop {coop}", 2),
    "error.member-exists": (as_it_is, "member add amina Amina", 2),
    "error.member-id": (as_it_is, "member add Amina Amina", 2),
    "error.no-name": (as_it_is, "member add bram _", 2),
    "error.no-pack": (as_it_is, "member add bram Bram --rules x", 2),
    "error.household": (HOUSEHOLD, "member add bram Bram --household alleen", 2),
    "error.household-missing": (HOUSEHOLD, "member add bram Bram", 2),
    "error.iban": (as_it_is, "member add bram Bram --iban NL00", 2),
    "error.kind": (as_it_is, "statements --for x", 2),
    "error.format": (as_it_is, "statements --format doc", 2),
    "error.csv": (as_it_is, "statements --csv=de", 2),
    "error.csv-all": (as_it_is, "statements --csv nl --member amina", 2),
    "error.coop-member": (as_it_is, "statements --for coop --member amina", 2),
    "error.nothing-allocated": (as_it_is, "statements", 1),
    "error.month-ahead": (as_it_is, f"statements {Month.of(date.today()).plus(1)}", 2),  # noqa: DTZ011
    "error.month-before": (as_it_is, "statements 2025-12", 2),
    "error.not-ended": (as_it_is, "close 2028-01", 2),
    "error.settlement-open": (as_it_is, "settle 2026 --member amina", 1),
    "error.year": (as_it_is, "report umbrella 26", 2),
    "error.settled-period": (as_it_is, "settle 2026-Q5 --member amina", 2),
    "error.no-quarter": (as_it_is, "settle 2026-Q1 --member amina", 1),
    "error.amount": (as_it_is, "what-if amina --turnover veel", 2),
    "error.what-if-nothing": (as_it_is, "what-if amina", 2),
    "error.what-if-costs": (
        lambda coop: (
            swap(PACK, 'input = "costs"', 'input = "donations"')(coop),
            put(LEDGER, 'include "../accounts.beancount"\n')(coop),
        ),
        "what-if amina --turnover 5 --costs 5 --month 2026-06",
        2,
    ),
    "error.period": (as_it_is, "simulate vrije-uitloop --from 2026-10 --to 2026-01", 2),
    "error.simulate-no-one": (as_it_is, "simulate vrije-uitloop --from 2020-01 --to 2020-03", 2),
    "error.simulate-no-member": (
        as_it_is,
        "simulate vrije-uitloop --member amina --from 2020-01 --to 2020-03",
        2,
    ),
    "error.set": (as_it_is, "simulate vrije-uitloop --set coop_share", 2),
    "error.set-twice": (as_it_is, "simulate vrije-uitloop --set coop_share=1% --set coop_share=2%", 2),
    "error.set-name": (as_it_is, "simulate vrije-uitloop --set share=1%", 2),
    "error.goal": (as_it_is, "simulate vrije-uitloop --goal-seek x=1 --set coop_share=?", 2),
    "error.goal-figure": (as_it_is, "simulate vrije-uitloop --goal-seek coop=1500", 2),
    "error.goal-unmoved": (
        as_it_is,
        "simulate vrije-uitloop --goal-seek supplier=1500 --set coop_share=? --from 2026-01 --to 2026-04",
        2,
    ),
    "error.no-coop-there": (gone(REGISTER), "check", 2),
    "usage.option": (as_it_is, "check --alles", 2),
    "usage.missing": (as_it_is, "explain amina", 2),
    "usage.command": (as_it_is, "alocate", 2),
    "usage.help": (as_it_is, "explain amina", 2),
    "usage.extra": (as_it_is, "member add bram Bram de Wit", 2),
    "usage.value": (as_it_is, "check --coop", 2),
    "usage.no-value": (as_it_is, "check --json=x", 2),
    "problem.no-reason": (add(LEDGER, WITHDRAWAL.format(reason="", amount="1.00")), "check", 0),
    "problem.not-approved": (ASKING, "check", 1),
    "problem.pot-below-zero": (
        add(LEDGER, WITHDRAWAL.format(reason='  reason: "x"\n', amount="9999.00")),
        "check",
        0,
    ),
    "problem.approval": (add(REGISTER, '\n2026-05-01 custom "approval" "amina" 2.00 EUR\n'), "check", 1),
    "problem.approval-member": (
        add(REGISTER, '\n2026-05-01 custom "approval" "amna" "Fiets" 2.00 EUR\n'),
        "check",
        1,
    ),
    "problem.approval-pot": (swap(PACK, 'rate = "20%"', 'rate = "20%"\napproval = true'), "check", 1),
    "problem.settlement": (
        add(REGISTER, SETTLED.format(member="amina", year="2026", due="tax: -1")),
        "check",
        1,
    ),
    "problem.settlement-member": (
        add(REGISTER, SETTLED.format(member="amna", year="2026", due="tax: 1")),
        "check",
        1,
    ),
    "problem.settlement-no-member": (
        add(REGISTER, SETTLED.format(member="amina", year="2024", due="tax: 1")),
        "check",
        1,
    ),
    "problem.settlement-open": (
        add(REGISTER, SETTLED.format(member="amina", year="2026", due="tax: 1")),
        "check",
        0,
    ),
    "problem.settlement-step": (
        add(REGISTER, SETTLED.format(member="amina", year="2026", due="coop: 1")),
        "check",
        1,
    ),
    "problem.settlement-no-tax": (
        lambda coop: (
            swap(PACK, 'party = "tax"', 'party = "coop"')(coop),
            add(REGISTER, SETTLED.format(member="amina", year="2026", due="tax: 1"))(coop),
        ),
        "check",
        1,
    ),
    "problem.settlement-no-quarter": (
        add(REGISTER, SETTLED.format(member="amina", year="2026-Q1", due="benefit: 1")),
        "check",
        1,
    ),
    "problem.settlement-by-quarter": (
        lambda coop: (
            swap(PACK, "[pack]", '[pack]\nsettled = "quarter"')(coop),
            swap(PACK, 'party = "coop"', 'party = "municipality"')(coop),
            add(REGISTER, SETTLED.format(member="amina", year="2026", due="coop: 1"))(coop),
        ),
        "check",
        1,
    ),
    "problem.settled-nobody": (
        lambda coop: (coop / PACK).write_text(
            (coop / PACK)
            .read_text()
            .replace("municipality", "coop")
            .replace("[pack]", '[pack]\nsettled = "quarter"', 1)
        ),
        "check",
        1,
    ),
    "problem.symlink": (
        lambda coop: (
            (coop / LEDGER).rename(coop / "elders"),
            (coop / LEDGER).symlink_to(coop / "elders"),
        ),
        "check",
        1,
    ),
    "problem.too-long": (lambda coop: os.truncate(coop / LEDGER, 60_000_000), "check", 1),
    "problem.too-many-lines": (add(LEDGER, ";\n" * 600_000), "check", 1),
    "problem.long-line": (add(LEDGER, ";" * 6_000), "check", 1),
    "problem.unreadable-file": (
        lambda coop: (shutil.rmtree(coop / "ledgers/members"), put("ledgers/members", "een bestand")(coop)),
        "check",
        1,
    ),
    "problem.many-more": (add(LEDGER, "x y z\n" * 300), "check", 1),
    "problem.stopped-looking": (
        add(LEDGER, "".join(LATE.replace("Omzet", f"Omzet{n}") for n in range(300))),
        "check",
        1,
    ),
    "problem.strange-letters": (
        add(LEDGER, "\n2026-01-01 open Liabilities:Sp\N{CYRILLIC SMALL LETTER A}arpot EUR\n"),
        "check",
        1,
    ),
    "problem.toml-size": (put(PACK, "# veel\n" * 30_000), "check", 1),
    "problem.toml-shape": (put(PACK, "a = " + "[" * 4_000), "check", 1),
    "problem.unusual-form": (
        swap(PACK, 'party = "tax"\nsource = "s"', 'party = "tax"\nsource = "s"\n[step.cap]\nmonth = 9.00'),
        "rules export vrije-uitloop --out {coop}/uit.toml",
        1,
    ),
    "problem.export-form": (put("uit.toml", "[pack]"), TAKE_OVER, 1),
    "problem.export-changed": (put("uit.toml", made().replace("= 100.00", "= 900.00")), TAKE_OVER, 1),
    "problem.hidden-letter": (put("uit.toml", made("# \u202ewit\n")), TAKE_OVER, 1),
    "problem.strange-name": (put("uit.toml", made().replace("Bank", "B\u0430nk")), TAKE_OVER, 1),
    "error.pack-exists": (put("uit.toml", made()), TAKE_OVER + " --as vrije-uitloop", 2),
    "error.pack-id": (put("uit.toml", made()), TAKE_OVER + " --as ../x", 2),
    "error.set-open": (put("uit.toml", made()), TAKE_OVER + " --set norm=8%", 2),
    "error.out-exists": (as_it_is, f"rules export vrije-uitloop --out {{coop}}/{PACK}", 2),
    "error.out-in-rules": (as_it_is, "rules export vrije-uitloop --out {coop}/rules/x.toml", 2),
}
# The same of a cooperative that was allocated up to May and closed up to April.
CLOSED: dict[str, tuple[Break, str, int]] = {
    "error.closed": (as_it_is, "close 2026-03", 2),
    "error.nothing-for": (as_it_is, "statements 2026-01 --for quarter --member amina", 2),
    "error.nothing-to-print": (as_it_is, "statements 2026-01 --for settlement", 2),
    "problem.broken-seal": (put(f"{SEALS}/amina/2026-02.seal", "{"), "allocate 2026-06", 1),
    "problem.lost-seal": (gone(f"{SEALS}/2026-04.seal"), "check", 1),
    "problem.other-seal": (add(f"{SEALS}/2026-02.seal", " "), "check", 1),
    "problem.lost-allocation": (gone(f"{SEALS}/amina/2026-03.beancount"), "check", 1),
    "error.code": (as_it_is, "audit --code 1234", 2),
    "problem.rules-of-closed": (swap(PACK, '"10%"', '"11%"'), "allocate 2026-06", 1),
    "problem.not-allocated": (add(LEDGER, LATE), "statements 2026-05", 1),
    "problem.unallocated": (gone(f"{SEALS}/amina/2026-05.beancount"), "statements 2026-05", 1),
    "problem.template": (put("templates/member.j2", "{% if %}"), "statements 2026-05", 1),
    "problem.own-template": (put("templates/parts.j2", ""), "statements 2026-05", 1),
    "audit.sound": (as_it_is, "audit", 0),
    "audit.lost-month": (gone(f"{SEALS}/2026-04.seal"), "audit", 1),
    "audit.broken-second": (put("ledgers/closed.json", "{"), "audit", 1),
    "audit.missing-second": (gone("ledgers/closed.json"), "audit", 1),
    "audit.old-second": (put("ledgers/closed.json", '{"closing": "", "seals": {}}'), "audit", 1),
    "audit.unknown-seal": (put(f"{SEALS}/bram/2026-02.seal", "{}"), "audit", 1),
    "audit.changed-chart": (swap("ledgers/accounts.beancount", '"costs"', '"phones"'), "audit", 1),
    "audit.changed-head": (
        swap(PACK, 'id = "vrije-uitloop"', 'id = "vrije-uitloop"\nstrict = true'),
        "audit",
        1,
    ),
    "audit.member-gone": (swap(REGISTER, '"member" "amina"', '"member" "amine"'), "audit", 1),
    "audit.missing-month": (gone(f"{SEALS}/2026-02.seal"), "audit", 1),
    "audit.restore": (gone(f"{SEALS}/2026-02.seal"), "audit", 1),
    "audit.broken-seal": (put(f"{SEALS}/2026-02.seal", "{"), "audit", 1),
    "audit.changed-seal": (add(f"{SEALS}/amina/2026-02.seal", " "), "audit", 1),
    "audit.broken-chain": (add(f"{SEALS}/2026-02.seal", " "), "audit", 1),
    "audit.seals-differ": (add(f"{SEALS}/amina/2026-04.seal", " "), "audit", 1),
    "audit.missing-seal": (gone(f"{SEALS}/amina/2026-02.seal"), "audit", 1),
    "audit.missing-allocation": (gone(f"{SEALS}/amina/2026-03.beancount"), "audit", 1),
    "audit.changed-allocation": (add(f"{SEALS}/amina/2026-03.beancount", ";"), "audit", 1),
    "audit.booking-gone": (swap(LEDGER, "2026-01", "2026-03"), "audit", 1),
    "audit.booking-new": (add(LEDGER, LATE), "audit", 1),
    "audit.correct": (add(LEDGER, LATE), "audit", 1),
    "audit.changed-rules": (swap(PACK, '"10%"', '"11%"'), "audit", 1),
    "audit.span": (swap(REGISTER, 'name: "Amina"', 'name: "Amina"\n  card: "x"'), "audit", 1),
    "audit.changed-facts": (swap(REGISTER, 'name: "Amina"', 'name: "Amina"\n  card: "x"'), "audit", 1),
}
EXPORT = "vrije-uitloop.export.toml"
# The same of a cooperative with an export of its own rules, which it takes over again.
EXPORTED: dict[str, tuple[Break, str, int]] = {
    "error.out-exists": (as_it_is, "rules export vrije-uitloop --out {coop}/rules/vrije-uitloop.toml", 2),
    "error.out-in-rules": (as_it_is, "rules export vrije-uitloop --out {coop}/rules/uit.toml", 2),
    "error.pack-exists": (as_it_is, f"rules import {{coop}}/{EXPORT}", 2),
    "error.pack-id": (as_it_is, f"rules import {{coop}}/{EXPORT} --as Nieuw!", 2),
    "error.set-open": (as_it_is, f"rules import {{coop}}/{EXPORT} --as nieuw --set share=1%", 2),
    "problem.unusual-form": (
        swap(PACK, 'party = "tax"\nsource = "s"', 'party = "tax"\nsource = "s"\n[step.cap]\nmonth = 9.00'),
        "rules export vrije-uitloop --out {coop}/uit.toml",
        1,
    ),
    "problem.export-form": (
        swap(EXPORT, "[export]", "[uitvoer]"),
        f"rules import {{coop}}/{EXPORT} --as nieuw",
        1,
    ),
    "problem.export-changed": (
        swap(EXPORT, "carry = true", "carry = false"),
        f"rules import {{coop}}/{EXPORT} --as nieuw",
        1,
    ),
    "problem.hidden-letter": (
        swap(PACK, 'title = "vrije', 'title = "\N{RIGHT-TO-LEFT OVERRIDE}vrije'),
        "rules export vrije-uitloop --out {coop}/uit.toml",
        1,
    ),
    "problem.strange-name": (
        swap(EXPORT, "Liabilities:Spaarpot", "Liabilities:Sp\N{CYRILLIC SMALL LETTER A}arpot"),
        f"rules import {{coop}}/{EXPORT} --as nieuw",
        1,
    ),
}
OWN_TESTS = {
    "error.no-coop", "error.busy", "error.output", "error.interrupted", "error.no-settlement",
    "problem.changed-while-reading", "audit.nothing-closed", "error.anonymous-member", "error.too-few",
}  # fmt: skip
OWN_TESTS |= {  # in test_empty_keys.py
    "problem.key-above-posting", "problem.other-currency", "problem.vat-other-rate",
}  # fmt: skip
OWN_TESTS |= {  # in test_projects.py
    "problem.feeds-account", "problem.feeds-scope", "problem.no-participant",
    "problem.nobody-takes-part", "problem.nobody-worked", "problem.pack-for-members",
    "problem.pack-for-projects",
    "problem.participant", "problem.participant-key", "problem.participant-member",
    "problem.participant-outside", "problem.participant-weight", "problem.project-id",
    "problem.project-is-member", "problem.project-money", "problem.project-not-registered",
    "problem.scope-share", "problem.share-not-divided", "problem.unknown-project",
    "problem.work-in-project",
}  # fmt: skip
OWN_TESTS |= {  # in test_exchanges.py
    "problem.exchange-money", "problem.exchange-no-member", "problem.exchange-of-project",
    "problem.exchange-role", "problem.exchange-self", "problem.exchange-taken",
    "problem.exchange-twice", "problem.exchange-unknown", "problem.exchange-without",
}  # fmt: skip
OWN_TESTS |= {
    "problem.at-cap",
    "problem.fact-word",
    "problem.near-cap",
    "problem.near-cap-hours",
    "problem.over-cap",
}  # in test_allowances.py, test_article_34a.py
OWN_TESTS |= {  # in test_written.py
    "problem.link", "problem.written-added", "problem.written-changed", "problem.written-closed",
    "problem.written-merge",
}  # fmt: skip
OWN_TESTS |= {"error.no-fava", "error.port"}  # in test_web.py
OWN_TESTS |= {"problem.example-rules", "error.close-practice"}  # in test_starting.py
OWN_TESTS |= {"error.watch-json"}  # in test_watch.py
OWN_TESTS |= {"error.csv-json"}  # in test_help.py
OWN_TESTS |= {  # in test_member_leave.py
    "error.leave-bookings", "error.leave-closed", "error.leaves-already", "error.not-a-member",
}  # fmt: skip
OWN_TESTS |= {"problem.joined-too-early", "error.month-closed"}  # in test_closing.py
OWN_TESTS |= {  # in test_seals.py
    "problem.seal-of-corrected", "audit.code", "audit.code-of", "audit.code-of-none",
    "audit.changed-approval", "audit.changed-grant", "audit.changed-quote", "audit.changed-settlement",
}  # fmt: skip
OWN_TESTS |= {  # in test_quotes.py
    "problem.quote", "problem.quote-both", "problem.quote-elsewhere", "problem.quote-twice",
    "problem.quote-unknown",
}  # fmt: skip
OWN_TESTS |= {  # in test_einvoice.py
    "problem.quote-key", "problem.quote-line", "problem.quote-none", "problem.quote-sum",
    "problem.quote-until",
}  # fmt: skip
OWN_TESTS |= {"problem.no-pot"}  # in test_pots.py
OWN_TESTS |= {"error.compare-person"}  # in test_compare.py
OWN_TESTS |= {  # in test_outlook.py
    "error.outlook-months", "error.outlook-person", "problem.benefit-name", "problem.day-of-month",
    "problem.fixed", "problem.fixed-again", "problem.fixed-member", "problem.form-holiday-part",
    "problem.month-of-year", "problem.months-after",
}  # fmt: skip
OWN_TESTS |= {  # in test_purposes.py
    "problem.no-purpose", "problem.purpose", "problem.purposes", "problem.purposes-approval",
    "problem.purposes-pot",
}  # fmt: skip
OWN_TESTS |= {  # in test_conditions.py
    "problem.asset-gone", "problem.asset-twice", "problem.cost-not-approved", "problem.depreciation-account",
    "problem.lifetime", "problem.lifetime-account", "problem.no-lifetime", "problem.limit",
    "problem.limit-near", "problem.limit-passed", "problem.no-permission",
    "problem.permission-ends", "problem.permission-over", "problem.rules-end",
    "problem.unknown-asset",
}  # fmt: skip
OWN_TESTS |= {  # in test_subcooperatives.py
    "problem.contributions-pool", "problem.contributions-scope", "problem.fact-subcooperative",
    "problem.pack-for-subcooperatives", "problem.scope-all", "problem.subcooperative-id",
    "problem.subcooperative-inside", "problem.subcooperative-not-registered",
    "problem.subcooperative-outside",
    "problem.subcooperative-rules", "problem.subcooperative-taken", "problem.unknown-subcooperative",
}  # fmt: skip
OWN_TESTS |= {  # in test_register.py
    "problem.account-below-pot", "problem.approval-again", "problem.below-pot", "problem.born-when",
    "problem.contradiction", "problem.fact-not-a-day", "problem.fact-not-a-number",
    "problem.fact-not-a-word", "problem.iban", "problem.on-appropriation", "problem.participant-back",
    "problem.participant-left", "problem.participant-weight-size", "problem.settlement-again",
}  # fmt: skip
OWN_TESTS |= {  # in test_grants.py
    "problem.grant", "problem.grant-account", "problem.grant-again", "problem.grant-early",
    "problem.grant-elsewhere", "problem.grant-holder", "problem.grant-key", "problem.grant-lifetime",
    "problem.grant-nothing",
    "problem.grant-received", "problem.grant-spent", "problem.grant-without", "problem.unknown-grant",
    "error.no-grant", "error.year-ahead",
}  # fmt: skip
OWN_TESTS |= {  # in test_book.py
    "problem.book-at-bank", "problem.book-not-at-bank", "problem.inbox-long", "problem.inbox-text",
    "problem.inbox-headings",
    "problem.label-again", "problem.label-key", "problem.label-text", "problem.ledger-changed",
    "problem.ledger-open", "problem.undo-changed",
    "error.book-account", "error.book-lacks-account", "error.book-lacks-money", "error.book-lacks-purpose",
    "error.book-lacks-reason", "error.book-lacks-what", "error.book-lacks-who", "error.book-no-again",
    "error.book-no-undo", "error.book-one", "error.book-project", "error.book-terminal", "error.book-undo",
    "error.book-vat", "error.book-whose",
}  # fmt: skip
OWN_TESTS |= {  # in test_own_entries.py
    "problem.bank-account", "problem.bank-again", "problem.bank-currency", "problem.bank-name",
    "problem.coop-taken", "problem.cooperative-name", "problem.customer-name", "problem.kvk",
    "problem.one-suspense", "problem.opening", "problem.own-key", "problem.own-without",
    "problem.payee-name", "problem.role-place", "problem.terms", "problem.text-unquoted",
    "problem.two-cooperatives", "problem.vat-due", "problem.vat-word",
}  # fmt: skip
OWN_TESTS |= {  # in test_specifications.py
    "problem.specification", "problem.specification-again", "problem.specification-amount",
    "problem.specification-early", "problem.specification-empty", "problem.specification-key",
    "problem.specification-member", "problem.specification-outside",
    "error.draft-exists", "error.draft-form", "error.letter-date", "error.letter-month",
    "error.letter-no-amount", "error.letter-no-date", "error.letter-right", "error.letter-terminal",
    "error.no-letter",
}  # fmt: skip
OWN_TESTS |= {  # in test_treasury.py
    "problem.treasury-gone", "problem.treasury-key", "problem.treasury-lost", "problem.treasury-new",
    "audit.treasury", "error.coop-step",
}  # fmt: skip
OWN_TESTS |= {  # in test_vat.py
    "problem.vat-abroad", "problem.vat-account", "problem.vat-fits-none", "problem.vat-no-number",
    "problem.vat-none", "problem.vat-not-then", "problem.vat-overlap", "problem.vat-private",
    "problem.vat-return-changed", "problem.vat-return-name", "problem.vat-said", "problem.vat-unfiled",
    "problem.vat-which", "problem.vat-while-exempt",
    "error.vat-ahead", "error.vat-not-over", "error.vat-period",
}  # fmt: skip
OWN_TESTS |= {  # in test_formats.py
    "problem.bank-amount", "problem.bank-archive", "problem.bank-batch", "problem.bank-binary",
    "problem.bank-currencies", "problem.bank-day", "problem.bank-dtd", "problem.bank-empty",
    "problem.bank-encoding", "problem.bank-field", "problem.bank-html", "problem.bank-kind",
    "problem.bank-message", "problem.bank-no-account", "problem.bank-no-balances",
    "problem.bank-no-statement", "problem.bank-pdf", "problem.bank-picture", "problem.bank-spreadsheet",
    "problem.bank-text", "problem.bank-too-large", "problem.bank-too-long", "problem.bank-too-many",
    "problem.bank-xml", "problem.bank-zip", "problem.bank-zip-many", "problem.bank-zip-nested",
}  # fmt: skip
OWN_TESTS |= {"problem.lodging-before", "problem.lodging-rate"}  # in test_suspicions.py
OWN_TESTS |= {  # in test_receipt_files.py
    "problem.receipts", "problem.receipt-changed", "problem.receipt-gone", "problem.receipt-link",
    "problem.receipt-missing", "problem.receipt-name", "problem.receipt-no-file", "problem.receipt-none",
    "problem.receipt-too-large", "problem.receipt-unready", "audit.receipt-changed", "audit.receipt-gone",
}  # fmt: skip
OWN_TESTS |= {  # in test_pay.py
    "problem.no-transit", "problem.pay-nickname", "problem.pay-no-bank", "problem.pay-returned",
    "problem.payment-reference", "problem.run-changed", "problem.run-file", "problem.run-gone",
    "problem.run-lost", "problem.run-unconfirmed",
    "error.pay-cancel-alone", "error.pay-cancelled", "error.pay-closed-day", "error.pay-left",
    "error.pay-no-run", "error.pay-open-month", "error.pay-paper-alone", "error.pay-reason",
    "error.pay-reason-alone",
}  # fmt: skip
OWN_TESTS |= {  # in test_bank_months.py
    "problem.bank-line-lost", "problem.bank-line-open", "problem.bank-line-unready", "problem.bank-uncovered",
    "problem.booking-unconfirmed",
}  # fmt: skip
OWN_TESTS |= {  # in test_bank.py
    "error.assign-account", "error.assign-booking", "error.assign-how", "error.assign-line",
    "error.assign-terminal", "error.bank-line-which", "error.gap-reason", "error.no-bank",
    "error.no-bank-line", "problem.bank-folder", "problem.bank-line-booked", "problem.bank-line-custom",
    "problem.bank-line-directive", "problem.bank-line-elsewhere", "problem.bank-line-early",
    "problem.bank-line-answered",
    "problem.bank-line-gone", "problem.bank-line-late", "problem.bank-line-practice",
    "problem.bank-line-holder", "problem.bank-line-identity", "problem.bank-line-include",
    "problem.bank-line-incomplete", "problem.bank-line-twice", "problem.bank-month-size",
    "problem.bank-not-open", "problem.bank-opening", "problem.bank-other-side",
    "problem.bank-own-account",
    "problem.bank-rule-conditions",
    "problem.bank-rule-iban", "problem.bank-rule-id", "problem.bank-rule-rate", "problem.bank-rule-table",
    "problem.bank-no-vat", "problem.bank-vat-account",
    "problem.statement-account", "problem.statement-changed",
    "problem.statement-gone", "problem.statement-other", "problem.statement-unrecorded",
    "problem.bank-month-gone",
    "problem.statement-currency", "problem.statement-gap", "problem.statement-lacks-line",
    "problem.statement-no-balances", "problem.statement-no-days", "problem.statement-opening",
    "problem.statement-overlap", "problem.statement-reference", "problem.statement-strange-line",
    "problem.statement-sum", "problem.statement-too-early",
}  # fmt: skip

OWN_TESTS |= {  # in test_received.py
    "problem.received-left", "problem.received-no-number", "audit.changed-received",
}  # fmt: skip
OWN_TESTS |= {  # in test_einvoice.py
    "problem.quote-answer", "problem.quote-billed", "problem.quote-declined", "problem.logo",
    "problem.logo-kept", "problem.form-collection", "problem.form-interest", "problem.form-interest-business",
    "problem.reminder-claim",
}  # fmt: skip
OWN_TESTS |= {  # in test_invoices.py
    "error.assign-invoice", "error.assign-invoice-alone", "problem.bank-line-number", "problem.invoice-again",
    "problem.customer-twice", "problem.form-country", "problem.form-email",
    "problem.form-language", "problem.form-oin", "problem.form-postcode", "problem.form-vat-id",
    "problem.invoice-booking-changed", "problem.invoice-booking-gone", "problem.invoice-closed",
    "problem.invoice-credit-of-credit", "problem.invoice-credited",
    "problem.invoice-credits", "problem.invoice-credits-alone", "problem.invoice-credits-more",
    "problem.invoice-credits-other", "problem.invoice-delivered", "problem.invoice-exempt",
    "problem.invoice-file", "problem.invoice-file-name", "problem.invoice-gone", "problem.invoice-holder",
    "problem.issued-files", "problem.issued-gone",
    "problem.invoice-lacks", "problem.invoice-line-key", "problem.invoice-line-text",
    "problem.invoice-negative", "problem.invoice-no-rate", "problem.invoice-no-vat",
    "problem.invoice-nothing", "problem.invoice-quantity", "problem.invoice-rates",
    "problem.invoice-two-rates", "problem.invoice-unknown", "problem.invoice-vat",
    "problem.invoice-vat-lacks", "problem.invoice-vat-word", "problem.invoice-zero", "problem.no-receivable",
    "problem.only-customers", "problem.treasury-for",
    "error.customer-exists", "error.customer-terminal",
}  # fmt: skip


def run_and_look(key: str, row: tuple[Break, str, int], coop: Path, quick: Run) -> None:
    breaking, command, status = row
    breaking(coop)
    arguments = [" " if a == "_" else a.replace("{coop}", str(coop)) for a in command.split()]
    takes_none = arguments[-1] == "--coop" or arguments[0] in ("init", "alocate")
    done = quick(*arguments, *([] if takes_none else ["--coop", str(coop)]))
    assert (done.status, said(key, done.out + done.err)) == (status, True), done


@pytest.mark.parametrize("key", ERRORS)
def test_an_error(key: str, coop: Path, quick: Run) -> None:
    run_and_look(key, ERRORS[key], coop, quick)


@pytest.mark.parametrize("key", CLOSED)
def test_an_error_about_what_is_closed(key: str, tmp_path: Path, once: Once, quick: Run) -> None:
    run_and_look(key, CLOSED[key], once(close_small, tmp_path / "coop"), quick)


@pytest.mark.parametrize("key", EXPORTED)
def test_an_error_about_rules_that_travel(key: str, coop: Path, quick: Run) -> None:
    exported = quick("rules", "export", "vrije-uitloop", "--out", str(coop / EXPORT), "--coop", str(coop))
    assert exported.status == 0
    run_and_look(key, EXPORTED[key], coop, quick)


@pytest.mark.parametrize("section", ["problem", "error", "usage", "audit"])
def test_every_message_is_provoked(section: str) -> None:
    provoked = {*ERRORS, *CLOSED, *EXPORTED, *OWN_TESTS}
    tables = (test_check.IN_THE_LEDGER, test_check.IN_THE_PACK, test_check.ELSEWHERE, test_check.OWN_TESTS)
    tables += (test_cases.IN_THE_CASES, test_cases.OWN_TESTS)
    provoked |= {f"problem.{code}" for table in tables for code in table}
    assert {f"{section}.{key}" for key in catalogue("nl")[section]} == {
        key for key in provoked if key.startswith(section + ".")
    }


def test_every_hint_belongs_to_a_message() -> None:
    assert set(catalogue("nl")["otherwise"]) <= {*catalogue("nl")["problem"], *catalogue("nl")["error"]}


# -- those that need more


def test_who_is_at_work_is_named(coop: Path, quick: Run) -> None:
    (coop / ".scharrel").mkdir()
    (coop / ".scharrel/holder").write_text("scharrel close, 1234")
    with FileLock(coop / ".scharrel/lock"):
        done = quick("allocate", "2026-06", "--coop", str(coop))
    assert done.status == 1
    assert said("error.busy", done.err)
    assert "scharrel close, 1234" in done.err


def test_outside_a_cooperative(tmp_path: Path, quick: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = quick("check")
    assert (done.status, said("error.no-coop", done.err)) == (2, True)


def test_an_outcome_that_has_no_place_to_go(coop: Path) -> None:
    for command in (["check", "--json", "--coop", str(coop)], ["--version"], ["--help"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "scharrel", *command],
                stdout=full, stderr=subprocess.PIPE, text=True, check=False, env={"LANG": "nl_NL.UTF-8"},
            )  # fmt: skip
        assert done.returncode == 1
        assert done.stderr == "De uitkomst is niet te schrijven: de schijf is vol.\n"


@pytest.mark.parametrize("close", ["| true", "", ">&-", "2>&-"])
def test_nobody_listens(close: str, coop: Path) -> None:
    add(LEDGER, "fout\n")(Path(shutil.copytree(coop, coop.parent / "wrong")))
    where = {0: coop, 1: coop.parent / "wrong"}
    for command, status in (("explain amina 2026-04", 0), ("check --json", 0), ("check", 1), ("alocate", 2)):
        option = f"--coop '{where[status]}'" if status in where else ""
        shell = f"'{sys.executable}' -m scharrel {command} {option} {close}; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
        expected = status or (1 if close == "| true" else 0)
        assert (done.returncode, done.stderr.count("Traceback")) == (expected, 0)


STOPPED_IN = """
import os, signal, sys
module, name = sys.argv.pop(1).split(":")
def look(frame, event, _):
    if event == "call" and frame.f_code.co_name == name and frame.f_globals.get("__name__") == module:
        sys.setprofile(None)
        os.kill(os.getpid(), signal.SIGINT)
from scharrel.cli.main import main
sys.setprofile(look)
main()
"""


@pytest.mark.parametrize(
    "moment",
    [
        "scharrel.cli.main:_run", "beancount.parser.grammar:option", "beancount.parser.grammar:transaction",
        "beancount.parser.grammar:posting", "beancount.parser.grammar:finalize",
    ],
)  # fmt: skip
def test_stopping_is_no_mistake_in_a_ledger(moment: str, coop: Path) -> None:
    add(LEDGER, LATE.replace("-100.00", "-1,000.00"))(coop)  # a number that is for the parser
    done = subprocess.run(
        [sys.executable, "-c", STOPPED_IN, moment, "check", "--coop", coop],
        capture_output=True, text=True, check=False, env={"LANG": "nl_NL.UTF-8"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.strip() == catalogue("nl")["error"]["interrupted"]
