"""The agency's half of the log: what it asked and answered is compared with the entries that name it."""

import pytest

from connectors.own_log.check_entries import OwnLogCheck
from demo.province import Agency
from tests.scene import Scene


@pytest.mark.parametrize("agency", [Agency.CIVIL_AFFAIRS, Agency.DISABLED_FEDERATION])
def test_an_honest_log_says_what_the_agency_kept(scene: Scene, agency: Agency) -> None:
    session = scene.session(agency)
    check = OwnLogCheck(session.connector, session.client)
    check.run()  # other tests on this stage forge requests in the agencies' names
    scene.ask("P04")
    found = check.run()
    assert found.compared > 4
    assert not found.faults
