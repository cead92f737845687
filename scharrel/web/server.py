"""The server of `scharrel web`: Fava with our extension, on this machine only."""

import logging
import socket
from collections.abc import Callable
from pathlib import Path

from cheroot.wsgi import Server
from fava.application import create_app
from flask import Flask

from scharrel.core.facts import Holder
from scharrel.ledger.books import Books
from scharrel.web import extension as _loaded_by_fava  # noqa: F401 (to fail here and not there)
from scharrel.web.book import opened_text
from scharrel.web.guard import guarded

HOST = "127.0.0.1"
_MOST_BYTES = 1_000_000
_THREADS = 4


def application(books: Books, holder: Holder | None, lang: str, folder: Path) -> Flask:
    """Fava on the book of a holder, or on all books together, which are only read; `folder` is for the file
    that Fava opens."""
    opened = folder / "book.beancount"
    opened.write_text(opened_text(books, holder, lang), "utf-8")
    logging.getLogger("fava.json_api").setLevel(logging.CRITICAL)  # what was refused is on the page
    app = create_app([opened], poll_watcher=True)
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BYTES
    app.wsgi_app = guarded(app.wsgi_app, writes=holder is not None)  # type: ignore[method-assign, assignment]
    return app


def serve(app: Flask, port: int, ready: Callable[[str], None]) -> None:
    """Serve on this port (0: any that is free) until Ctrl-C; `ready` is told the address. OSError if the port
    cannot be had."""
    server = Server((HOST, port), app, numthreads=_THREADS)
    server.nodelay = True
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))  # says why not, which the server does not
    server.prepare()
    try:
        ready(f"http://{HOST}:{server.bind_addr[1]}/")
        server.serve()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()
