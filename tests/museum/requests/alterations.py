"""What an exhibit does to an honest message: steps on a body's bytes, each a word and what it needs."""

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

from schemas.base64url import decode_base64url, encode_base64url
from schemas.formats import HANDLE_BYTES, INDEX_HASH_BYTES
from schemas.messages.match import AskedEntry, pack_asked
from schemas.randomness import RandomSource


def alter(body: bytes, steps: Sequence[Mapping[str, Any]], random: RandomSource) -> bytes:
    """Return `body` after all steps, in order; each step is one word with its value."""
    for step in steps:
        ((word, value),) = step.items()
        body = _changed(body, word, value, random) if word in _MEMBER_WORDS else _rewritten(body, word, value)
    return body


def canonical(value: object) -> bytes:
    """Return the canonical form (RFC 8785) of what has only texts, whole numbers and lists of them."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def _rewritten(body: bytes, word: str, value: Any) -> bytes:  # noqa: C901, PLR0911, PLR0912 - one line for each word
    match word:
        case "text":
            return str(value).encode()
        case "hex":
            return body + bytes.fromhex(value)
        case "before":
            return str(value).encode() + body
        case "after":
            return body + str(value).encode()
        case "digits":
            return body + b"9" * int(value)
        case "spaces":
            return body + b" " * int(value)
        case "cut":
            return body[: -int(value)]
        case "keep":
            return body[: int(value)]
        case "swap":
            old, new = (text.encode() for text in value)
            if old not in body:
                raise ValueError(f"the honest message has no {value[0]}")
            return body.replace(old, new, 1)
        case "encode":
            return body.decode().encode(str(value))
        case "nest":
            opening, depth, closing = value
            return f"{opening * depth}{closing * depth}".encode()
        case "reverse":
            return json.dumps(dict(reversed(json.loads(body).items())), separators=(",", ":")).encode()
        case "gzip":
            return gzip.compress(body)
    raise ValueError(f"no such step: {word}")


_MEMBER_WORDS = frozenset({"set", "drop", "times", "join"})


def _changed(body: bytes, word: str, value: Any, random: RandomSource) -> bytes:
    document = json.loads(body)
    if word == "drop":
        parent, last = _place(document, value)
        del parent[last]
        return canonical(document)
    for pointer, content in value.items():
        parent, last = _place(document, pointer)
        if word == "set":
            parent[last] = _made(content, random)
        elif word == "times":
            parent[last : last + 1] = [parent[last]] * content
        else:
            parent[last] = encode_base64url(decode_base64url(parent[last]) + bytes.fromhex(content))
    return canonical(document)


def _place(document: Any, pointer: str) -> tuple[Any, Any]:
    *steps, last = pointer.removeprefix("/").split("/")
    for step in steps:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document, int(last) if isinstance(document, list) else last


def _made(content: Any, random: RandomSource) -> Any:
    """Return a value as written, or packed bytes: so many at random, one element, one index entry, entries of a run."""
    match content:
        case {"random": int(length), **rest}:
            return encode_base64url(random(length)) + str(rest.get("then", ""))
        case {"element": str(text)}:
            return encode_base64url(bytes.fromhex(text))
        case {"entry": int(key_type)}:
            return encode_base64url(random(HANDLE_BYTES) + bytes(3) + bytes([key_type]) + random(INDEX_HASH_BYTES))
        case {"asked": list(places)}:
            return pack_asked(AskedEntry(row, code, random(INDEX_HASH_BYTES)) for row, code in places)
    return content
