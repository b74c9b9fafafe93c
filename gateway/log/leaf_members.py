"""The members of a leaf that state its event, both ways: `Event` to JSON values and strictly back."""

import base64
from typing import Any, Final

from gateway.log.event_names import EventType
from gateway.log.events import Actor, Event, PolicyRef, RequestRef
from schemas.base64url import encode_base64url

_DIGEST_PREFIX: Final = "sha-256=:"  # RFC 9530 section 2
_DIGEST_SUFFIX: Final = ":"


def members_of_event(event: Event) -> dict[str, Any]:
    """Return the members that state `event`, without its id and its personal fields."""
    members: dict[str, Any] = {
        "type": str(event.type),
        "actor": _members_of_actor(event.actor) if event.actor else None,
        "peer": {"org": event.peer} if event.peer else None,
        "purpose": event.purpose,
        "basis": event.basis,
        "policy": {"id": event.policy.id, "digest": _format_digest(event.policy.digest)} if event.policy else None,
        "decision": event.decision,
        "reason": event.reason,
        "fields": list(event.fields) or None,
        "records": event.records,
        "req": _members_of_request(event.request) if event.request else None,
        "content": _format_digest(event.content) if event.content else None,
        "corr": event.correlation_id,
        "ref": event.ref,
        "approvals": [_format_digest(digest) for digest in event.approvals] or None,
    }
    return {name: value for name, value in members.items() if value is not None}


def event_from_members(members: dict[str, Any]) -> Event:
    """Return the event that `members`, as read from JSON, state; what is left of them is an unknown member.

    Raises:
        ValueError, TypeError, KeyError, AttributeError, EventMisuseError: `members` state no event.
    """
    content = members.pop("content", None)
    request, policy, peer = members.pop("req", None), members.pop("policy", None), members.pop("peer", None)
    event = Event(
        type=EventType(members.pop("type")),
        actor=Actor(**members.pop("actor")) if "actor" in members else None,
        peer=peer["org"] if peer else None,
        purpose=members.pop("purpose", None),
        basis=members.pop("basis", None),
        policy=PolicyRef(policy["id"], _parse_digest(policy["digest"])) if policy else None,
        decision=members.pop("decision", None),
        reason=members.pop("reason", None),
        fields=tuple(members.pop("fields", ())),
        records=members.pop("records", None),
        request=RequestRef(_parse_digest(request["digest"]), _parse_digest(request["sig"])) if request else None,
        content=_parse_digest(content) if content is not None else None,
        correlation_id=members.pop("corr", None),
        ref=members.pop("ref", None),
        approvals=tuple(_parse_digest(digest) for digest in members.pop("approvals", ())),
    )
    if members:
        raise ValueError("unknown member")
    return event


def _members_of_actor(actor: Actor) -> dict[str, str]:
    members = {"org": actor.org, "client": actor.client, "kid": actor.kid}
    return {name: value for name, value in members.items() if value is not None}


def _members_of_request(request: RequestRef) -> dict[str, str]:
    return {"digest": _format_digest(request.digest), "sig": _format_digest(request.signature_digest)}


def _format_digest(digest: str) -> str:
    """Turn a base64url digest of 32 bytes into the form of HTTP's Content-Digest (RFC 9530)."""
    standard = digest.replace("-", "+").replace("_", "/")  # 43 characters, checked when the event was made
    return f"{_DIGEST_PREFIX}{standard}={_DIGEST_SUFFIX}"


def _parse_digest(text: str) -> str:
    if not (text.startswith(_DIGEST_PREFIX) and text.endswith(_DIGEST_SUFFIX)):
        raise ValueError("not a digest")
    body = text[len(_DIGEST_PREFIX) : -len(_DIGEST_SUFFIX)]
    return encode_base64url(base64.b64decode(body.encode("ascii"), validate=True))
