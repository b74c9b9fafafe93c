"""Addresses of our own pages: where a form or link may lead back to, and a page's address with another state."""

import re
from typing import Final
from urllib.parse import quote, urlencode

from flask import g, request
from werkzeug.datastructures import MultiDict

MAX_ADDRESS_CHARACTERS: Final = 4_000

# One slash, then no second one and no backslash: `//host` and `/\host` lead to other hosts.
_LOCAL = re.compile(r"/(?![/\\])[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")


def local_address(text: str | None) -> str | None:
    """Return `text` if it is the address of a page on this host (path and query, no fragment), else None."""
    if text is None or len(text) > MAX_ADDRESS_CHARACTERS or not _LOCAL.fullmatch(text):
        return None
    return text


def stand_at(address: str) -> None:
    """Let links that lead back to this page lead to `address`: its own one holds what nobody should send on."""
    g.page_address = address


def this_address() -> str:
    """Return the path and query of the page that was asked for; only the path where a form was sent."""
    stands_at: str | None = g.get("page_address")
    if stands_at is not None:
        return stands_at
    query = request.query_string.decode("ascii", errors="ignore")
    return f"{_path()}?{query}" if query and request.method == "GET" else _path()


def address_with(**changes: object) -> str:
    """Return this page's address with some parameters of the query set anew, or dropped where the value is None.

    Any change but that of the page number leads to the first page. The Jinja global `address_with`.
    """
    query: MultiDict[str, str] = MultiDict(request.args)
    if "page" not in changes:
        query.poplist("page")
    for name, value in changes.items():
        query.poplist(name)
        if value is not None:
            query.setlist(name, [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)])
    encoded = urlencode(list(query.items(multi=True)))
    return f"{_path()}?{encoded}" if encoded else _path()


def _path() -> str:
    return quote(request.path)
