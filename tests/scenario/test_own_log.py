"""The agency's half of the log: what it asked and answered is compared with the entries that name it."""

import time

import pytest

from connectors.cli.session import Session
from connectors.own_log.check_entries import OwnLogCheck
from connectors.state.promises import list_promises
from demo.province import Agency
from tests.scene import Scene


def _wait_until_signed(session: Session) -> None:
    """Wait until the gateway can prove the last thing that it promised: only what is signed is compared."""
    last = list_promises(session.connector.state)[-1]
    deadline = time.monotonic() + 60
    while session.client.find_inclusion(last.leaf) is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.parametrize("agency", [Agency.CIVIL_AFFAIRS, Agency.DISABLED_FEDERATION])
def test_an_honest_log_says_what_the_agency_kept(scene: Scene, agency: Agency) -> None:
    session = scene.session(agency)
    check = OwnLogCheck(session.connector, session.client)
    check.run()  # other tests on this stage forge requests in the agencies' names
    scene.ask("P04")
    _wait_until_signed(session)
    found = check.run()
    assert found.compared > 4
    assert not found.faults
