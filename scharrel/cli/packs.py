"""The rule packs that a command line names: by id, or as a file that nobody decided on yet."""

from pathlib import Path
from typing import TYPE_CHECKING

from scharrel.cli.context import fail, stop_on_errors, words
from scharrel.core.pack import Pack
from scharrel.files.coop import Coop

if TYPE_CHECKING:
    from scharrel.files.gather import Books


def named_pack(books: "Books", name: str) -> Pack:
    """The pack with this id under rules/, or the one in this TOML file; stops where there is none or where
    it is wrong."""
    if name.endswith(".toml"):
        return _from_file(books, Path(name).absolute())
    if name not in books.packs:
        stop_on_errors([p for p in books.problems if p.file == f"rules/{name}.toml"])
        fail(words("error.no-pack", pack=name, packs=", ".join(books.packs)), status=2)
    return books.packs[name]


def _from_file(books: "Books", path: Path) -> Pack:
    from scharrel.files.packs import read_pack
    from scharrel.files.source import read_text

    text = read_text(Coop(path.parent), path)
    stop_on_errors(text.problems)
    pack, problems = read_pack(text.data, path.name, None, books.chart)
    stop_on_errors(problems)
    assert pack  # a pack without errors is there
    return pack
