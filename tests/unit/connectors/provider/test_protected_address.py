"""Of a child whose address is protected nothing is told of its caregiver, whatever is asked together with what."""

from itertools import chain, combinations
from types import MappingProxyType

import pytest

from connectors import civil_affairs
from connectors.provider.duty_office import DUTY_OFFICE, duty_office_derivation
from connectors.provider.minimise import minimise
from schemas.agency_kinds import AgencyKind
from schemas.purpose_catalogue import load_purposes
from tests.unit.connectors.agency_records import record_of
from tests.unit.connectors.ledgers import TODAY, citizen_id

OUTPUTS = load_purposes()["P16"].outputs_of(AgencyKind.CIVIL_AFFAIRS)
NAMES = [output.attribute for output in OUTPUTS]
TELEPHONE = "0900-5551201"
OFFICES = duty_office_derivation({"99": TELEPHONE}, civil_affairs.CHILDREN_REGISTER.name)
DERIVATIONS = MappingProxyType({**civil_affairs.DERIVATIONS, DUTY_OFFICE: OFFICES})
ASKED = list(chain.from_iterable(combinations(NAMES, count) for count in range(1, len(NAMES) + 1)))


def answered(protected: str | None, asked: tuple[str, ...]) -> dict[str, object]:
    cells = {
        "name": "赵小树",
        "citizen_id": citizen_id(1),
        "hukou_region": "990101",
        "case_status": "在册",
        "caregiver_relation": "祖母",
        "address_protected": protected,
    }
    record = record_of(civil_affairs.CHILDREN_REGISTER, cells)
    outputs = [output for output in OUTPUTS if output.attribute in asked]
    return dict(minimise(record, outputs, DERIVATIONS, TODAY))


@pytest.mark.parametrize("asked", ASKED, ids="+".join)
@pytest.mark.parametrize("protected", ["是", "有", None, "不详"])
def test_nothing_is_told_of_the_caregiver(protected: str | None, asked: tuple[str, ...]) -> None:
    values = answered(protected, asked)
    assert set(values) == set(asked)
    assert values.get("caregiver_relation") is None
    if DUTY_OFFICE in asked:
        assert values[DUTY_OFFICE] == TELEPHONE


@pytest.mark.parametrize("asked", ASKED, ids="+".join)
def test_a_caregiver_is_told_only_beside_the_word_that_no_address_is_protected(asked: tuple[str, ...]) -> None:
    is_told = answered("否", asked).get("caregiver_relation") == "grandparent"
    assert is_told == ({"address_protected", "caregiver_relation"} <= set(asked))
