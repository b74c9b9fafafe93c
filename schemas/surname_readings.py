"""How characters are read as surnames where that differs from their commonest reading."""

from collections.abc import Mapping
from typing import Final

SURNAMES: Final[Mapping[str, str]] = {
    "单": "shan",
    "單": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "覃": "qin",
    "区": "ou",
    "區": "ou",
    "查": "zha",
    "盖": "ge",
    "蓋": "ge",
    "朴": "piao",
    "乐": "yue",
    "樂": "yue",
    "缪": "miao",
    "繆": "miao",
    "翟": "zhai",
    "召": "shao",
    "员": "yun",
    "員": "yun",
    "折": "she",
    "黑": "he",
    "洗": "xian",
    "种": "chong",
    "都": "du",
    "能": "nai",
    "乜": "nie",
    "繁": "po",
    "秘": "bi",
    "祭": "zhai",
    "佴": "nai",
    "阚": "kan",
    "郇": "xun",
    "牟": "mu",
    "句": "gou",
    "粘": "nian",
}

COMPOUND_SURNAMES: Final[Mapping[str, tuple[str, str]]] = {
    "尉迟": ("yu", "chi"),
    "尉遲": ("yu", "chi"),
    "万俟": ("mo", "qi"),
    "萬俟": ("mo", "qi"),
    "澹台": ("tan", "tai"),
    "澹臺": ("tan", "tai"),
}
