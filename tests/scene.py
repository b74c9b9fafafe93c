"""The scene that scenario and attack tests play on: a small synthetic province, a gateway and four agencies, all real.

One scene serves a whole test process: its servers are processes of their own on free loopback ports, ended by the id
that they were started with. Tests that break something on purpose make agreements of their own.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

import gateway.settings
from connectors.cli.session import Session
from connectors.context import OFFICE_ZONE
from connectors.settings import load_settings, save_settings
from connectors.state.questions import RowResult
from demo.province import Agency, generate_province
from demo.scenario.cast import GUARDIAN_PLAN, PLANS, Plan
from demo.scenario.desks import agree, publish
from demo.scenario.servers import free_port
from demo.scenario.stage import Stage
from keys.custody.key_file_format import KdfCost
from schemas.agreement import Agreement

CHILDREN = 1_200
QUICK_KDF_COST = KdfCost(opslimit=1, memlimit=8192)


@dataclass(frozen=True)
class Scene:
    """The running stage and the four agreements with published indexes, by purpose."""

    stage: Stage
    agreements: dict[str, Agreement]

    def session(self, agency: Agency) -> Session:
        """Return the desk of one agency."""
        return self.stage.sessions[agency]

    def plan(self, purpose: str) -> Plan:
        """Return who asks whom for a purpose, about which roster."""
        return next(plan for plan in (*PLANS, GUARDIAN_PLAN) if plan.purpose == purpose)

    def ask(self, purpose: str, agreement: Agreement | None = None) -> list[RowResult]:
        """Ask a purpose's question, under its usual agreement or another one."""
        return self.stage.ask(self.plan(purpose), agreement or self.agreements[purpose], lambda *_: None)

    def agree_and_publish(self, purpose: str) -> Agreement:
        """Make another agreement for a purpose and publish its index."""
        plan = self.plan(purpose)
        requester, provider = self.session(plan.requester), self.session(plan.provider)
        agreement = agree(requester, provider, purpose, plan.regions)
        publish(provider, agreement, lambda *_: None)
        requester.client.refresh_registry()
        return agreement


def open_scene(folder: Path, stack: ExitStack) -> Scene:
    """Set a scene up below `folder`; its servers run until `stack` is closed."""
    stage = Stage(folder, datetime.now(OFFICE_ZONE).date(), QUICK_KDF_COST)
    generate_province(stage.province, CHILDREN, 1, today=stage.today)
    stage.found()
    _add_noise(stage)
    _offer_metrics(stage)
    stage.open(stack)
    scene = Scene(stage, {})
    for plan in PLANS:
        scene.agreements[plan.purpose] = scene.agree_and_publish(plan.purpose)
    return scene


def _add_noise(stage: Stage) -> None:
    """Have the police add noise to their statistics: they alone count matched children in these tests."""
    folder = stage.desks[Agency.PUBLIC_SECURITY].folder
    save_settings(folder, load_settings(folder).model_copy(update={"statistics_epsilon_thousandths": 1000}))


def _offer_metrics(stage: Stage) -> None:
    """Have the gateway and civil affairs tell their figures on loopback ports of their own."""
    gateway_settings = gateway.settings.load_settings(stage.gateway_folder)
    changed = gateway_settings.model_copy(update={"metrics_port": free_port()})
    gateway.settings.save_settings(stage.gateway_folder, changed)
    folder = stage.desks[Agency.CIVIL_AFFAIRS].folder
    save_settings(folder, load_settings(folder).model_copy(update={"metrics_port": free_port()}))


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One scene for all tests of a process."""
    with ExitStack() as stack:
        yield open_scene(tmp_path_factory.mktemp("scene"), stack)
