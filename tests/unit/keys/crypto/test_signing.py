"""ES256 tokens: what verifies, and everything that must not."""

import hashlib
import hmac
import json
import random as seeded
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.crypto.signing import (
    MAX_GRANT_TOKEN_BYTES,
    MAX_TOKEN_BYTES,
    BadSignatureError,
    KeyFormatError,
    MalformedTokenError,
    SignatureError,
    SigningKey,
    TokenHeader,
    UnknownKeyError,
    VerificationKey,
    WrongAlgorithmError,
    WrongTokenTypeError,
    generate_signing_key,
    read_header,
    sign_compact,
    verify_compact,
)
from schemas.base64url import decode_base64url, encode_base64url

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
TYPE = "tongxin-envelope+jws"
CLAIMS = {"iss": "agency-a", "jti": "01900000-0000-7000-8000-000000000000", "iat": 1795262400, "note": "童心"}
KEY = generate_signing_key(seeded.Random(1).randbytes)
OTHER_KEY = generate_signing_key(seeded.Random(2).randbytes)
TOKEN = sign_compact(KEY, TYPE, CLAIMS)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcd", max_size=3), inner, max_size=3),
    max_leaves=8,
)


def header_text(**changes: object) -> str:
    header = {"alg": "ES256", "kid": KEY.verification_key.key_id, "typ": TYPE} | changes
    return json.dumps({name: value for name, value in header.items() if value is not None})


def signed(header: str, payload: str | bytes = b"{}", key: SigningKey = KEY) -> str:
    """A token with any header and payload whatever, properly signed."""
    body = payload.encode() if isinstance(payload, str) else payload
    signing_input = f"{encode_base64url(header.encode())}.{encode_base64url(body)}"
    return f"{signing_input}.{encode_base64url(key.jose_key.sign(signing_input.encode()))}"


def verify(token: str, key: SigningKey = KEY) -> dict[str, object]:
    return verify_compact(token, key.verification_key, TYPE)


