"""What every file of a catalogue is parsed as: strictly, with no member that is not declared."""

from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.catalogue_files import CatalogueError

Text = Annotated[str, Field(min_length=1, max_length=200)]

DECLARED_NAMES: Final[set[str]] = set()
"""The names of all members that catalogue entries can have: they alone may stand in an error."""


class CatalogueEntry(BaseModel):
    """What all parts of the catalogues share: frozen, nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Remember the declared names."""
        super().__pydantic_init_subclass__(**kwargs)
        DECLARED_NAMES.update(found.alias or name for name, found in cls.model_fields.items())


Entry = TypeVar("Entry", bound=CatalogueEntry)


def validate_entry(model: type[Entry], file: str, written: Any) -> Entry:
    """Return the entry that was written in a file with this name.

    Raises:
        CatalogueError: not a sound entry. It says where in which file, and never quotes a value.
    """
    try:
        return model.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        # A name that the writer chose is not repeated.
        steps = (str(step) for step in first["loc"] if isinstance(step, int) or step in DECLARED_NAMES)
        raise CatalogueError(f"{file}: {'/'.join(steps)}: {first['msg']}") from None
