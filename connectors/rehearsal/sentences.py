"""What a report of a rehearsal says in words: Chinese first, then English."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.sources.findings import Severity
from linkage.threshold import LEAST_PRECISION
from linkage.verdicts import LEAST_DECOYS, LEAST_EXPECTED_MATCHES, MOST_DUPLICATES
from schemas.faults import Wording
from schemas.messages.match import MAX_RUN_RECORDS, Basis, Outcome, WithheldReason

NOTICE: Final = Wording("仅供核查参考", "for verification only")

OUTCOMES: Final[Mapping[Outcome, Wording]] = MappingProxyType(
    {
        Outcome.MATCH: Wording("匹配", "match"),
        Outcome.POSSIBLE_MATCH: Wording("可能匹配，需复核", "possible match, to be reviewed"),
        Outcome.NON_MATCH: Wording("未匹配", "no match"),
    }
)

UNUSABLE: Final = Wording("数据不足，不能比对", "too little to match on")

BASES: Final[Mapping[Basis, Wording]] = MappingProxyType(
    {
        Basis.FITTED: Wording("用本次两份数据估计的模型", "a model fitted on these two files"),
        Basis.KEPT_MODEL: Wording("此前较大一次比对留下的模型", "a model kept from a larger run"),
        Basis.RULES: Wording("固定规则，没有概率", "fixed rules, without probabilities"),
    }
)

WITHHELD: Final[Mapping[WithheldReason, Wording]] = MappingProxyType(
    {
        WithheldReason.LOW_PRECISION: Wording(
            f"估计的精确率低于 {LEAST_PRECISION:.0%}，按概率得出的匹配一律不采用，只列为可能匹配。"
            "两份数据可能基本没有共同的儿童，或所含信息太少。",
            f"The estimated precision is below {LEAST_PRECISION:.0%}, so no pair is a match by its probability; "
            "they are possible matches. The files may hold hardly any child in common, or too little about each.",
        ),
        WithheldReason.TOO_FEW_PAIRS: Wording(
            f"数据太少，无法估计模型（至少需要约 {LEAST_DECOYS} 对非同一儿童的近似记录和 {LEAST_EXPECTED_MATCHES} "
            "个待评分的匹配），已改用固定规则：证件号相同且另有一项相符，或姓名读音、出生日期与监护人信息或县相符，才算匹配。",
            f"Too little data to fit a model (about {LEAST_DECOYS} pairs of similar but different children and "
            f"{LEAST_EXPECTED_MATCHES} matches to be scored are needed). Fixed rules count instead: an equal ID number "
            "with something else, or name by sound and birth date with a guardian's key or the county.",
        ),
        WithheldReason.DUPLICATES: Wording(
            f"有一份数据中同一儿童重复出现的行超过 {MOST_DUPLICATES:.0%}，概率不可靠，按概率得出的匹配一律不采用。"
            "请先去重。",
            f"More than {MOST_DUPLICATES:.0%} of a file's rows repeat a child, which spoils the probabilities, so no "
            "pair is a match by its probability. Remove the duplicates first.",
        ),
    }
)

RUN_TOO_LONG: Final = Wording(
    f"A 的可用行超过 {MAX_RUN_RECORDS:,}，经网关查询时要分成几次，每次单独判断。",
    f"A has more than {MAX_RUN_RECORDS:,} usable rows; through the gateway they would be several questions, each "
    "judged by itself.",
)

CHART_TITLE: Final = Wording(
    "没有直接认定的各行：最像的一条记录是同一儿童的概率",
    "Rows that were not settled: the probability that the likeliest record is the same child",
)
SETTLED: Final = Wording("证件号、姓名、出生日期都相符，直接认定", "settled by number, name and birth date")
TIED: Final = Wording("有几条记录同样可能", "several records are equally likely")

SEVERITIES: Final[Mapping[Severity, Wording]] = MappingProxyType(
    {"error": Wording("错误", "error"), "warning": Wording("提醒", "warning"), "note": Wording("说明", "note")}
)
