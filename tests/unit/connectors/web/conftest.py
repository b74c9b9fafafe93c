"""One office's console for a module of tests."""

from collections.abc import Iterator

import pytest

from tests.unit.connectors.web.office_desk import OfficeDesk, open_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeDesk]:
    desk = open_desk(tmp_path_factory.mktemp("office"))
    yield desk
    desk.console.client.close()
    desk.connector.state.dispose()
