"""What a comparison vector says, as one sentence for people: what agrees, what nearly does, what differs.

The words are the key set's own. Two of them are verbs that several components share: `相同`/`agrees`, which may be
qualified (`读音相同`/`agrees by sound`), and `不同`/`differs`. What could not have been seen is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.faults import Wording
from schemas.key_set import Component, KeySet, LevelRule

_AGREES: Final = Wording("相同", "agrees")
_DIFFERS: Final = Wording("不同", "differs")
NOTHING_TOLD: Final = Wording("没有可比对的内容", "nothing can be told")


@dataclass(frozen=True, slots=True)
class _Told:
    """The subjects of the two shared verbs, and the sentences that stand for themselves."""

    agree: list[Wording]
    nearly: list[Wording]
    differ: list[Wording]


def describe(key_set: KeySet, levels: Mapping[str, int]) -> Wording:
    """Return the sentence for a comparison vector, zh and en.

    Args:
        key_set: whose components and words they are.
        levels: level by component; components and levels that the key set does not declare are left out.
    """
    told = _Told([], [], [])
    for component in key_set.comparison:
        rule = find_rule(component, levels.get(component.name))
        if rule is not None:
            _tell(told, component, rule)
    parts = [*_sentence(told.agree, _AGREES), *told.nearly, *_sentence(told.differ, _DIFFERS)]
    if not parts:
        return NOTHING_TOLD
    return Wording("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def find_rule(component: Component, level: int | None) -> LevelRule | None:
    """Return the rule that gives a component this level, or None if there is none."""
    return next((rule for rule in component.rules if rule.level == level), None)


def _tell(told: _Told, component: Component, rule: LevelRule) -> None:
    if not rule.agree:
        if (rule.zh, rule.en) == (_DIFFERS.zh, _DIFFERS.en):
            told.differ.append(Wording(component.zh, component.en))
    elif rule.zh.endswith(_AGREES.zh) and rule.en.startswith(_AGREES.en):
        how = Wording(rule.zh.removesuffix(_AGREES.zh), rule.en.removeprefix(_AGREES.en))
        told.agree.append(Wording(component.zh + how.zh, component.en + how.en))
    else:
        told.nearly.append(Wording(f"{component.zh}：{rule.zh}", f"{component.en}: {rule.en}"))


def _sentence(subjects: Sequence[Wording], verb: Wording) -> list[Wording]:
    if not subjects:
        return []
    predicate = verb.en if len(subjects) == 1 else verb.en.removesuffix("s")
    zh = _enumerate([subject.zh for subject in subjects], "、", "和")
    en = _enumerate([subject.en for subject in subjects], ", ", " and ")
    return [Wording(f"{zh}{verb.zh}", f"{en} {predicate}")]


def _enumerate(items: Sequence[str], between: str, before_last: str) -> str:
    *first, last = items
    return f"{between.join(first)}{before_last}{last}" if first else last
