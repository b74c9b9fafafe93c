"""How long the auditors' pages take with a large log behind them, served as the product serves them, over HTTP."""

import os
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

import httpx
import pyotp

from bench.harness import Figure, Tell
from bench.log import match_query
from bench.scale import Scale
from demo.scenario.cast import GATEWAY_ID, PASSPHRASE
from demo.scenario.servers import free_port, serving
from gateway.bootstrap import open_gateway
from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.log.events import Actor, Event
from gateway.log.journal import Draft, Journal
from gateway.services.account_book import GatewayAccounts
from gateway.services.found_gateway import Founding, begin_log, create_gateway_folder
from hosting.accounts.accounts import open_account
from hosting.accounts.own_password import replace_password
from hosting.web.secret_cookie import new_secret
from keys.custody.key_file_format import KdfCost

GROUP: Final = 1_000
WAIT_SECONDS: Final = 120
CORRELATIONS: Final = 500
"""So many requests have as many entries each as their share of the log."""
TIMES: Final = 9
_PASSWORD: Final = "seven kites over a gate"
_QUICK_KDF_COST: Final = KdfCost(opslimit=1, memlimit=8192)
_TOKEN = re.compile(r'name="form_token" value="([\w-]+)"')


def run(scale: Scale, tell: Tell) -> Iterator[Figure]:
    """Fill a gateway's log, sign in as an auditor, and ask for each page in turn."""
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as name:
        folder, port = Path(name) / "gateway", free_port()
        url = f"http://127.0.0.1:{port}"
        secret = _found(folder, url, scale.console_entries, tell)
        arguments = ("--folder", str(folder), "serve", "--port", str(port))
        with (
            serving("tongxin-gateway", arguments, f"{url}/healthz", Path(name) / "log"),
            httpx.Client(base_url=url, timeout=60) as client,
        ):
            _sign_in(client, secret)
            for page, address in _pages():
                yield Figure(f"{page}, {scale.console_entries:,} entries", 1_000 * _seconds(client, address), "ms")


def _found(folder: Path, url: str, entries: int, tell: Tell) -> str:
    """Make the gateway with its log and one auditor; return the auditor's TOTP secret."""
    founding = Founding(GATEWAY_ID, "测量网关", "Measured gateway", url)
    create_gateway_folder(folder, founding, PASSPHRASE, _QUICK_KDF_COST, datetime.now(UTC), os.urandom)
    with open_gateway(folder, PASSPHRASE) as gateway:
        begin_log(gateway)
        auditor = Account("auditor", "审计员", frozenset({Role.OVERSIGHT_AUDITOR}))
        accounts = GatewayAccounts(gateway)
        new = open_account(accounts, None, auditor)
        replace_password(accounts, auditor, new.password, _PASSWORD, "127.0.0.1", new_secret(os.urandom))
        _fill(gateway.journal, entries, tell)
    return new.totp_secret


def _fill(journal: Journal, entries: int, tell: Tell) -> None:
    queries = _queries()
    for start in range(0, entries, GROUP):
        events = tuple(queries[place % len(queries)] for place in range(start, min(entries, start + GROUP)))
        journal.write(lambda _, events=events: Draft(None, events), WAIT_SECONDS)  # type: ignore[misc]
        if start % 50_000 == 0:
            tell(f"filling the log: {start:,}/{entries:,}")


def _queries() -> Sequence[Event]:
    """Return queries of several agencies and purposes, as a county's log mixes them."""
    asked = match_query()
    agencies, purposes = ("civil_affairs.990101", "education.990101", "public_security.990101"), ("P01", "P04", "P14")
    return [
        replace(
            asked,
            actor=Actor(agencies[place % 3], "console", "kid-1"),
            purpose=purposes[place // 3 % 3],
            correlation_id=f"01900000-0000-7000-8000-{place:012}",
        )
        for place in range(CORRELATIONS)
    ]


def _pages() -> list[tuple[str, str]]:
    return [
        ("Overview", "/console/?days=30"),
        ("Search, newest first", "/console/search"),
        ("Search by agency and purpose", "/console/search?agency=education.990101&purpose=P04"),
        ("Search, page 100", "/console/search?page=100"),
        ("A request's story", "/console/requests/01900000-0000-7000-8000-000000000007"),
        ("Integrity", "/console/integrity"),
    ]


def _sign_in(client: httpx.Client, secret: str) -> None:
    """Sign in through the form, as a browser does."""
    form = client.get("/console/sign-in")
    fields = {"account": "auditor", "password": _PASSWORD, "code": pyotp.TOTP(secret).now()}
    answer = client.post("/console/sign-in", data={**fields, "form_token": _TOKEN.findall(form.text)[-1]})
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise RuntimeError(f"signing in was answered with {answer.status_code}")


def _seconds(client: httpx.Client, address: str) -> float:
    """Return what the page takes at the median of some turns."""
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = client.get(address)
        taken.append(time.perf_counter() - began)
        if answer.status_code != httpx.codes.OK:
            raise RuntimeError(f"{address} was answered with {answer.status_code}")
    return median(taken)
