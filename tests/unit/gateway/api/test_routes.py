"""Which addresses there are, and who may use them: changes here are changes of the interface."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, Response
from openapi_spec_validator import validate

from gateway.api.app import create_app
from gateway.api.authentication import admit_everybody, begin_trail, require_verified, requires_envelope
from gateway.api.openapi import describe_interface
from gateway.api.problem_responses import install_error_handlers
from gateway.services.context import Gateway
from hosting.web.signed_in import SignInGuard, VisitorGuard
from schemas.problem import MAX_PROBLEM_BYTES, Problem, ProblemCode
from tests.scenario.gateway_simulator import Clock, opened_gateway

ROUTES = Path(__file__).parents[3] / "scenario" / "routes.json"
PARAMETER = re.compile(r"<(?:[a-z]+(?:\([^)]*\))?:)?([a-z_]+)>")
AUTHENTICATION: dict[object, str] = {begin_trail: "envelope", admit_everybody: "no one"}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with opened_gateway(tmp_path_factory.mktemp("routes") / "gateway", Clock()) as gateway:
        yield gateway


def _authentication_of(app: Flask, endpoint: str) -> str:
    blueprint = endpoint.rpartition(".")[0]
    named = [name for f in app.before_request_funcs.get(blueprint, []) if (name := _name_of(f)) is not None]
    assert len(named) == 1, f"{endpoint} does not name its authentication"
    if named == ["envelope"]:
        assert require_verified in app.after_request_funcs[blueprint]
    return named[0]


def _name_of(function: object) -> str | None:
    if isinstance(function, SignInGuard | VisitorGuard):
        return function.authentication
    return AUTHENTICATION.get(function)


def _is_page(path: str) -> bool:
    return path.startswith(("/console/", "/static/"))


def _routes(app: Flask) -> list[dict[str, Any]]:
    return sorted(
        (
            {
                "path": rule.rule,
                "methods": sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}),
                "authentication": _authentication_of(app, rule.endpoint),
            }
            for rule in app.url_map.iter_rules()
        ),
        key=lambda route: (str(route["path"]), route["methods"]),
    )


def test_every_route_is_listed_with_its_authentication(gateway: Gateway) -> None:
    assert _routes(create_app(gateway)) == json.loads(ROUTES.read_text(encoding="utf-8"))


def test_the_description_is_openapi_and_names_every_route(gateway: Gateway) -> None:
    document = describe_interface()
    validate(document)
    described = {
        (path, method.upper())
        for path, methods in document["paths"].items()
        for method in methods
        if method != "parameters"
    }
    served = {
        (PARAMETER.sub(r"{\1}", str(route["path"])), method)
        for route in _routes(create_app(gateway))
        for method in route["methods"]
        if not _is_page(str(route["path"]))
    }
    assert described == served


def test_the_description_is_served(gateway: Gateway) -> None:
    answer = create_app(gateway).test_client().get("/openapi.json")
    assert answer.get_json() == json.loads(json.dumps(describe_interface()))


def test_health_and_registry(gateway: Gateway) -> None:
    client = create_app(gateway).test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert client.get("/v1/registry").status_code == 200


def test_no_answer_leaves_a_signed_blueprint_unverified(gateway: Gateway) -> None:
    app = Flask("forgetful")
    blueprint = requires_envelope(Blueprint("forgetful", __name__))
    blueprint.add_url_rule("/open", view_func=lambda: Response("a value"))
    app.register_blueprint(blueprint)
    install_error_handlers(app, gateway)
    answer = app.test_client().get("/open")
    assert answer.status_code == 500
    assert b"a value" not in answer.data


def test_an_unforeseen_exception_says_nothing_of_itself(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> Response:
        raise ValueError("990101201603150015")

    app = Flask("faulty")
    app.add_url_rule("/faulty", view_func=fail)
    install_error_handlers(app, gateway)
    answer = app.test_client().get("/faulty")
    problem = Problem.from_bytes(answer.data, MAX_PROBLEM_BYTES)
    assert problem.code is ProblemCode.INTERNAL
    assert b"9901012016" not in answer.data
    assert "9901012016" not in caplog.text
    assert "ValueError" in caplog.text