class TestPublishedVectors:
    def test_rfc_7515_appendix_a3_verifies_under_its_key(self):
        key = VerificationKey.from_jwk(
            {
                "kty": "EC",
                "crv": "P-256",
                "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            }
        )
        signing_input = (
            b"eyJhbGciOiJFUzI1NiJ9."
            b"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        )
        signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        assert key.jose_key.verify(signing_input, decode_base64url(signature))
        assert not key.jose_key.verify(signing_input + b"x", decode_base64url(signature))
        # The example's header names neither key nor type, so as a token of ours it is refused.
        with pytest.raises(MalformedTokenError):
            verify_compact(f"{signing_input.decode()}.{signature}", key, TYPE)

    def test_rfc_7515_appendix_a3_private_key_gives_its_public_key(self):
        key = SigningKey.from_secret(decode_base64url("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"))
        assert key.verification_key.x == "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"

    def test_rfc_6979_appendix_a25_private_key_gives_its_public_key(self):
        secret = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
        key = SigningKey.from_secret(secret).verification_key
        assert decode_base64url(key.x).hex() == "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        assert decode_base64url(key.y).hex() == "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"

    def test_thumbprint_is_the_one_of_rfc_9449_section_6_1(self):
        key = VerificationKey(
            "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"
        )
        assert key.key_id == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"

    def test_thumbprint_hashes_the_members_in_the_order_of_rfc_7638(self):
        key = KEY.verification_key
        text = f'{{"crv":"P-256","kty":"EC","x":"{key.x}","y":"{key.y}"}}'
        assert key.key_id == encode_base64url(hashlib.sha256(text.encode()).digest())


class TestKeys:
    def test_randomness_is_the_only_source_of_the_secret(self):
        assert generate_signing_key(lambda n: b"\x07" * n) == generate_signing_key(lambda n: b"\x07" * n)

    @pytest.mark.parametrize(("drawn", "scalar"), [(0, 1), (ORDER - 2, ORDER - 1), (ORDER - 1, 1), (ORDER, 2)])
    def test_drawn_number_is_reduced_into_the_range_of_scalars(self, drawn, scalar):
        key = generate_signing_key(lambda n: drawn.to_bytes(n, "big"))
        assert key.secret == scalar.to_bytes(32, "big")

    def test_secret_round_trip(self):
        assert SigningKey.from_secret(KEY.secret).verification_key == KEY.verification_key

    @pytest.mark.parametrize(
        "secret", [b"", b"\x01" * 31, b"\x01" * 33, bytes(32), ORDER.to_bytes(32, "big"), b"\xff" * 32]
    )
    def test_secret_outside_the_range_is_refused(self, secret):
        with pytest.raises(KeyFormatError):
            SigningKey.from_secret(secret)

    def test_repr_shows_no_secret(self):
        assert repr(KEY) == f"SigningKey(key_id='{KEY.verification_key.key_id}')"

    def test_jwk_round_trip(self):
        assert VerificationKey.from_jwk(KEY.verification_key.as_jwk()) == KEY.verification_key

    @pytest.mark.parametrize(
        "changes",
        [
            {"x": None},
            {"d": "AA"},
            {"kid": "k"},
            {"alg": "ES256"},
            {"kty": "RSA"},
            {"crv": "P-384"},
            {"crv": ["P-256"]},
            {"x": 5},
            {"x": KEY.verification_key.y},
            {"x": KEY.verification_key.x + "="},
            {"x": KEY.verification_key.x + "\n"},
            {"x": KEY.verification_key.x[:-1] + "B"},
            {"x": KEY.verification_key.x + "AA"},
            {"x": encode_base64url(bytes(32)), "y": encode_base64url(bytes(32))},
            {"x": encode_base64url(b"\xff" * 32)},
        ],
    )
    def test_jwk_in_any_other_form_is_refused(self, changes):
        members = KEY.verification_key.as_jwk() | changes
        with pytest.raises(KeyFormatError):
            VerificationKey.from_jwk({name: value for name, value in members.items() if value is not None})

    def test_coordinate_without_its_leading_zero_is_another_form_of_the_same_number(self):
        key = SigningKey.from_secret((379).to_bytes(32, "big")).verification_key
        shorter = decode_base64url(key.x)[1:]
        assert int.from_bytes(shorter, "big") == int.from_bytes(decode_base64url(key.x), "big")
        with pytest.raises(KeyFormatError):
            VerificationKey(encode_base64url(shorter), key.y)


class TestGoodTokens:
    def test_claims_come_back(self):
        assert verify(TOKEN) == CLAIMS

    def test_header_is_exactly_alg_kid_and_typ(self):
        key_id = KEY.verification_key.key_id
        assert json.loads(decode_base64url(TOKEN.split(".")[0])) == {"alg": "ES256", "kid": key_id, "typ": TYPE}
        assert read_header(TOKEN) == TokenHeader(key_id, TYPE)

    @settings(max_examples=30)
    @given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), json_values, max_size=4))
    def test_any_json_object_comes_back(self, claims):
        assert verify(sign_compact(KEY, TYPE, claims)) == claims

    def test_a_grant_may_be_larger_than_an_envelope(self):
        token = sign_compact(KEY, TYPE, {"handles": ["h" * 100] * 300})
        with pytest.raises(MalformedTokenError):
            verify(token)
        assert verify_compact(token, KEY.verification_key, TYPE, MAX_GRANT_TOKEN_BYTES)
        assert read_header(token, MAX_GRANT_TOKEN_BYTES).token_type == TYPE

    def test_a_header_in_another_order_is_the_same_header(self):
        header = f'{{ "typ": "{TYPE}", "kid": "{KEY.verification_key.key_id}", "alg": "ES256" }}'
        assert verify(signed(header)) == {}


