"""Tokens (JWS) as honest and dishonest senders make them: any header, any claims, any key, any signature."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from keys.crypto.signing import SECRET_BYTES, SigningKey
from schemas.base64url import encode_base64url
from tests.museum.requests.alterations import alter, canonical

STRANGER = SigningKey.from_secret(b"\x07" * SECRET_BYTES)


@dataclass(frozen=True)
class Forger:
    """Signs with the keys of whoever is named; `now` is what times are counted from."""

    keys: Mapping[str, SigningKey]
    now: int
    random: Any = field(repr=False)

    def key(self, name: str) -> SigningKey:
        """Return a key by its owner's name; `stranger` is nobody's."""
        return STRANGER if name == "stranger" else self.keys[name]

    def changed(self, claims: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the claims with changes; None takes a claim out, `now+5` becomes a time."""
        merged = {**claims, **{name: self._time(value) for name, value in changes.items()}}
        return {name: value for name, value in merged.items() if value is not None}

    def token(self, claims: Mapping[str, Any], token_type: str, signer: str, plan: Mapping[str, Any]) -> str:
        """Return a token as `plan` wants it; an empty plan makes an honest one."""
        if "token" in plan:
            return str(plan["token"])
        key = self.key(plan.get("key", signer))
        named = self.key(signer) if plan.get("own_kid") else key
        header = {"alg": "ES256", "kid": named.verification_key.key_id, "typ": token_type} | plan.get("header", {})
        written = {name: value for name, value in header.items() if value is not None}
        encoded_header = encode_base64url(plan.get("header_text", json.dumps(written)).encode())
        payload = self._payload(claims, plan)
        signature = self._signature(key, f"{encoded_header}.{payload}", plan)
        if "claims_after" in plan:
            payload = encode_base64url(canonical(self.changed(claims, plan["claims_after"])))
        token = f"{encoded_header}.{payload}{plan.get('payload_after', '')}.{signature}"
        return alter(token.encode(), plan.get("steps", ()), self.random).decode()

    def _payload(self, claims: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
        data = canonical(self.changed(claims, plan.get("claims", {})))
        steps = [{"swap": plan["payload_swap"]}] if "payload_swap" in plan else []
        return encode_base64url(alter(data, steps, self.random))

    @staticmethod
    def _signature(key: SigningKey, signed: str, plan: Mapping[str, Any]) -> str:
        if "signature" in plan:
            return str(plan["signature"])
        if plan.get("hmac"):
            public = json.dumps(key.verification_key.as_jwk()).encode()
            return encode_base64url(hmac.digest(public, signed.encode(), hashlib.sha256))
        private = ec.derive_private_key(int.from_bytes(key.secret, "big"), ec.SECP256R1())
        r, s = decode_dss_signature(private.sign(signed.encode(), ec.ECDSA(SHA256())))
        return encode_base64url(r.to_bytes(SECRET_BYTES, "big") + s.to_bytes(SECRET_BYTES, "big"))

    def _time(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("now"):
            return self.now + int(value.removeprefix("now"))
        return value
