"""Minimising: what leaves is the purpose's form of what was derived, and nothing when it can't be had."""

from datetime import date
from pathlib import Path

import pytest

from connectors.data_sets import Derivation, Record
from connectors.provider.minimise import UnderivableError, minimise
from schemas.purpose_parts import OnlyIf, PurposeOutput
from schemas.transforms import Transform
from tests.unit.connectors.offices import Clock, open_office, register_row

TODAY = date(2026, 3, 5)


def output(attribute: str, transform: Transform, **more: object) -> PurposeOutput:
    return PurposeOutput.model_validate(
        {"attribute": attribute, "provider": "disabled_federation", "transform": transform, **more}
    )


def deriving(**values: object) -> dict[str, Derivation]:
    return {
        name: Derivation(name, "certificates", (), lambda _record, _today, value=value: value)
        for name, value in values.items()
    }


@pytest.fixture
def record(tmp_path: Path) -> Record:
    _, register = open_office(tmp_path, [register_row(1)], Clock())
    return next(register.records())


def test_real_derivations_release_the_purposes_form(tmp_path: Path) -> None:
    _, register = open_office(tmp_path, [register_row(1)], Clock())
    outputs = [output("care_subsidy_eligible", Transform.BOOL), output("cert_valid_until", Transform.YM)]
    values = minimise(next(register.records()), outputs, register.agency.derivations, TODAY)
    assert values == {"care_subsidy_eligible": True, "cert_valid_until": "2030-12"}


def test_a_date_leaves_as_a_month_only(record: Record) -> None:
    values = minimise(
        record, [output("cert_valid_until", Transform.YM)], deriving(cert_valid_until=date(2030, 12, 31)), TODAY
    )
    assert values == {"cert_valid_until": "2030-12"}


def test_what_can_not_be_told_is_null(record: Record) -> None:
    assert minimise(record, [output("cert_valid_until", Transform.YM)], deriving(cert_valid_until=None), TODAY) == {
        "cert_valid_until": None
    }


@pytest.mark.parametrize(("status", "expected"), [("moved", "990102"), ("here", None)])
def test_conditional_output_is_null_unless_its_condition_holds(
    record: Record, status: str, expected: str | None
) -> None:
    outputs = [
        output("moved_to_county", Transform.REGION6, only_if=OnlyIf(attribute="hukou_status", equals="moved")),
        output("hukou_status", Transform.ENUM, codes=("here", "moved")),
    ]
    values = minimise(record, outputs, deriving(moved_to_county="990102001", hukou_status=status), TODAY)
    assert values == {"hukou_status": status, "moved_to_county": expected}


def test_value_in_another_form_is_not_released(record: Record) -> None:
    with pytest.raises(UnderivableError, match="disability_cert_valid"):
        minimise(record, [output("disability_cert_valid", Transform.BOOL)], deriving(disability_cert_valid="是"), TODAY)


def test_attribute_without_derivation_is_not_released(record: Record) -> None:
    with pytest.raises(UnderivableError, match="disability_cert_valid"):
        minimise(record, [output("disability_cert_valid", Transform.BOOL)], {}, TODAY)
