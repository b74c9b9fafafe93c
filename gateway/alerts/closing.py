"""With which finding an alert is closed: a closed list, so that closings can be counted."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schemas.faults import Wording


class Closing(StrEnum):
    """What came of looking into an alert; the value stands in the leaf of `alert.close`."""

    JUSTIFIED = "justified"
    TRAINING = "training"
    TECHNICAL = "technical"
    FALSE_ALARM = "false-alarm"
    MISUSE = "misuse"
    INCIDENT = "incident"


CLOSINGS: Final[Mapping[Closing, Wording]] = MappingProxyType(
    {
        Closing.JUSTIFIED: Wording("属正当履职", "Justified by the work"),
        Closing.TRAINING: Wording("操作不当，已提醒培训", "Handled wrongly; the person was instructed"),
        Closing.TECHNICAL: Wording("技术原因，已排除", "A technical cause, removed"),
        Closing.FALSE_ALARM: Wording("规则误报", "The rule was wrong here"),
        Closing.MISUSE: Wording("属违规使用，已移交处理", "Misuse; handed over to be dealt with"),
        Closing.INCIDENT: Wording("属个人信息安全事件，已启动应急预案", "A data incident; the incident plan has begun"),
    }
)
