"""scharrel init: a new cooperative in an empty folder."""

from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.context import console, fail, words
from scharrel.cli.options import LANG

_DIR = typer.Argument(metavar="DIR", help=words("help.init-dir"))


def init(
    folder: Annotated[Path, _DIR],
    lang: Annotated[str | None, LANG] = None,  # noqa: ARG001 (read before the command line is)
) -> None:
    from scharrel.files.writing import WriteError, write_text

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fail(words("error.not-empty", path=str(folder)), status=2)
    try:
        with as_file(files("scharrel").joinpath("sample")) as sample:
            for source in sorted(path for path in sample.rglob("*") if path.is_file()):
                if source.suffix in (".beancount", ".toml", ".j2", ".md"):
                    write_text(folder / source.relative_to(sample), source.read_text("utf-8"))
    except WriteError as error:
        fail(words("error.write", path=str(error.path), reason=error.reason), status=1)
    screen = console()
    screen.print(words("init.done", path=str(folder)), soft_wrap=True)
    screen.print(words("init.next"))
    screen.print(f'  scharrel member add amina "Amina el Idrissi" --coop {folder}', soft_wrap=True)
