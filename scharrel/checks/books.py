"""What stands against work on the books of these members, apart from their ledgers."""

from collections.abc import Collection

from scharrel.core.facts import Member
from scharrel.core.problems import Problem
from scharrel.ledger.books import Books
from scharrel.packs.cases import case_problems


def involved(books: Books, members: Collection[Member]) -> list[Problem]:
    """The problems of the books that concern these members: all but those of packs they never use."""
    used = {f"{pack}{ending}" for pack in _used(members) for ending in (".toml", ".cases.toml")}

    def concerns(problem: Problem) -> bool:
        folder, _, name = problem.file.partition("/")
        return folder != "rules" or name in used or problem.values.get("original") in used

    return [problem for problem in books.problems if concerns(problem)]


def examples_problems(books: Books, members: Collection[Member]) -> list[Problem]:
    """What is wrong with the worked examples of the packs that these members use."""
    used = {pack: books.packs[pack] for pack in sorted(_used(members) & books.packs.keys())}
    return list(case_problems(books.coop, used, books.chart))


def _used(members: Collection[Member]) -> set[str]:
    return {str(d.values["rules"]) for m in members for d in m.directives if "rules" in d.values}
