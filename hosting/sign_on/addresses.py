"""Which addresses of an identity provider are believed: https, or http on this machine for tests."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def check_provider_address(text: str) -> str:
    """Return `text` if it is an address without fragment that nobody on the way can change.

    Raises:
        ValueError: it is not.
    """
    parts = urlsplit(text)
    host = parts.hostname or ""
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
    if not is_safe or not host or parts.fragment or parts.username is not None:
        raise ValueError("not an https address")
    return text


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
