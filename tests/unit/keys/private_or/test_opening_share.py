"""A share counts only with a proof of its secret, for its holder and its scope."""

from dataclasses import replace

import pytest

from keys.crypto.ciphersuite import Mode, hash_to_group
from keys.crypto.errors import DeserializeError, InvalidInputError, VerifyError
from keys.crypto.ristretto255 import add, multiply_base, subtract
from keys.private_or.opening_share import StatedShare, join_shares, make_opening_share

SCOPE = "P03/2026-11"


def test_the_sealing_key_is_that_of_the_sum_of_the_secrets(sealing):
    assert sealing.key == add(multiply_base(sealing.keeper.secret), multiply_base(sealing.requester.secret))


def test_one_share_is_no_shared_key(sealing):
    for shares in ({}, {"civil_affairs.990101": sealing.requester.stated}):
        with pytest.raises(InvalidInputError):
            join_shares(shares, SCOPE)


def test_a_share_counts_for_its_holder_and_scope_alone(sealing, random):
    keeper, requester = sealing.keeper.stated, sealing.requester.stated
    with pytest.raises(VerifyError):
        join_shares({"lead_body.990000": requester, "civil_affairs.990101": keeper}, SCOPE)
    with pytest.raises(VerifyError):
        join_shares({"lead_body.990000": keeper, "civil_affairs.990101": requester}, "P03/2026-12")


def test_a_key_chosen_to_cancel_the_others_is_refused(sealing, random):
    own = make_opening_share("civil_affairs.990101", SCOPE, random)
    rogue = subtract(own.stated.public_key, sealing.keeper.stated.public_key)
    for stated in (replace(own.stated, public_key=rogue), StatedShare(rogue, *_mark_of_nobody())):
        with pytest.raises(VerifyError):
            join_shares({"lead_body.990000": sealing.keeper.stated, "civil_affairs.990101": stated}, SCOPE)


def _mark_of_nobody() -> tuple[bytes, bytes]:
    return hash_to_group(b"nobody", Mode.VOPRF), bytes(64)


def test_malformed_shares_are_refused(sealing):
    good = sealing.keeper.stated
    for stated in (replace(good, public_key=bytes(32)), replace(good, mark=b"\xff" * 32), replace(good, proof=b"")):
        with pytest.raises((VerifyError, DeserializeError)):
            join_shares({"lead_body.990000": stated, "civil_affairs.990101": sealing.requester.stated}, SCOPE)


def test_the_secret_does_not_show(sealing):
    assert repr(sealing.keeper.secret) not in repr(sealing.keeper)
    assert sealing.keeper.secret.hex() not in repr(sealing.keeper)
