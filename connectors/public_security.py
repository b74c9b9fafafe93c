"""Public security: the household register and what may be derived from it."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from connectors.data_sets import DataSet, Derivation, Field, Record
from schemas.codes import HOUSEHOLD_STATUS, YES_NO, HouseholdStatus, answer_of
from schemas.dates import LedgerDate
from schemas.regions import RegionError, county_of

AGENCY_TYPE: Final = "public_security"
NAME_ZH: Final = "公安"
NAME_EN: Final = "Public security"

HOUSEHOLD_REGISTER: Final = DataSet(
    name="household_register",
    name_zh="常住人口登记",
    name_en="Household register",
    fields=(
        Field("person_id", "人员编号", "text", aliases_zh=("编号",)),
        Field("citizen_id", "公民身份号码", "citizen_id", part="citizen_id", aliases_zh=("身份证号", "身份证号码")),
        Field("name", "姓名", "person_name", required=True, part="name"),
        Field("sex", "性别", "sex", part="sex"),
        Field("birth_date", "出生日期", "date", part="birth_on"),
        Field("hukou_region", "户籍地代码", "region", part="region", aliases_zh=("户籍行政区划代码",)),
        Field("household_no", "户号", "text"),
        Field("guardian_name", "监护人姓名", "person_name", part="guardian_name"),
        Field("guardian_id", "监护人公民身份号码", "citizen_id", part="guardian_id"),
        Field("guardian_phone", "监护人联系电话", "phone", part="guardian_phone"),
        Field("status", "户籍状态", "code", required=True, codes=HOUSEHOLD_STATUS, aliases_zh=("状态",)),
        Field("status_on", "状态日期", "date", aliases_zh=("变动日期",)),
        Field("moved_to_region", "迁往地代码", "region"),
        Field("cancel_reason", "注销原因", "text"),
        Field("parent_residence_region", "父母登记居住地代码", "region"),
        Field("address_protected", "住址是否保密", "code", codes=YES_NO, aliases_zh=("住址保密", "住址受保护")),
        Field("open_case", "是否有在办案件", "code", codes=YES_NO, aliases_zh=("有在办案件",)),
    ),
)

DATA_SETS: Final = (HOUSEHOLD_REGISTER,)
INDEX_DATA_SET: Final = HOUSEHOLD_REGISTER

_HUKOU_STATUS: Final = MappingProxyType(
    {
        HouseholdStatus.REGISTERED: "here",
        HouseholdStatus.MOVED: "moved",
        HouseholdStatus.CANCELLED: "cancelled",
    }
)
_LIFE_STATUS: Final = MappingProxyType({**_HUKOU_STATUS, HouseholdStatus.REGISTERED: "alive_registered"})


def _status(record: Record) -> HouseholdStatus | None:
    status = record.values.get("status")
    return status if isinstance(status, HouseholdStatus) else None


def _hukou_status(record: Record, _: date) -> str | None:
    status = _status(record)
    return None if status is None else _HUKOU_STATUS.get(status)


def _life_status(record: Record, _: date) -> str | None:
    """Return registered, moved or cancelled; why a registration was cancelled stays with the police."""
    status = _status(record)
    return None if status is None else _LIFE_STATUS.get(status)


def _status_since(record: Record, _: date) -> date | None:
    since = record.values.get("status_on")
    return since.on if isinstance(since, LedgerDate) else None


def _moved_to_county(record: Record, _: date) -> str | None:
    """Return the county that a child moved to; of anybody else a leftover address is not told."""
    region = record.values.get("moved_to_region")
    if _status(record) is not HouseholdStatus.MOVED or not isinstance(region, str):
        return None
    try:
        return county_of(region)
    except RegionError:
        return None


def _is_address_protected(record: Record, _: date) -> bool | None:
    return answer_of(record.values.get("address_protected"))


def _has_open_case(record: Record, _: date) -> bool | None:
    return answer_of(record.values.get("open_case"))


def _is_parent_elsewhere(record: Record, _: date) -> bool | None:
    """Return whether a parent is registered as living in another county than the child; where, is not told."""
    residence, hukou = record.values.get("parent_residence_region"), record.values.get("hukou_region")
    if not isinstance(residence, str) or not isinstance(hukou, str):
        return None
    try:
        return county_of(residence) != county_of(hukou)
    except RegionError:
        return None


DERIVATIONS: Final[Mapping[str, Derivation]] = MappingProxyType(
    {
        derivation.attribute: derivation
        for derivation in (
            Derivation("hukou_status", HOUSEHOLD_REGISTER.name, ("status",), _hukou_status),
            Derivation("life_status", HOUSEHOLD_REGISTER.name, ("status",), _life_status),
            Derivation(
                "parent_registered_elsewhere",
                HOUSEHOLD_REGISTER.name,
                ("parent_residence_region", "hukou_region"),
                _is_parent_elsewhere,
            ),
            Derivation("status_since", HOUSEHOLD_REGISTER.name, ("status_on",), _status_since),
            Derivation("moved_to_county", HOUSEHOLD_REGISTER.name, ("status", "moved_to_region"), _moved_to_county),
            Derivation("address_protected", HOUSEHOLD_REGISTER.name, ("address_protected",), _is_address_protected),
            Derivation("open_case", HOUSEHOLD_REGISTER.name, ("open_case",), _has_open_case),
        )
    }
)
