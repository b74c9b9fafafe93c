"""What holds for every page of the officer's console: who may see it, headers, forms, and errors that quote nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.console.roles import Role
from tests.unit.connectors.web.office_desk import OfficeDesk, open_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeDesk]:
    folder = tmp_path_factory.mktemp("office")
    desk = open_desk(folder)
    yield desk
    desk.console.client.close()
    desk.connector.state.dispose()


def test_first_page(desk: OfficeDesk) -> None:
    answer = desk.browser(Role.QUERY_OFFICER).client.get("/desk/")
    assert answer.status_code == 200
    assert "本单位内部 · 可见本单位儿童姓名" in answer.text
    assert "童安县残疾人联合会" in answer.text
