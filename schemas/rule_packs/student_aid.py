"""Which band of student aid follows from a child's situation, by region and date."""

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


@cache
def load_student_aid() -> RulePacks[StudentAid]:
    """Return the packs; raises CatalogueError."""
    return load_packs("student_aid", StudentAid)
