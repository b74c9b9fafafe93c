"""How characters are read as surnames where that differs from their commonest reading; characters are plain ones."""

from collections.abc import Mapping
from typing import Final

SURNAMES: Final[Mapping[str, str]] = {
    "么": "yao",
    "乐": "yue",
    "乜": "nie",
    "仇": "qiu",
    "佴": "nai",
    "区": "ou",
    "单": "shan",
    "卜": "bu",
    "召": "shao",
    "句": "gou",
    "员": "yun",
    "宓": "fu",
    "折": "she",
    "曾": "zeng",
    "朴": "piao",
    "查": "zha",
    "洗": "xian",
    "牟": "mu",
    "盖": "ge",
    "祭": "zhai",
    "种": "chong",
    "秘": "bi",
    "粘": "nian",
    "繁": "po",
    "缪": "miao",
    "翟": "zhai",
    "能": "nai",
    "薄": "bo",
    "覃": "qin",
    "解": "xie",
    "郇": "xun",
    "都": "du",
    "阚": "kan",
    "黑": "he",
}

COMPOUND_SURNAMES: Final[Mapping[str, tuple[str, str]]] = {
    "万俟": ("mo", "qi"),
    "尉迟": ("yu", "chi"),
    "澹台": ("tan", "tai"),
}
