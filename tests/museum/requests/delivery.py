"""From an exhibit to the bytes that go over the wire: HTTP, envelope, promise and body, each wrong where it is said."""

from collections.abc import Mapping
from typing import Any

from connectors.gateway_client import PATHS
from demo.province import Agency
from demo.scenario.cast import GATEWAY_ID
from schemas.envelope import ENVELOPE_HEADER, ENVELOPE_TOKEN_TYPE, RELAY_HEADER, RELAY_TOKEN_TYPE
from schemas.formats import digest_of
from tests.museum.requests.exhibits import Exhibit
from tests.museum.requests.forgery import Forger
from tests.museum.requests.honest import MADE_UP_DIGEST, Draft, HonestOffice
from tests.museum.requests.raw_http import chunked, format_request

LANGUAGES = ("en-GB,en;q=0.9", "zh-CN,zh;q=0.9,en;q=0.1", None)
"""What exhibits ask for in turn; without a wish the answer is in Chinese."""


def language_of(exhibit: Exhibit) -> str:
    """Return the language in which the refusal is due."""
    wish = LANGUAGES[exhibit.number % len(LANGUAGES)]
    return "en" if wish and wish.startswith("en") and not exhibit.is_unread else "zh"


def port_of(exhibit: Exhibit, office: HonestOffice) -> int:
    """Return where the exhibit goes."""
    stage = office.scene.stage
    return stage.ports[Agency.CIVIL_AFFAIRS] if exhibit.is_to_connector else stage.gateway_port


def request_of(exhibit: Exhibit, office: HonestOffice) -> bytes:
    """Return the whole request; identifiers stand in its address and headers too, where nobody may keep them."""
    plan = exhibit.plan.get("http", {})
    if "raw" in plan:
        return str(plan["raw"]).encode()
    forger = office.forger()
    draft = office.draft(exhibit.plan, forger)
    body = b"" if plan.get("no_body") else chunked(draft.body) if plan.get("chunked") else draft.body
    headers = [
        ("Host", "127.0.0.1"),
        ("Connection", "close"),
        ("User-Agent", f"{exhibit.canary.citizen_id} {exhibit.canary.phone}"),
        *_language_header(exhibit),
        *_body_headers(plan, len(draft.body)),
        *_tokens(exhibit, draft, forger),
        *((f"X-Note-{number}", exhibit.canary.phone) for number in range(plan.get("many_headers", 0))),
        *((name, _long(value)) for name, value in plan.get("headers", {}).items()),
    ]
    request = format_request(plan.get("method", "POST"), _target(exhibit, draft), headers, body)
    return _with_raw_header(request, plan)


def _target(exhibit: Exhibit, draft: Draft) -> str:
    path = exhibit.plan.get("http", {}).get("path", PATHS[draft.type])
    if not isinstance(path, str):
        return f"/v1/{_long(path)}"
    return f"{path}?child={exhibit.canary.citizen_id}&telephone={exhibit.canary.phone}"


def _language_header(exhibit: Exhibit) -> list[tuple[str, str]]:
    wish = LANGUAGES[exhibit.number % len(LANGUAGES)]
    return [] if wish is None else [("Accept-Language", wish)]


def _body_headers(plan: Mapping[str, Any], length: int) -> list[tuple[str, str]]:
    stated = plan.get("length", length)
    media_type = plan.get("type", "application/json")
    headers = [] if media_type is None else [("Content-Type", str(media_type))]
    if plan.get("chunked"):
        return [*headers, ("Transfer-Encoding", "chunked")]
    return headers if stated is None else [*headers, ("Content-Length", str(stated))]


def _tokens(exhibit: Exhibit, draft: Draft, forger: Forger) -> list[tuple[str, str]]:
    plan = exhibit.plan.get("envelope", {})
    token = forger.token(draft.claims, ENVELOPE_TOKEN_TYPE, draft.signer, plan)
    headers = [] if plan.get("missing") else [(ENVELOPE_HEADER, token)] * (2 if plan.get("twice") else 1)
    relay = exhibit.plan.get("relay", {})
    if exhibit.is_to_connector and not relay.get("missing"):
        headers.append((RELAY_HEADER, _promise(token, draft, forger, relay)))
    return headers


def _promise(token: str, draft: Draft, forger: Forger, plan: Mapping[str, Any]) -> str:
    claims = {
        "issuer": GATEWAY_ID,
        "audience": draft.claims["audience"],
        "envelope": digest_of(token.rsplit(".", 1)[0].encode()),
        "leaf": MADE_UP_DIGEST,
        "leaf_index": 0,
        "shard": 2026,
        "issued_at": forger.now,
        "expires_at": forger.now + 120,
    }
    return forger.token(claims, RELAY_TOKEN_TYPE, "gateway", plan)


def _with_raw_header(request: bytes, plan: Mapping[str, Any]) -> bytes:
    if "raw_header" not in plan:
        return request
    first, rest = request.split(b"\r\n", 1)
    return first + b"\r\n" + str(plan["raw_header"]).encode() + b"\r\n" + rest


def _long(value: Any) -> str:
    return "9" * int(value["digits"]) if isinstance(value, dict) else str(value)
