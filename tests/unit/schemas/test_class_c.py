"""Class C by construction: no purpose, agreement, message or grant that names such an attribute can be parsed."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from schemas.agreement import MAX_AGREEMENT_BYTES, Agreement
from schemas.attribute_catalogue import ReleasableId, WithheldId, load_releasable, load_withheld
from schemas.catalogue_files import CATALOGUE_VARIABLE, CatalogueError, read_catalogue
from schemas.message import NEVER_RELEASED, Message, MessageError, parse_claims
from schemas.messages.exchange import Answer, ExchangeRequest
from schemas.messages.match import GrantClaims, MatchRequest
from schemas.purpose_catalogue import Purpose, load_purposes
from tests.unit.schemas.test_policy import AGREEMENT

WITHHELD = st.sampled_from(sorted(load_withheld()))
ANY_NAME = st.from_regex(r"[a-z][a-z0-9_]{1,20}", fullmatch=True).filter(lambda name: name not in load_releasable())
NAMING = (Agreement, MatchRequest, ExchangeRequest, GrantClaims)
"""The documents that name attributes in a list."""


def reasons(model: type[BaseModel], written: dict[str, Any], place: str) -> set[str]:
    """Return why a document is refused at a member."""
    with pytest.raises(ValidationError) as refused:
        model.model_validate_json(json.dumps(written))
    return {error["type"] for error in refused.value.errors() if error["loc"][0] == place}


@pytest.mark.parametrize("model", NAMING)
@given(name=WITHHELD | ANY_NAME, others=st.lists(st.sampled_from(sorted(load_releasable())), max_size=3))
def test_no_document_that_names_another_attribute_is_parsed(model: type[Message], name: str, others: list[str]) -> None:
    assert reasons(model, {"attributes": sorted({*others, name})}, "attributes") >= {NEVER_RELEASED}


@given(name=WITHHELD)
def test_an_agreement_that_is_right_but_for_one_name_is_refused_by_that_name(name: str) -> None:
    forged = AGREEMENT.model_copy(update={"attributes": tuple(sorted({*AGREEMENT.attributes, name}))})
    with pytest.raises(MessageError) as refused:
        Agreement.from_bytes(forged.to_bytes(), MAX_AGREEMENT_BYTES)
    assert refused.value.reason == NEVER_RELEASED
    assert refused.value.pointer == f"/attributes/{forged.attributes.index(name)}"
    with pytest.raises(MessageError, match=NEVER_RELEASED):
        parse_claims(Agreement, json.loads(forged.to_bytes()))


@given(name=WITHHELD, value=st.booleans() | st.text(max_size=5))
def test_no_answer_carries_a_value_under_such_a_name(name: str, value: object) -> None:
    assert reasons(Answer, {"values": {name: value}}, "values") == {NEVER_RELEASED}


@given(name=WITHHELD, purpose=st.sampled_from(sorted(load_purposes())))
def test_no_purpose_names_one_as_output_or_condition(name: str, purpose: str) -> None:
    written = dict(read_catalogue("purposes"))[purpose]
    for change in ({"attribute": name}, {"only_if": {"attribute": name, "equals": True}}):
        outputs = [{**written["outputs"][0], **change}]
        with pytest.raises(ValidationError, match="no attribute that may be released"):
            Purpose.model_validate({**written, "outputs": outputs})


def test_the_two_types_are_the_two_catalogues() -> None:
    assert TypeAdapter(ReleasableId).json_schema()["enum"] == sorted(load_releasable())
    assert TypeAdapter(WithheldId).json_schema()["enum"] == sorted(load_withheld())


ADDED = """
holders: [health]
attributes:
  - {id: added_bit, name_zh: 新, name_en: new, type: boolean, sensitivity: S, class: B}
"""


def test_added_files_add_and_never_replace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "attributes").mkdir()
    (tmp_path / "attributes" / "health.yaml").write_text(ADDED, "utf-8")
    monkeypatch.setenv(CATALOGUE_VARIABLE, str(tmp_path))
    assert dict(read_catalogue("attributes"))["health"]["holders"] == ["health"]
    (tmp_path / "attributes" / "education.yaml").write_text(ADDED, "utf-8")
    with pytest.raises(CatalogueError, match="has a file of this name"):
        list(read_catalogue("attributes"))
    monkeypatch.setenv(CATALOGUE_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(CatalogueError, match="names no folder"):
        list(read_catalogue("attributes"))
    monkeypatch.delenv(CATALOGUE_VARIABLE)
    assert "health" not in dict(read_catalogue("attributes"))


@pytest.mark.parametrize(("content", "said"), [(b"a: [", "not YAML"), (b"\xff", "not YAML"), (b"#" * 300_000, "large")])
def test_an_added_file_is_read_strictly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    (tmp_path / "purposes").mkdir()
    (tmp_path / "purposes" / "P99.yaml").write_bytes(content)
    monkeypatch.setenv(CATALOGUE_VARIABLE, str(tmp_path))
    with pytest.raises(CatalogueError, match=said):
        list(read_catalogue("purposes"))
