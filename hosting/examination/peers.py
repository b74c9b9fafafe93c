"""Checks of a peer over HTTP: whether it answers, whether its clock agrees (Date, RFC 9110), its certificate's end."""

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from hosting.certificates import trusted_authorities
from hosting.examination.findings import Finding, Subject
from schemas.envelope import MAX_CLOCK_SKEW
from schemas.faults import Wording

SECONDS: Final = 5.0
RENEW_WITHIN: Final = timedelta(days=30)
HTTPS_PORT: Final = 443

_CLOCK: Final = Wording("时钟", "the clock")
_ANSWERS: Final = Wording("能否连接", "whether it answers")
_CERTIFICATE: Final = Wording("证书", "the certificate")


def check_peer(name: str, url: str, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Ask `<url>/healthz` and compare clocks by the answer; over https look at the certificate too.

    Args:
        name: what the peer is called in the findings, an id of an agency or gateway.
        url: its address, without a path.
        now: this machine's clock.
    """
    answers = Subject(f"reachable:{name}", _about(_ANSWERS, name))
    asked = httpx.URL(url)
    try:
        with httpx.Client(timeout=SECONDS, verify=trusted_authorities()) as client:
            response = client.get(url.rstrip("/") + "/healthz")
    except httpx.HTTPError as error:
        yield answers.fault(*_unreachable(error), _LOOK)
        return
    if response.status_code == httpx.codes.OK:
        yield answers.fine("有应答", "it answers")
    else:
        status = response.status_code
        yield answers.fault(f"应答状态 {status}", f"it answers with status {status}", _LOOK)
    yield _compare_clocks(name, response.headers.get("Date", ""), now())
    if asked.scheme == "https":
        yield from check_certificate(name, asked.host, asked.port or HTTPS_PORT, now())


def check_certificate(name: str, host: str, port: int, now: datetime) -> Iterator[Finding]:
    """Look how long a server's certificate is valid."""
    subject = Subject(f"certificate:{name}", _about(_CERTIFICATE, name))
    renew = Wording("更换该服务器的证书", "renew that server's certificate")
    try:
        with (
            socket.create_connection((host, port), SECONDS) as plain,
            trusted_authorities().wrap_socket(plain, server_hostname=host) as wrapped,
        ):
            certificate = wrapped.getpeercert() or {}
    except OSError:
        yield subject.fault("证书不被接受", "the certificate is not accepted", renew)
        return
    ends_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    zh, en = f"有效期至 {ends_at:%Y-%m-%d}", f"valid until {ends_at:%Y-%m-%d}"
    yield subject.fine(zh, en) if ends_at - now > RENEW_WITHIN else subject.warn(zh, en, renew)


def _compare_clocks(name: str, stated: str, now: datetime) -> Finding:
    subject = Subject(f"clock:{name}", _about(_CLOCK, name))
    synchronise = Wording("在两台机器上核对并启用时间同步（chrony）", "look at both machines' time service (chrony)")
    try:
        difference = abs(now - parsedate_to_datetime(stated))
    except (TypeError, ValueError):
        return subject.warn("没有说明时间", "it does not tell the time", synchronise)
    seconds = int(difference.total_seconds())
    zh, en = f"相差约 {seconds} 秒", f"about {seconds} seconds apart"
    if difference > MAX_CLOCK_SKEW:
        return subject.fault(zh, en, synchronise)
    return subject.fine(zh, en)


_LOOK: Final = Wording("检查网络、防火墙和对方服务是否运行", "look at the network, the firewall, and the peer")


def _unreachable(error: httpx.HTTPError) -> tuple[str, str]:
    if isinstance(error.__cause__, ssl.SSLError) or "CERTIFICATE" in str(error).upper():
        return "证书不被接受", "its certificate is not accepted"
    return "连不上", "it can't be reached"


def _about(title: Wording, name: str) -> Wording:
    return Wording(f"{title.zh}：{name}", f"{title.en}: {name}")
