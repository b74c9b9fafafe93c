"""A connector of a small office: real key file, real database, a CSV register, and a clock that the test moves."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import yaml

from connectors.context import Connector, open_connector
from connectors.enrolment import create_connector_folder
from connectors.register import Register, open_register
from connectors.settings import ConnectorSettings
from keys.custody.key_file_format import KdfCost
from schemas.agreement import Agreement, Approval, Party
from schemas.check_digit import complete_citizen_id
from schemas.formats import digest_of
from tests.migrated_database import place_state

PASSPHRASE = "an office's own passphrase"
NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
AGENCY = "disabled_federation.990101"
COLUMNS = (
    "残疾人证号",
    "姓名",
    "性别",
    "出生日期",
    "户籍地区划代码",
    "残疾类别",
    "残疾等级",
    "发证日期",
    "有效期至",
    "证件状态",
)
FIELDS = (
    "cert_no",
    "name",
    "sex",
    "birth_date",
    "region",
    "disability_class",
    "disability_grade",
    "issued_on",
    "valid_until",
    "status",
)


class Clock:
    """Tells the time that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def citizen_id(number: int, county: str = "990101") -> str:
    """Return the valid number of the `number`-th child of a county, born on 7 May 2015."""
    return complete_citizen_id(f"{county}20150507{number:03d}")


def register_row(number: int, name: str = "赵小树", county: str = "990101", valid_until: str = "20301231") -> list[str]:
    """Return the row of one certificate: class 4 (physical), grade 2."""
    return [
        f"{citizen_id(number, county)}42",
        name,
        "男" if number % 2 else "女",
        "2015.5.7",
        county,
        "4",
        "2",
        "20200101",
        valid_until,
        "正常",
    ]


def write_register(folder: Path, rows: list[list[str]]) -> None:
    """Write the register and its mapping."""
    lines = [",".join(COLUMNS), *(",".join(row) for row in rows)]
    (folder / "register.csv").write_text("\n".join(lines) + "\n", encoding="gb18030")
    mapping = {
        "data_set": "certificates",
        "source": {"kind": "csv", "path": "register.csv", "encoding": "gb18030"},
        "columns": dict(zip(FIELDS, COLUMNS, strict=True)),
    }
    (folder / "mapping.yaml").write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")


def open_office(folder: Path, rows: list[list[str]], clock: Clock) -> tuple[Connector, Register]:
    """Return a connector with its register; called again on the same folder it is a restart."""
    write_register(folder, rows)
    if not (folder / "connector.yaml").exists():
        settings = ConnectorSettings(
            agency=AGENCY,
            agency_type="disabled_federation",
            name_zh="童安县残疾人联合会",
            name_en="Tong'an County Disabled Persons' Federation",
            region="990101",
            endpoint="http://127.0.0.1:9",
            register_mapping="mapping.yaml",
            allow_test_regions=True,
            workers=1,
        )
        place_state(folder)
        create_connector_folder(folder, settings, PASSPHRASE, KdfCost(1, 8192), NOW, os.urandom)
    connector = replace(open_connector(folder, PASSPHRASE), now=clock)
    return connector, open_register(connector)


def agreement_with(**changes: object) -> Agreement:
    """Return an agreement under which civil affairs may ask this office."""
    agreement = Agreement(
        version=1,
        id="0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f",
        purpose="P04",
        purpose_version=1,
        requester=Party(agency="civil_affairs.990101", signing_key=digest_of(b"requester")),
        provider=Party(agency=AGENCY, signing_key=digest_of(b"provider")),
        attributes=("care_subsidy_eligible", "cert_valid_until"),
        regions=("990101",),
        linkage_schema="G/1",
        valid_from=SECONDS - 60,
        valid_until=SECONDS + 86_400,
        case_number_required=True,
        approval=Approval.NONE,
        max_batch=10,
        evaluations_per_day=100,
        releases_per_day=50,
        officer_evaluations_per_day=100,
        officer_releases_per_day=50,
        retention_days=90,
    )
    return Agreement.model_validate(agreement.model_dump() | changes)
