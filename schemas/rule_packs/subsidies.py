"""On which disability the care subsidy (重度残疾人护理补贴) is paid, by region and date."""

from functools import cache
from typing import Annotated

from pydantic import Field

from schemas.codes import DisabilityClass, DisabilityGrade
from schemas.rule_packs.pack import RulePack, RulePacks, load_packs


class SubsidyRules(RulePack):
    """`grades`: of whatever class. `any_grade_of`: classes of which every grade counts. GB/T 26341-2010."""

    grades: Annotated[frozenset[DisabilityGrade], Field(min_length=1)]
    any_grade_of: frozenset[DisabilityClass] = frozenset()


@cache
def load_subsidy_rules() -> RulePacks[SubsidyRules]:
    """Return the packs; raises CatalogueError."""
    return load_packs("subsidies", SubsidyRules)
