"""Counts every request of a Flask application when its answer leaves."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, g

from hosting.metrics.meters import Meters
from schemas.message import MessageError
from schemas.problem import MAX_PROBLEM_BYTES, PROBLEM_MEDIA_TYPE, Problem


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request is counted under: a message type or another kind of address, and a purpose of the catalogue."""

    message: str
    purpose: str


def count_requests(app: Flask, meters: Meters, describe: Callable[[Response], Asked]) -> None:
    """Have `app` count its requests; `describe` is asked once the answer is known."""

    def begin() -> None:
        g.request_begun = time.perf_counter()

    def end(response: Response) -> Response:
        asked = describe(response)
        begun: float = g.get("request_begun", time.perf_counter())
        meters.count(asked.message, outcome_of(response), asked.purpose, time.perf_counter() - begun)
        return response

    app.before_request(begin)
    app.after_request(end)


def outcome_of(response: Response) -> str:
    """Return `ok`, the code of a problem document, or `refused` and `failed` where there is none (pages)."""
    if response.status_code < 400:
        return "ok"
    if response.content_type == PROBLEM_MEDIA_TYPE:
        try:
            return Problem.from_bytes(response.get_data(), MAX_PROBLEM_BYTES).code.value
        except MessageError:
            return "failed"
    return "failed" if response.status_code >= 500 else "refused"
