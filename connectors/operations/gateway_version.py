"""Whether the gateway is of a version that answers everything this connector asks: by its own OpenAPI description."""

import json
from collections.abc import Iterator
from typing import Any, Final

import httpx

from connectors.gateway_client import PATHS
from hosting.certificates import trusted_authorities
from hosting.examination.findings import Finding, Subject
from schemas.faults import Wording

MAX_DESCRIPTION_BYTES: Final = 4 * 1024**2
SECONDS: Final = 10.0


def check_gateway_version(gateway: str, url: str) -> Iterator[Finding]:
    """Look for addresses that this connector uses and the gateway does not have; silent where it does not answer."""
    subject = Subject(f"version:{gateway}", Wording(f"版本：{gateway}", f"version: {gateway}"))
    described = _fetch(url.rstrip("/") + "/openapi.json")
    if described is None:
        return
    missing = sorted(set(PATHS.values()) - set(described.get("paths", {})))
    if missing:
        names = ", ".join(missing)
        upgrade = Wording("请网关管理人员升级网关", "ask the gateway's operator to upgrade it")
        yield subject.warn(f"网关较旧，没有：{names}", f"the gateway is older and lacks: {names}", upgrade)
    else:
        yield subject.fine("网关能答复本连接器的全部请求", "the gateway answers all that this connector asks")


def _fetch(url: str) -> dict[str, Any] | None:
    try:
        with (
            httpx.Client(timeout=SECONDS, verify=trusted_authorities()) as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
        ):
            body = b""
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_DESCRIPTION_BYTES:
                    return None
        described = json.loads(body)
    except (httpx.HTTPError, ValueError):
        return None
    return described if isinstance(described, dict) and isinstance(described.get("paths"), dict) else None
