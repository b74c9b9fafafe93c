"""The witness policy that a bundle carries (C2SP tlog-policy): about its own shard alone, in one form, without URLs.

    log gateway.example/audit/2026+f659c5e2+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c
    witness agency-a agency-a.example/witness+6af41cee+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU
    group agencies 1 agency-a
    quorum agencies

It tells the reader who witnesses; it proves nothing. Where the reader brings a policy, it must be the same.
"""

from dataclasses import replace

from keys.crypto.errors import NoteError
from keys.crypto.note_key import VerifierKey
from keys.crypto.witness_policy import NO_QUORUM, WitnessPolicy, of_log
from keys.crypto.witness_policy_format import format_policy, parse_policy

NO_WITNESSES = WitnessPolicy((), (), (), NO_QUORUM)


def policy_of_shard(policy: WitnessPolicy, log_key: VerifierKey) -> WitnessPolicy:
    """Return the policy as a bundle of the shard with this key states it. Raises `NoteError` where it can't be."""
    witnesses = tuple(replace(witness, url=None) for witness in policy.witnesses)
    return of_log(replace(policy, witnesses=witnesses), log_key)


def read_stated_policy(data: bytes, log_key: VerifierKey) -> WitnessPolicy:
    """Return the policy that a bundle of the shard with this key states.

    Raises:
        NoteError: it is none, not in its one form, or about another log.
    """
    policy = parse_policy(data)
    if format_policy(policy_of_shard(policy, log_key)) != data:
        raise NoteError("the policy is not in its one form, or about another log")
    return policy
