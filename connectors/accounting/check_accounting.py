"""Is a file the accounting that the gateway signed for this very agency? Checked against the pinned gateway's keys."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.context import Connector
from connectors.trust import TrustStore
from keys.crypto.signing import VerificationKey
from keys.protocol.accounting import AccountingError, verify_accounting
from schemas.faults import Wording
from schemas.messages.accounting import Accounting

OTHER_AGENCY: Final = "other_agency"
REFUSALS: Final[Mapping[str, Wording]] = MappingProxyType(
    {
        "malformed": Wording("不是网关签名的清单", "not an accounting signed by the gateway"),
        "signature_invalid": Wording(
            "清单的签名无效，或者签名密钥已更换：请重新索取",
            "the accounting's signature is not valid, or its key was replaced: ask for it anew",
        ),
        OTHER_AGENCY: Wording("清单是给另一单位的", "the accounting is for another agency"),
    }
)


def read_accounting(connector: Connector, trust: TrustStore, data: bytes) -> Accounting:
    """Return the accounting of a signed file.

    Raises:
        AccountingError: its reason is a key of `REFUSALS`.
        ProblemError: registry_expired, where the gateway's keys are not known for sure.
    """
    now = connector.now()

    def find_key(agency: str, key_id: str) -> VerificationKey:
        return trust.gateway_key(agency, key_id, now)

    checked = verify_accounting(data, find_key)
    if checked.provider != connector.agency:
        raise AccountingError(OTHER_AGENCY)
    return checked
