"""scharrel web: the books in the browser, on this machine."""

import gc
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.arguments import open_coop, require_members
from scharrel.cli.options import COOP
from scharrel.cli.screen import console, fail, words
from scharrel.ledger.books import read_holders

_MEMBER = typer.Argument(
    metavar=f"[{words('metavar.member')}]", help=words("help.web-member"), show_default=False
)
_PORT = typer.Option("--port", metavar=words("metavar.number"), help=words("help.web-port"))


def command(
    member: Annotated[str | None, _MEMBER] = None,
    port: Annotated[int | None, _PORT] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    if find_spec("fava") is None:
        fail(words("error.no-fava"), status=1)
    found, register = read_holders(open_coop(coop))
    holder = register.members.get(member or "")
    if member is not None and holder is None:
        from scharrel.operations.opening import open_books

        require_members(open_books(found), [member])
    from scharrel.web.server import application, new_key, serve

    gc.enable()  # this goes on
    screen = console()

    def ready(address: str) -> None:
        about = words("web.of-member", name=holder.name) if holder else words("web.of-coop")
        for line in (about, address, words("web.stop")):
            screen.print(line, soft_wrap=True)

    with tempfile.TemporaryDirectory(prefix="scharrel-") as folder:
        key = new_key()
        app = application(found, register.title, holder, words.lang, Path(folder), key)
        try:
            serve(app, port or 0, key, ready)
        except OSError as error:
            reason = words.reason(error.strerror or str(error))
            fail(words("error.port", port=port or 0, reason=reason), status=1)
    screen.print(words("web.stopped"))
