"""The duty office of a child: the one with the smallest region that serves one of its counties; never a mobile."""

import pytest
from pydantic import ValidationError

from connectors.provider.duty_office import duty_office_derivation
from connectors.settings import ConnectorSettings
from tests.unit.connectors.children import child, record_of
from tests.unit.connectors.offices import NOW

PROVINCE, PREFECTURE, COUNTY = "0999-2000099", "0999-2009901", "0999-2990101"
SETTINGS = {
    "agency": "civil_affairs.990000",
    "agency_type": "civil_affairs",
    "name_zh": "童心省民政厅",
    "name_en": "Civil affairs",
    "region": "99",
    "endpoint": "http://127.0.0.1:9",
}


def office_of(offices: dict[str, str], county: str) -> object:
    derive = duty_office_derivation(offices, "children_register").derive
    return derive(record_of(child(county=county)), NOW.date())


@pytest.mark.parametrize(
    ("county", "telephone"), [("990101", COUNTY), ("990102", PREFECTURE), ("990201", PROVINCE), ("980101", None)]
)
def test_the_nearest_office_is_told(county: str, telephone: str | None) -> None:
    offices = {"990000": PROVINCE, "990101": COUNTY, "9901": PREFECTURE}
    assert office_of(offices, county) == telephone


def test_where_no_office_is_set_none_is_told() -> None:
    assert office_of({}, "990101") is None


@pytest.mark.parametrize(
    "offices", [{"990101": "13800000001"}, {"990101": "office"}, {"99x": COUNTY}, {"000000": COUNTY}]
)
def test_settings_take_regions_and_office_telephones_only(offices: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        ConnectorSettings.model_validate({**SETTINGS, "duty_offices": offices})
    assert "13800000001" not in str(caught.value)


def test_settings_take_an_office() -> None:
    assert ConnectorSettings.model_validate({**SETTINGS, "duty_offices": {"990101": COUNTY}}).duty_offices
