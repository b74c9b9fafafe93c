"""The witness keys of the members, each stated by its agency's own signing key; the registry only carries them."""

from collections import Counter
from dataclasses import dataclass

from gateway.services.context import Gateway
from gateway.services.log_key import log_signer
from keys.crypto.note_key import VerifierKey
from keys.protocol.key_chain import UntrustedKeyError
from keys.protocol.witness_keys import witness_keys_of

WITNESS_PATH = "/v1/witness"


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """A witness's agency, its key under the name `<agency>/witness`, and where checkpoints are submitted to it."""

    agency: str
    key: VerifierKey
    url: str


def list_witness_keys(gateway: Gateway) -> list[WitnessKey]:
    """Return the witness keys of all members in force, by agency, each agency's newest first.

    A key that two members state is nobody's, and the log's own key is no witness's.
    """
    now, members = gateway.now(), gateway.members.current()
    found: list[WitnessKey] = []
    for agency, member in sorted(members.members.items()):
        try:
            keys = witness_keys_of(members.keys_of(agency), now)
        except UntrustedKeyError:
            continue
        found += [WitnessKey(agency, key, member.endpoint.rstrip("/") + WITNESS_PATH) for key in keys]
    stated = Counter(one.key.public_key for one in found)
    stated[log_signer(gateway.keys, gateway.settings.log_name, now).verifier_key.public_key] += 2
    return [one for one in found if stated[one.key.public_key] == 1]
