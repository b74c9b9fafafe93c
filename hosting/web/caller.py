"""From which address a request came."""

from ipaddress import ip_address
from typing import Final

from flask import request

UNKNOWN: Final = "unknown"


def caller_address() -> str:
    """Return the caller's IP address; where a proxy on this machine asks for it, the one that the proxy names.

    Of `X-Forwarded-For` only the last entry counts: the proxy wrote that one, the caller may have written the others.
    """
    direct = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For")
    if forwarded is not None and _is_loopback(direct):
        direct = forwarded.rpartition(",")[2].strip()
    try:
        return str(ip_address(direct))
    except ValueError:
        return UNKNOWN


def _is_loopback(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False
