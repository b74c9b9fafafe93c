"""Parts of a clkhash schema, version 3: Bloom filters of 1,024 bits, BLAKE2b, a fixed number of bits a feature."""

from typing import Any

BITS = 1024


def ngrams(n: int, *, positional: bool = False) -> dict[str, Any]:
    """Compare by the substrings of `n` characters, at their places or anywhere."""
    return {"type": "ngram", "n": n, "positional": positional}


def exact() -> dict[str, Any]:
    """Compare as a whole."""
    return {"type": "exact"}


def feature(identifier: str, comparison: dict[str, Any], bits: int) -> dict[str, Any]:
    """Return one feature; a missing value sets no bits."""
    return {
        "identifier": identifier,
        "format": {"type": "string", "encoding": "utf-8"},
        "hashing": {
            "comparison": comparison,
            "strategy": {"bitsPerFeature": bits},
            "hash": {"type": "blakeHash"},
            "missingValue": {"sentinel": "", "replaceWith": ""},
        },
    }


def schema_of(features: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a whole schema."""
    return {
        "version": 3,
        "clkConfig": {"l": BITS, "kdf": {"type": "HKDF", "hash": "SHA256", "keySize": 64}},
        "features": features,
    }
