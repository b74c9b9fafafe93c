"""Categories of children in difficulty as civil affairs keeps them, and the coarse group that may be released."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from schemas.code_table import CodeTable, CodeWords


class ChildCategory(StrEnum):
    """The product's own codes: no national code list is public."""

    ORPHAN = "CD01"
    DE_FACTO_UNATTENDED = "CD02"
    DESTITUTE = "CD03"
    LOW_INCOME = "CD04"
    DISABLED = "CD05"
    SERIOUS_ILLNESS = "CD06"
    GUARDIANSHIP = "CD07"
    STREET = "CD08"
    HARMED = "CD09"
    LEFT_BEHIND_CIVIL_AFFAIRS = "LB01"
    LEFT_BEHIND_EDUCATION = "LB02"
    MIGRANT = "MG01"


CHILD_CATEGORY: Final = CodeTable(
    {
        ChildCategory.ORPHAN: CodeWords("孤儿", "Orphan"),
        ChildCategory.DE_FACTO_UNATTENDED: CodeWords(
            "事实无人抚养儿童", "De facto unattended child", ("事实无人抚养", "事无")
        ),
        ChildCategory.DESTITUTE: CodeWords("特困儿童", "Destitute child", ("特困", "特困供养", "特困人员")),
        ChildCategory.LOW_INCOME: CodeWords(
            "低收入家庭儿童",
            "Child of a low-income family",
            ("低保", "低保家庭儿童", "低保边缘", "低保边缘家庭儿童", "刚性支出困难家庭儿童"),
        ),
        ChildCategory.DISABLED: CodeWords("残疾儿童", "Child with a disability", ("残疾", "自身困境")),
        ChildCategory.SERIOUS_ILLNESS: CodeWords(
            "重病儿童", "Child with a serious illness", ("重病", "罕见病", "重病罕见病儿童")
        ),
        ChildCategory.GUARDIANSHIP: CodeWords(
            "监护缺失或不当", "Absent or improper guardianship", ("监护缺失", "监护不当", "监护困境")
        ),
        ChildCategory.STREET: CodeWords(
            "流浪乞讨或身份不明", "Street child or unidentified", ("流浪乞讨", "身份不明", "流浪")
        ),
        ChildCategory.HARMED: CodeWords("遭受侵害或家庭暴力", "Harmed, or family violence", ("遭受侵害", "家庭暴力")),
        ChildCategory.LEFT_BEHIND_CIVIL_AFFAIRS: CodeWords(
            "农村留守儿童（民政口径）", "Left-behind child (civil affairs)", ("农村留守儿童", "留守儿童", "留守")
        ),
        ChildCategory.LEFT_BEHIND_EDUCATION: CodeWords("农村留守儿童（教育口径）", "Left-behind child (education)"),
        ChildCategory.MIGRANT: CodeWords("流动儿童", "Migrant child", ("流动", "随迁子女")),
    }
)


class CategoryGroup(StrEnum):
    """What another agency may learn: whether guardianship or living conditions need attention."""

    GUARDIANSHIP = "guardianship"
    LIVING = "living"
    NONE = "none"


_GROUPS: Final[Mapping[ChildCategory, CategoryGroup]] = {
    ChildCategory.ORPHAN: CategoryGroup.GUARDIANSHIP,
    ChildCategory.DE_FACTO_UNATTENDED: CategoryGroup.GUARDIANSHIP,
    ChildCategory.DESTITUTE: CategoryGroup.LIVING,
    ChildCategory.LOW_INCOME: CategoryGroup.LIVING,
    ChildCategory.DISABLED: CategoryGroup.LIVING,
    ChildCategory.SERIOUS_ILLNESS: CategoryGroup.LIVING,
    ChildCategory.GUARDIANSHIP: CategoryGroup.GUARDIANSHIP,
    ChildCategory.STREET: CategoryGroup.GUARDIANSHIP,
    ChildCategory.HARMED: CategoryGroup.GUARDIANSHIP,
    ChildCategory.LEFT_BEHIND_CIVIL_AFFAIRS: CategoryGroup.GUARDIANSHIP,
    ChildCategory.LEFT_BEHIND_EDUCATION: CategoryGroup.GUARDIANSHIP,
    ChildCategory.MIGRANT: CategoryGroup.NONE,
}


def category_group(categories: Iterable[ChildCategory]) -> CategoryGroup:
    """Return the one group of a child with these categories; guardianship goes before living."""
    groups = {_GROUPS[category] for category in categories}
    for group in (CategoryGroup.GUARDIANSHIP, CategoryGroup.LIVING):
        if group in groups:
            return group
    return CategoryGroup.NONE
