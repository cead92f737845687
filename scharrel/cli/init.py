"""scharrel init: a new cooperative in an empty folder."""

import os
import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.context import console, fail, today, words
from scharrel.cli.options import LANG
from scharrel.core.month import Month

SAMPLE_MONTH = Month(2026, 10)
"""The month of the sample's bookings; a new cooperative gets them in the last month, and what was earned the
month before in the one before that."""

_DIR = typer.Argument(metavar=words("metavar.dir"), help=words("help.init-dir"))


def init(
    folder: Annotated[Path, _DIR],
    lang: Annotated[str | None, LANG] = None,  # noqa: ARG001 (read before the command line is)
) -> None:
    from importlib.resources import as_file, files

    from scharrel.files.durable import WriteError, write_text

    if folder.exists() and (not folder.is_dir() or any(not path.is_dir() for path in folder.rglob("*"))):
        fail(words("error.not-empty", path=str(folder)), status=2)
    last_month = Month.of(today()).plus(-1)
    ours = {str(SAMPLE_MONTH.plus(back)): str(last_month.plus(back)) for back in (0, -1)}
    try:
        with as_file(files("scharrel").joinpath("sample")) as sample:
            # Links, since the example's own chart and packs are what a new cooperative starts with.
            for place, _, names in os.walk(sample, followlinks=True):
                for name in names:
                    source = Path(place, name)
                    text = source.read_text("utf-8")
                    if source.suffix == ".beancount":
                        text = re.sub("|".join(ours), lambda found: ours[found[0]], text)
                    write_text(folder / source.relative_to(sample), text)
    except WriteError as error:
        fail(words("error.write", path=str(error.path), reason=words.reason(error.reason)), status=1)
    screen = console()
    screen.print(words("init.done", path=str(folder)), soft_wrap=True)
    screen.print(words("init.next"))
    for command in ("allocate", f"explain vera {last_month}", 'member add amina "Amina el Idrissi"'):
        screen.print(f"  scharrel {command} --coop {shlex.quote(str(folder))}", soft_wrap=True)
    screen.print(words("init.rules"))
