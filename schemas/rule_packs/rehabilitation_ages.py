"""At which ages rehabilitation aid for children with disabilities is given, by region and date."""

from functools import cache
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.rule_packs.pack import RulePack, RulePacks, load_packs


class RehabilitationAges(RulePack):
    """First and last completed year of age, both counted."""

    first_age: Annotated[int, Field(ge=0, le=17)]
    last_age: Annotated[int, Field(ge=0, le=17)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_age > self.last_age:
            raise ValueError("the last age comes before the first")
        return self

    def includes(self, age: int | None) -> bool:
        """Return whether aid is given at an age; an unknown one is not among them."""
        return age is not None and self.first_age <= age <= self.last_age


@cache
def load_rehabilitation_ages() -> RulePacks[RehabilitationAges]:
    """Return the packs; raises CatalogueError."""
    return load_packs("rehabilitation_ages", RehabilitationAges)
