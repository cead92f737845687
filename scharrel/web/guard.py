"""What may reach the server: this machine's own browser, from our own pages, and of Fava's ways to write only
those that end in the ledger."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Request, Response

Serve = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_NAMES = ("127.0.0.1", "localhost")
_READ = ("GET", "HEAD")
_WRITES = re.compile(
    r"/[^/]+/(?:api/(?:add_entries|source|source_slice|format_source)|extension/Scharrel/\w+)"
)
_PROGRAMS = re.compile(r"/[^/]+/api/(?:extract|imports)")
"""Where Fava would run a program that the books name."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Nothing from elsewhere on our pages, and our pages in nobody's frame."""


def guarded(serve: Serve, *, writes: bool) -> Serve:
    """The application behind these rules; without `writes` nothing is written at all."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def with_headers(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start(status, [*headers, *HEADERS.items()], *more)

        if _may(Request(environ), writes=writes):
            return serve(environ, with_headers)
        return Response("403", status=403, mimetype="text/plain")(environ, with_headers)

    return answer


def _may(request: Request, *, writes: bool) -> bool:
    name, _, _ = request.environ.get("HTTP_HOST", "").partition(":")
    if name not in _NAMES or _PROGRAMS.match(request.path):
        return False  # the second name of a foreign site leads here too
    if request.method in _READ:
        return True
    ours = request.headers.get("Origin") == f"http://{request.environ['HTTP_HOST']}"
    return writes and ours and bool(_WRITES.fullmatch(request.path))
