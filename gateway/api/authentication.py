"""Each blueprint names its authentication: a signed envelope, or no one. There is no third way and no default."""

from flask import Blueprint, Response, g

from gateway.services.request_trail import Trail
from schemas.problem import ProblemCode, ProblemError


def requires_envelope(blueprint: Blueprint) -> Blueprint:
    """Let no answer leave `blueprint` unless the request's envelope was verified on the way to it."""
    blueprint.before_request(begin_trail)
    blueprint.after_request(require_verified)
    return blueprint


def requires_no_one(blueprint: Blueprint) -> Blueprint:
    """Say that everybody may read what `blueprint` serves."""
    blueprint.before_request(admit_everybody)
    return blueprint


def begin_trail() -> None:
    """Begin to note what is known of the request, for its leaves."""
    g.trail = Trail()


def require_verified(response: Response) -> Response:
    """Refuse to send an answer to a request that nobody verified: a fault in the program."""
    trail: Trail = g.trail
    if response.status_code == 200 and trail.envelope is None:
        raise ProblemError(ProblemCode.INTERNAL)
    return response


def admit_everybody() -> None:
    """Do nothing, by name."""
