"""The two stylesheets, served from our own address: government networks reach no content network."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from flask import Response, abort, request, url_for

_CACHE_SECONDS: Final = 365 * 24 * 3600
_SOURCES: Final = {
    "bootstrap.css": ("flask_bootstrap", "static/bootstrap5/css/bootstrap.min.css"),
    "frame.css": ("hosting.web", "static/frame.css"),
}


def serve_stylesheet(name: str) -> Response:
    """Serve one of the two; for a year where the address carries the digest of what is served."""
    if name not in _SOURCES:
        abort(404)
    response = Response(_read(name), content_type="text/css; charset=utf-8")
    named = request.args.get("v") == _digest(name)
    response.headers["Cache-Control"] = f"public, max-age={_CACHE_SECONDS}, immutable" if named else "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def stylesheet_address(name: str) -> str:
    """Return the address of a stylesheet, which changes with its content; a Jinja global."""
    return url_for("frame.stylesheet", name=name, v=_digest(name))


@cache
def _read(name: str) -> bytes:
    package, path = _SOURCES[name]
    return files(package).joinpath(path).read_bytes()


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(_read(name)).hexdigest()[:16]