class TestSigningRefuses:
    @pytest.mark.parametrize("token_type", ["", "JWT", "a b", "a\n", "-a", "a" * 65, "类型"])
    def test_a_token_type_that_no_reader_accepts(self, token_type):
        with pytest.raises(ValueError, match="token type"):
            sign_compact(KEY, token_type, {})

    @pytest.mark.parametrize("number", [float("nan"), float("inf")])
    def test_numbers_that_json_has_not(self, number):
        with pytest.raises(ValueError, match="not JSON compliant"):
            sign_compact(KEY, TYPE, {"n": number})


class TestOtherAlgorithms:
    def test_none(self):
        token = signed(header_text(alg="none")).rsplit(".", 1)[0] + "."
        with pytest.raises(WrongAlgorithmError):
            verify(token)

    def test_hmac_with_the_public_key_as_secret(self):
        for secret in (
            KEY.verification_key.jose_key.to_pem(),
            json.dumps(KEY.verification_key.as_jwk()).encode(),
            decode_base64url(KEY.verification_key.x),
        ):
            signing_input = signed(header_text(alg="HS256")).rsplit(".", 1)[0]
            tag = hmac.digest(secret, signing_input.encode(), "sha256")
            with pytest.raises(WrongAlgorithmError):
                verify(f"{signing_input}.{encode_base64url(tag)}")

    @pytest.mark.parametrize("alg", ["es256", "ES256 ", "ES384", "RS256", "EdDSA", "", 256, True, ["ES256"], {}])
    def test_any_other_name(self, alg):
        with pytest.raises(WrongAlgorithmError):
            verify(signed(header_text(alg=alg)))


class TestOtherHeaders:
    @pytest.mark.parametrize(
        "header",
        [
            header_text(alg=None),
            header_text(kid=None),
            header_text(typ=None),
            header_text(crit=["exp"]),
            header_text(jwk=KEY.verification_key.as_jwk()),
            header_text(b64=False),
            header_text(kid=7),
            header_text(kid="k"),
            header_text(kid=KEY.verification_key.key_id + "\n"),
            header_text(typ=7),
            header_text(typ="JWT"),
            header_text(typ="a\n"),
            header_text()[:-1] + ',"alg":"ES256"}',
            '{"alg":"none",' + header_text()[1:],
            header_text() + " x",
            "[]",
            '"ES256"',
            "null",
            "NaN",
            "",
            "[" * 300,
            " " * 500 + header_text(),
        ],
    )
    def test_malformed_header(self, header):
        token = signed(header)
        for read in (verify, read_header):
            with pytest.raises(MalformedTokenError):
                read(token)

    def test_another_type(self):
        with pytest.raises(WrongTokenTypeError):
            verify_compact(TOKEN, KEY.verification_key, "tongxin-grant+jws")

    def test_another_key(self):
        with pytest.raises(UnknownKeyError):
            verify(TOKEN, OTHER_KEY)

    def test_another_key_under_the_name_of_this_one(self):
        with pytest.raises(BadSignatureError):
            verify(signed(header_text(), key=OTHER_KEY))

    def test_header_of_another_token(self):
        head = sign_compact(KEY, "tongxin-grant+jws", CLAIMS).split(".")[0]
        with pytest.raises(BadSignatureError):
            verify_compact(f"{head}.{TOKEN.split('.', 1)[1]}", KEY.verification_key, "tongxin-grant+jws")


