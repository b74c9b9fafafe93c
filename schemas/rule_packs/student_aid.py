"""Which band of student aid follows from a child's situation, by region and date."""

from collections.abc import Iterable
from functools import cache
from typing import Annotated

from pydantic import Field

from schemas.child_categories import ChildCategory
from schemas.codes import DisabilityGrade
from schemas.rule_packs.pack import RulePack, RulePacks, load_packs


class StudentAid(RulePack):
    """Categories and grades of disability that give full or partial aid; what stands in neither gives none."""

    full_categories: Annotated[frozenset[ChildCategory], Field(min_length=1)]
    partial_categories: frozenset[ChildCategory] = frozenset()
    full_grades: frozenset[DisabilityGrade] = frozenset()
    partial_grades: frozenset[DisabilityGrade] = frozenset()

    def band_of_categories(self, categories: Iterable[ChildCategory]) -> str:
        """Return `full`, `partial` or `none` for a child with these categories; the highest counts."""
        found = set(categories)
        if found & self.full_categories:
            return "full"
        return "partial" if found & self.partial_categories else "none"

    def band_of_grade(self, grade: DisabilityGrade) -> str:
        """Return `full`, `partial` or `none` for a disability of this grade."""
        if grade in self.full_grades:
            return "full"
        return "partial" if grade in self.partial_grades else "none"


@cache
def load_student_aid() -> RulePacks[StudentAid]:
    """Return the packs; raises CatalogueError."""
    return load_packs("student_aid", StudentAid)
