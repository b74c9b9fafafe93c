"""What is recorded of an item: it was opened, somebody did something, somebody above was told."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from schemas.formats import AgencyId, Reference
from schemas.workflows.clock import Above, Name
from schemas.workflows.roles import WorkflowRole

MAX_EVENTS: Final = 1000
"""Most events of one item."""


def _in_utc(at: datetime) -> datetime:
    if at.utcoffset() != timedelta(0):
        raise ValueError("not in UTC")
    return at


UtcMoment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Actor(_Part):
    """Who did it: an officer by the agency's own reference, in a role. Never a name."""

    agency: AgencyId
    role: WorkflowRole
    officer: Reference


class Reporter(_Part):
    """Who made a mandatory report (Anti-Domestic Violence Law 14: confidential). Its repr hides all of it."""

    name: Annotated[str, Field(min_length=1, max_length=80, repr=False)]
    contact: Annotated[str | None, Field(max_length=80, repr=False)] = None

    def __str__(self) -> str:
        return repr(self)


class Opened(_Part):
    """The item was opened; `seats` names the offices that take part from the beginning."""

    kind: Literal["opened"] = "opened"
    at: UtcMoment
    actor: Actor
    seats: dict[Name, AgencyId]
    reporter: Reporter | None = None


class Act(_Part):
    """Somebody took a transition. What it wants beside (reason, next office, proof) is given, and nothing else."""

    kind: Literal["act"] = "act"
    at: UtcMoment
    actor: Actor
    transition: Name
    reason: Name | None = None
    next_office: AgencyId | None = None
    proof: Reference | None = None


class Escalated(_Part):
    """Somebody above `agency` was told that `clock` has run out. `run` is the event with which the clock began."""

    kind: Literal["escalated"] = "escalated"
    at: UtcMoment
    clock: Name
    step: Name
    run: Annotated[int, Field(ge=0, lt=MAX_EVENTS)]
    to: Above
    agency: AgencyId

    @property
    def names(self) -> tuple[str, str, int, str]:
        """What can be told only once: clock, step, run of the clock, office with the duty."""
        return self.clock, self.step, self.run, self.agency


Event = Annotated[Opened | Act | Escalated, Field(discriminator="kind")]


class History(_Part):
    """All that happened to one item, oldest first. State and owner are never stored: they follow from it."""

    workflow: Annotated[str, Field(pattern=r"^[WP][0-9]{1,2}$")]
    version: Annotated[int, Field(ge=1)]
    region: Annotated[str, Field(pattern=r"^[0-9]{2,6}$")]
    events: Annotated[tuple[Event, ...], Field(min_length=1, max_length=MAX_EVENTS)]

    @model_validator(mode="after")
    def _begins_once(self) -> "History":
        if [event.kind for event in self.events].count("opened") != 1 or self.events[0].kind != "opened":
            raise ValueError("a history begins with its opening, and once")
        return self

    @property
    def opened(self) -> Opened:
        """The first event."""
        first = self.events[0]
        if not isinstance(first, Opened):
            raise TypeError("a history begins with its opening")
        return first

    def with_event(self, event: Act | Escalated) -> "History":
        """Return the history with one more event."""
        return self.model_copy(update={"events": (*self.events, event)})