class TestOtherForms:
    @pytest.mark.parametrize(
        "token",
        [
            "",
            ".",
            "..",
            "...",
            TOKEN.rsplit(".", 1)[0],
            TOKEN + "\n",
            TOKEN + " ",
            " " + TOKEN,
            TOKEN + "=",
            TOKEN + ".",
            TOKEN + ".AA",
            TOKEN.replace(".", "..", 1),
            TOKEN.replace(".", "=.", 1),
            TOKEN.replace(".", "\n.", 1),
            TOKEN + "é",
            "A" * (MAX_TOKEN_BYTES + 1),
        ],
    )
    def test_malformed(self, token):
        with pytest.raises(MalformedTokenError):
            verify(token)

    @pytest.mark.parametrize("part", [0, 1, 2])
    def test_every_part_has_one_form_only(self, part):
        """The last character of 2 or 3 carries bits that decode to nothing; another one is the same bytes."""
        parts = signed(header_text() + " " * (3 - len(header_text()) % 3 + 1), b'{"a":1 }').split(".")
        assert len(parts[part]) % 4 != 0
        parts[part] = parts[part][:-1] + chr(ord(parts[part][-1]) + 1)
        with pytest.raises(MalformedTokenError):
            verify(".".join(parts))

    @pytest.mark.parametrize("length", [0, 1, 63, 65, 70, 128])
    def test_signature_of_another_length(self, length):
        with pytest.raises(BadSignatureError):
            verify(f"{TOKEN.rsplit('.', 1)[0]}.{encode_base64url(bytes(length))}")

    def test_signature_of_zeros(self):
        with pytest.raises(BadSignatureError):
            verify(f"{TOKEN.rsplit('.', 1)[0]}.{encode_base64url(bytes(64))}")

    @pytest.mark.parametrize(
        "payload",
        [
            b"",
            b"[]",
            b"1",
            b'"a"',
            b"null",
            b'{"a":1,"a":1}',
            b'{"a":{"b":1,"b":2}}',
            b'{"a":NaN}',
            b'{"a":-Infinity}',
            b'{"a":1e999}',
            b'{"a":"\\ud800"}',
            b'{"\\udc00":1}',
            b'{"a":"\xff"}',
            b"\xef\xbb\xbf{}",
            b'{"a":1}x',
            b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
            b'{"a":' + b"9" * 5000 + b"}",
        ],
        ids=lambda payload: payload[:16].decode("latin-1"),
    )
    def test_signed_payload_that_is_no_plain_object(self, payload):
        with pytest.raises(MalformedTokenError):
            verify(signed(header_text(), payload))

    def test_payload_is_not_parsed_before_the_signature_verifies(self):
        with pytest.raises(BadSignatureError):
            verify(signed(header_text(), b"[", key=OTHER_KEY))

    @settings(max_examples=60)
    @given(st.data())
    def test_no_changed_character_verifies(self, data):
        position = data.draw(st.integers(0, len(TOKEN) - 1))
        character = data.draw(st.characters(codec="ascii").filter(lambda c: c != TOKEN[position]))
        with pytest.raises(SignatureError):
            verify(TOKEN[:position] + character + TOKEN[position + 1 :])

    @settings(max_examples=60)
    @given(st.text(max_size=80) | st.text("eyJ.-_A=", max_size=80))
    def test_any_text_is_refused_with_a_signature_error(self, text):
        with pytest.raises(SignatureError):
            verify(text)


def test_high_and_low_s_both_verify_so_signature_bytes_are_no_identity():
    head, signature = TOKEN.rsplit(".", 1)
    raw = decode_base64url(signature)
    twin = raw[:32] + (ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    assert verify(f"{head}.{encode_base64url(twin)}") == CLAIMS


def test_codes_are_stable():
    codes = {error.code for error in SignatureError.__subclasses__()}
    assert codes == {"malformed_token", "wrong_algorithm", "wrong_token_type", "unknown_key", "bad_signature"}


def test_no_error_quotes_the_token():
    for token in (TOKEN + "\n", signed(header_text(), b'{"a":marker-7}'), signed(header_text(alg="marker-7"))):
        with pytest.raises(SignatureError) as caught:
            verify(token)
        assert "marker-7" not in str(caught.value)
        assert token not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_python_jose_has_one_importer():
    root = Path(__file__).parents[4]
    folders = ("schemas", "keys", "connectors", "gateway", "demo", "bench", "tests")
    files = {path for folder in folders for path in (root / folder).rglob("*.py")}
    statement = re.compile(r"^\s*(import|from)\s+jose\b|import_module\(.jose", re.MULTILINE)
    importers = {str(path.relative_to(root)) for path in files if statement.search(path.read_text("utf-8"))}
    assert importers == {"keys/crypto/signing.py"}
