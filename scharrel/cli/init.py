"""scharrel init: a new cooperative in an empty folder, or a copy of templates to change."""

import os
import re
import shlex
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.arguments import open_coop, today
from scharrel.cli.options import COOP
from scharrel.cli.screen import console, fail, words
from scharrel.cli.writing import writing_in
from scharrel.core.month import Month
from scharrel.core.problems import REGISTER
from scharrel.statements.templates import template_names, template_text
from scharrel.store.durable import HALF_WRITTEN, WriteError, sweep, write_text, write_texts

_OF_ITS_MEMBERS = "bank.toml"
"""Rules of the example that name its members, and are no pack."""
SAMPLE_MONTH = Month(2026, 10)
"""The month of the sample's bookings; a new cooperative gets them in the last month, and what was earned the
month before in the one before that."""

_MONTH = re.compile(r"\d{4}-\d{2}")
_PLACES = typer.Argument(metavar=f"[{words('metavar.dir')}]", help=words("help.init-dir"), show_default=False)
_TEMPLATES = typer.Option("--templates", help=words("help.init-templates"))


def command(
    places: Annotated[list[str] | None, _PLACES] = None,
    templates: Annotated[bool, _TEMPLATES] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    if templates:
        _copy_templates(coop, places or [])
    elif places and not places[1:] and not coop:
        _start(Path(places[0]))
    else:
        fail(words("error.one-folder"), status=2)


def _copy_templates(named: Path | None, wanted: list[str]) -> None:
    """Put these templates (all when none is named) into the cooperative's folder, over none that is there."""
    coop = open_coop(named)
    texts = {}
    for name in wanted or template_names():
        text = template_text(name)
        if text is None:
            fail(words("error.no-template", name=name, names=", ".join(template_names())), status=2)
        if os.path.lexists(coop.templates / name):
            fail(words("error.template-exists", path=coop.shown(coop.templates / name)), status=2)
        texts[coop.templates / name] = text
    with writing_in(coop, "init"):
        write_texts(texts)
    for path in texts:
        console().print(coop.shown(path), soft_wrap=True)
    console().print("\n" + words("init.templates"))


def _start(folder: Path) -> None:
    last_month = Month.of(today()).plus(-1)
    texts = _sample(last_month)
    if os.path.lexists(folder) and not _begun(folder, texts):
        fail(words("error.not-empty", path=str(folder)), status=2)
    try:
        for place in sorted({path.parent for path in texts}):
            sweep(folder / place)
        for place, text in texts.items():
            write_text(folder / place, text)
    except WriteError as error:
        fail(words("error.write", path=str(error.path), reason=words.reason(error.reason)), status=1)
    screen = console()
    screen.print(words("init.done", path=str(folder)), soft_wrap=True)
    screen.print(words("init.next"))
    for command in ("allocate", f"explain vera {last_month}", 'member add amina "Amina el Idrissi"'):
        screen.print(f"  scharrel {command} --coop {shlex.quote(str(folder))}", soft_wrap=True)
    screen.print(words("init.rules"))


def _sample(last_month: Month) -> dict[Path, str]:
    """The files of a new cooperative by their place, the register last: without it a folder is none yet."""
    ours = {str(SAMPLE_MONTH.plus(back)): str(last_month.plus(back)) for back in (0, -1)}
    found = {}
    with as_file(files("scharrel").joinpath("sample")) as sample:
        # Links, since the example's own chart and packs are what a new cooperative starts with.
        for place, folders, names in os.walk(sample, followlinks=True):
            folders[:] = [name for name in folders if name != "templates"]
            for name in names:
                if name == _OF_ITS_MEMBERS:
                    continue
                source = Path(place, name)
                text = source.read_text("utf-8")
                if source.suffix in (".beancount", ".md"):
                    text = re.sub("|".join(ours), lambda found: ours[found[0]], text)
                elif source.parent.name == "rules" and not name.endswith(".cases.toml"):
                    text = text.replace("[pack]\n", "[pack]\nexample = true\n", 1)
                found[source.relative_to(sample)] = text
    return dict(sorted(found.items(), key=lambda file: file[0] == Path(REGISTER)))


def _begun(folder: Path, texts: Mapping[Path, str]) -> bool:
    """Whether nothing is there but what a run that was stopped, perhaps last month, had begun."""
    if not folder.is_dir() or (folder / REGISTER).exists():
        return False
    for path in folder.rglob("*"):
        if path.is_symlink():
            return False
        if path.is_dir() or HALF_WRITTEN.fullmatch(path.name):
            continue
        wanted = texts.get(path.relative_to(folder))
        if wanted is None or _MONTH.sub("", path.read_text("utf-8", "replace")) != _MONTH.sub("", wanted):
            return False
    return True
