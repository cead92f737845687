"""The server of `scharrel web`: Fava with our extension, on this machine only."""

import logging
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

from fava.application import create_app
from flask import Flask
from markupsafe import Markup

from scharrel.core.facts import Holder
from scharrel.store.paths import Coop
from scharrel.text.words import Words
from scharrel.web import extension as _loaded_by_fava  # noqa: F401 (to fail here and not there)
from scharrel.web.book import opened_text
from scharrel.web.guard import guarded

HOST = "127.0.0.1"
_MOST_BYTES = 1_000_000
_THREADS = 4


_LOCKED = Markup(
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<main style="font: 1.06rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: auto">'
    "<h1>{title}</h1><p>{what_to_do}</p></main></html>"
)


def new_key() -> str:
    """A key that nobody guesses: who else is at work on this machine can reach the port too."""
    return secrets.token_urlsafe()


def application(coop: Coop, title: str, holder: Holder | None, lang: str, folder: Path, key: str) -> Flask:
    """Fava on the book of a holder, or on all books of the cooperative called `title` together, which are
    only read, for who has the key; `folder` is for the file that Fava opens."""
    opened = folder / "book.beancount"
    opened.write_text(opened_text(coop, title, holder, lang), "utf-8")
    logging.getLogger("fava.json_api").setLevel(logging.CRITICAL)  # what was refused is on the page
    app = create_app([opened], poll_watcher=True)
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BYTES
    words = Words(lang)
    locked = _LOCKED.format(lang=lang, title=words("web.locked"), what_to_do=words("web.unlock"))
    serve = guarded(app.wsgi_app, writes=holder is not None, key=key, locked=locked)
    app.wsgi_app = serve  # type: ignore[method-assign, assignment]
    return app


def serve(app: Flask, port: int, key: str, ready: Callable[[str], None]) -> None:
    """Serve on this port (0: any that is free) until Ctrl-C; `ready` is told the address with the key.
    OSError if the port cannot be had."""
    from cheroot.wsgi import Server

    server = Server((HOST, port), app, numthreads=_THREADS)
    server.nodelay = True
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))  # says why not, which the server does not
    server.prepare()
    try:
        ready(f"http://{HOST}:{server.bind_addr[1]}/?key={key}")
        server.serve()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()
