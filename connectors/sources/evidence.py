"""How many rows of a source hold which linkage keys: what there is to match on, and what columns are missing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from connectors.data_sets import Record
from schemas.faults import Wording
from schemas.linkage_keys import KeyType
from schemas.messages.match import SubjectKind

KEY_WORDS: Final[Mapping[KeyType, Wording]] = MappingProxyType(
    {
        KeyType.ID: Wording("证件号", "ID number"),
        KeyType.P_D: Wording("姓名读音、出生日期", "name by sound, birth date"),
        KeyType.G_D: Wording("名(两字以上)的读音、出生日期", "given name of several syllables, birth date"),
        KeyType.G1_D: Wording("单字名的读音、出生日期", "given name of one syllable, birth date"),
        KeyType.S1_D_R4: Wording("姓的读音、出生日期、市州", "surname by sound, birth date, prefecture"),
        KeyType.P_YM: Wording("姓名读音、出生年月", "name by sound, year and month of birth"),
        KeyType.P_MD: Wording("姓名读音、出生月日", "name by sound, month and day of birth"),
        KeyType.P_SWAP: Wording(
            "姓名读音、月日可互换的出生日期", "name by sound, birth date with month and day swappable"
        ),
        KeyType.N_Y_R4: Wording("姓名用字、出生年、市州", "name by its characters, birth year, prefecture"),
        KeyType.N_R6: Wording("姓名用字、县", "name by its characters, county"),
        KeyType.R6_D_X: Wording("县、出生日期、性别", "county, birth date, sex"),
        KeyType.GI_D: Wording("监护人证件号、出生日期", "guardian's ID number, birth date"),
        KeyType.PH_D: Wording("监护人手机号、出生日期", "guardian's mobile number, birth date"),
        KeyType.GN_P: Wording("监护人姓名读音、姓名读音", "guardian's name by sound, name by sound"),
        KeyType.GN_D: Wording("监护人姓名读音、出生日期", "guardian's name by sound, birth date"),
        KeyType.GUARDIAN: Wording("监护人证件号(查找其子女)", "guardian's ID number, to find the guardian's children"),
    }
)

FLAGGED_KEY_WORDS: Final[Mapping[KeyType, Wording]] = MappingProxyType(
    {
        KeyType.ID: Wording("改正一处后的证件号", "ID number after one correction"),
        KeyType.P_D: Wording("姓名读音、按农历换算的出生日期", "name by sound, birth date read as lunar"),
        KeyType.N_Y_R4: Wording(
            "姓名用字、1月1日的出生年、市州", "name by its characters, year of a 1 January, prefecture"
        ),
    }
)
"""The forms that are weaker evidence."""


@dataclass(frozen=True, slots=True)
class EvidenceCount:
    """How many rows hold at least one key of a type, or of its weaker form.

    Attributes:
        key_type: the type.
        is_flagged: whether the weaker form is meant.
        rows: rows that hold it; a row can hold both forms.
        share: of all rows of data, from 0 to 1.
    """

    key_type: KeyType
    is_flagged: bool
    rows: int
    share: float

    @property
    def wording(self) -> Wording:
        """What the key is made of, for people."""
        return (FLAGGED_KEY_WORDS if self.is_flagged else KEY_WORDS)[self.key_type]

    def as_json(self) -> dict[str, object]:
        """Return it with its wording in both languages."""
        return {
            "key_type": self.key_type.value,
            "weaker": self.is_flagged,
            "rows": self.rows,
            "share": round(self.share, 4),
            "zh": self.wording.zh,
            "en": self.wording.en,
        }


class EvidenceCounter:
    """Counts the keys of the records of one data set."""

    def __init__(self, subject: SubjectKind) -> None:
        self._wanted = [
            (key_type, is_flagged)
            for key_type in KeyType
            for is_flagged in (False, True)
            if (key_type in FLAGGED_KEY_WORDS or not is_flagged)
            and (subject is SubjectKind.CHILD or key_type is KeyType.GUARDIAN)
        ]
        self._rows = 0
        self._holders: Counter[tuple[KeyType, bool]] = Counter()

    def add(self, record: Record) -> None:
        """Count the keys of one row, usable or not."""
        self._rows += 1
        keys = (*record.linkage_keys, *record.relation_keys)
        self._holders.update({(key.key_type, key.is_flagged) for key in keys})

    def counts(self) -> tuple[EvidenceCount, ...]:
        """Return a count for each type, also for those that no row holds."""
        rows = max(self._rows, 1)
        return tuple(EvidenceCount(*held, self._holders[held], self._holders[held] / rows) for held in self._wanted)
