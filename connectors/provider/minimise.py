"""From a row to an answer: derive each attribute, then release it only in the form that the purpose names."""

from collections.abc import Mapping, Sequence
from datetime import date

from connectors.data_sets import Derivation, Record
from schemas.purpose_parts import PurposeOutput
from schemas.transforms import ReleasedValue, TransformError, release


class UnderivableError(Exception):
    """An attribute can't be derived from a record, or does not fit the form in which it may be released."""


def minimise(
    record: Record, outputs: Sequence[PurposeOutput], derivations: Mapping[str, Derivation], today: date
) -> dict[str, ReleasedValue | None]:
    """Return the released value of each output; None where the purpose's condition is not met or nothing applies.

    Raises:
        UnderivableError: nothing of this record is released.
    """
    values: dict[str, ReleasedValue | None] = {}
    for output in sorted(outputs, key=lambda output: output.only_if is not None):
        condition = output.only_if
        applies = condition is None or values.get(condition.attribute) == condition.equals
        values[output.attribute] = _value_of(record, output, derivations, today) if applies else None
    return values


def _value_of(
    record: Record, output: PurposeOutput, derivations: Mapping[str, Derivation], today: date
) -> ReleasedValue | None:
    derivation = derivations.get(output.attribute)
    if derivation is None:
        raise UnderivableError(output.attribute)
    derived = derivation.derive(record, today)
    if derived is None:
        return None
    try:
        return release(output.transform, output.codes, derived)
    except TransformError:
        raise UnderivableError(output.attribute) from None
