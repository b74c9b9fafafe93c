"""The working days by which a connector counts."""

from connectors.context import Connector
from hosting.holiday_notices import own_notices
from schemas.working_days import WorkingCalendar


def calendar_for(connector: Connector) -> WorkingCalendar:
    """Return the working days as they are known now; the same object as long as nothing was added."""
    return own_notices(connector.folder).calendar
