"""Ends the servers of a whole run after the last file that plays on them: until then they would work on for nobody.

A gateway and four agencies that nobody asks take a twentieth of a processor: they look every few seconds whether
there is something to sign, to witness or to fetch. A run has up to five such stages.
"""

from typing import Final

import pytest

STAGES: Final = ("scene", "circle", "console", "office")
"""Fixtures of the whole run that start servers."""


def end_stages(item: pytest.Function, following: pytest.Item, *, is_last: bool) -> None:
    """End the stages that `item` could play on and `following` can't, or all if `item` is the last that plays on any.

    Who asks for one again gets a new one.
    """
    for name in STAGES:
        known = item.session._fixturemanager
        kept = () if is_last else known.getfixturedefs(name, following) or ()
        for fixture in known.getfixturedefs(name, item) or ():
            if fixture not in kept:
                fixture.finish(item._request)  # type: ignore[arg-type]  # whose node alone is asked for
