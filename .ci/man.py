"""The man page in a language, made of what the help says: `python .ci/man.py nl >man/nl/scharrel.1`."""

import sys
from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from scharrel import __version__
from scharrel.cli.screen import set_language, words

set_language(sys.argv[1])  # the commands take their help from the catalogue when they are loaded

from scharrel.cli.app import COMMANDS, app  # noqa: E402

DAY = "2026-11-28"

_EVERYWHERE = {"help", "--lang", "--coop"}


def roff(text: str) -> str:
    """The text as it stands on the page; no line of it is an order, or longer than is usual."""
    for sign, meant in (("\\", "\\e"), ("-", "\\-"), ("'", "\\(aq"), ("^", "\\(ha")):
        text = text.replace(sign, meant)
    lines = wrap(text, 62, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"\\&{line}" if line.startswith(".") else line for line in lines)


def page() -> Iterator[str]:
    yield f'.TH SCHARREL 1 {DAY} "scharrel {__version__}"'
    yield ".nh\n.ad l"
    yield f".SH {words('man.name')}\nscharrel \\- {roff(words('man.what'))}"
    yield f".SH {words('man.synopsis')}\n.B scharrel\n{roff(words('library.any-command'))}"
    yield f".SH {words('man.description')}\n{roff(words('help.app'))}"
    for text in ("coop", "money", "month"):
        yield f".PP\n{roff(words(f'man.about-{text}'))}"
    yield f".SH {words('man.commands')}"
    for name in COMMANDS:
        yield from of_command(name)
    yield f".SH {words('man.everywhere')}"
    options = {
        f"--coop {words('metavar.dir')}": "help.coop",
        "--lang nl|en": "help.lang",
        "-h, --help": "library.help",
        "--version": "help.version",
    }
    for option, key in options.items():
        yield f".TP\n.B {roff(option)}\n{roff(words(key))}"
    yield f".SH {words('man.environment')}"
    for variable in ("SCHARREL_COOP", "LANG"):
        yield f".TP\n.B {variable}\n{roff(words(f'man.{variable.lower()}'))}"
    yield f".SH {words('man.status')}"
    for status in ("0", "1", "2"):
        yield f".TP\n.B {status}\n{roff(words(f'man.status-{status}'))}"
    yield f".SH {words('man.see')}\n.BR bean\\-check (1),\n.BR fava (1)"


def of_command(name: str) -> Iterator[str]:
    command = app
    for word in name.split():
        command = command.commands[word]
    context: Any = command.make_context(f"scharrel {name}", [], resilient_parsing=True)
    params = [p for p in context.command.params if not _EVERYWHERE & {p.name, *p.opts}]
    arguments = [p for p in params if p.param_type_name == "argument"]
    said = " ".join(p.make_metavar(context).replace("{", "").replace("}", "") for p in arguments)
    yield f".SS {roff(f'scharrel {name} {said}'.strip())}\n{roff(context.command.help)}"
    for param in params:
        if param.param_type_name == "argument":
            what = param.make_metavar(context).strip("[].")
        else:
            metavar = "" if param.is_flag else param.make_metavar(context)
            what = f"{', '.join(param.opts)} {metavar}".strip()
        yield f".TP\n.B {roff(what)}\n{roff(param.help or '')}"
    example = roff(words(f"example.{name.replace(' ', '-')}")).replace("\n", " ")
    yield f".PP\n{roff(words('library.example'))}\n.PP\n.nf\n{example}\n.fi"


sys.stdout.write("\n".join(page()) + "\n")
