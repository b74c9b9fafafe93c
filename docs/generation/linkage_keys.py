"""The page of linkage keys: key set G as its data file declares it."""

from collections.abc import Iterable

from docs.generation.markdown import both, code, introduction, page, table
from schemas.key_set import FLAG_MARK, Component, KeySet, KeyTypeDefinition, LevelRule, load_key_set

_PROVES = {"alone": both("单独即可", "alone"), "together": both("须另有一键", "with another key")}


def linkage_keys_page() -> str:
    """Return the page."""
    key_set = load_key_set("G")
    return page(
        "关联键 / Linkage keys",
        introduction("linkage_keys"),
        f"## 键集 {key_set.id} / Key set {key_set.id}",
        table(
            ("键 key", "代码 code", "由什么组成 made of", "标记 flag", "证明持有 proves possession"),
            map(_key_type, key_set.key_types),
        ),
        "## 比对向量 / The comparison vector",
        both(
            "每项的规则依次检查，第一条成立的给出等级；都不成立即“看不出”（−1）。",
            "A component's rules are tried in order; the first that holds gives the level; none: can't tell (−1).",
        ),
        table(
            ("项 component", "等级 level", "含义 meaning", "条件 rule"),
            (_rule(component, rule) for component in key_set.comparison for rule in component.rules),
        ),
        "## 键组 / Groups",
        table(("组 group", "键 keys"), ((code(name), _list(keys)) for name, keys in key_set.groups.items())),
        "## 定局和无模型时 / Settling, and without a model",
        _without_model(key_set),
    )


def _key_type(defined: KeyTypeDefinition) -> tuple[str, ...]:
    flag = code(f"{defined.name}{FLAG_MARK}{defined.flag}") if defined.flag else ""
    proves = _PROVES[defined.proves]
    kind = f"{proves}；{both('关系，不作证据', 'a relation, no evidence')}" if defined.relation else proves
    return code(defined.name), str(defined.code), _list(defined.parts), flag, kind


def _rule(component: Component, rule: LevelRule) -> tuple[str, ...]:
    conditions = [
        *([f"{both('相同', 'agree')}: {_list(rule.agree)}"] if rule.agree else []),
        *([f"{both('前提是各有相同', 'given each')}: {_list(rule.given)}"] if rule.given else []),
        *([f"{both('双方都有', 'both hold')}: {_list(rule.hold)}"] if rule.hold else []),
    ]
    name = f"{code(component.name)} {both(component.zh, component.en)}"
    return name, str(rule.level), both(rule.zh, rule.en), "；".join(conditions) or "—"


def _without_model(key_set: KeySet) -> str:
    settled = _list(key_set.settled_by)
    lines = [
        f"* {both('定局', 'Settled by')}: {settled}",
        *(
            f"* {both('无模型时的匹配', 'A match without a model')}: " + " + ".join(_list(group) for group in line)
            for line in key_set.without_model
        ),
    ]
    return "\n".join(lines)


def _list(names: Iterable[str]) -> str:
    return " ".join(code(name) for name in names)
