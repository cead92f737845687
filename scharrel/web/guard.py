"""What may reach the server: this machine's own browser with the key, from our own pages, and of Fava's
ways to write only those that end in the ledger."""

import hmac
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

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


def guarded(serve: Serve, *, writes: bool, key: str, locked: str) -> Serve:
    """The application behind these rules; without `writes` nothing is written at all. Who does not bring
    the key, behind `?key=` in an address or in the cookie that such an address gives, sees only the page
    `locked`."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def with_headers(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start(status, [*headers, *HEADERS.items()], *more)

        request = Request(environ)
        if not _may(request, writes=writes):
            return Response("403", status=403, mimetype="text/plain")(environ, with_headers)
        if request.method in _READ and _same(request.args.get("key", ""), key):
            return _admitted(request, key)(environ, with_headers)
        if not _same(request.cookies.get(_cookie(request), ""), key):
            return Response(locked, status=403, mimetype="text/html")(environ, with_headers)
        return serve(environ, with_headers)

    return answer


def _cookie(request: Request) -> str:
    """With the port in its name, since a browser sends it to every port of this machine."""
    return f"scharrel-{request.environ['HTTP_HOST'].partition(':')[2]}"


def _same(brought: str, key: str) -> bool:
    return hmac.compare_digest(brought.encode(), key.encode())


def _admitted(request: Request, key: str) -> Response:
    """On to the same page, without the key in its address, which stays in the browser's history."""
    rest = urlencode([(name, value) for name, value in request.args.items(multi=True) if name != "key"])
    response = Response(status=303, headers={"Location": request.path + (f"?{rest}" if rest else "")})
    response.set_cookie(_cookie(request), key, httponly=True, samesite="Lax")
    return response


def _may(request: Request, *, writes: bool) -> bool:
    name, _, _ = request.environ.get("HTTP_HOST", "").partition(":")
    if name not in _NAMES or _PROGRAMS.match(request.path):
        return False  # the second name of a foreign site leads here too
    if request.method in _READ:
        return True
    ours = request.headers.get("Origin") == f"http://{request.environ['HTTP_HOST']}"
    return writes and ours and bool(_WRITES.fullmatch(request.path))
