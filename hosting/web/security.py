"""Headers of every page: nothing is loaded, sent, framed or kept outside of it (CSP level 3, Fetch, RFC 9111)."""

from typing import Final

from flask import Blueprint, Response

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    # Not no-referrer: with it browsers send `Origin: null` with our own forms, and the origin could not be checked.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


def secure_pages(blueprint: Blueprint) -> Blueprint:
    """Send the headers with every answer of `blueprint`."""
    blueprint.after_request(_secure)
    return blueprint


def _secure(response: Response) -> Response:
    response.headers.update(SECURITY_HEADERS)
    return response
