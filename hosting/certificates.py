"""Which certificate authorities both programs believe when they open a connection."""

import ssl
from functools import cache

import httpx


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Return the TLS context of all outgoing connections: httpx's own, loaded once, since it takes some 40 ms.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` name an office network's own authorities (OpenSSL's variables), read once.
    """
    return httpx.create_ssl_context()
