"""The table of what opens which screen: every name in it is there, and takes what it is given."""

from __future__ import annotations

import inspect

import pytest

from convisav_tui.screens.actions import find
from convisav_tui.screens.openers import OPENERS, Named, OrderDeed, Screen
from convisav_tui.screens.view import View


@pytest.mark.parametrize("action", OPENERS)
def test_what_an_action_opens_is_there(action: str) -> None:
    opener = OPENERS[action]
    assert find(action).label
    if not isinstance(opener, Named):
        return
    found = opener.found()
    told = opener.told if isinstance(opener, Screen) else {}
    given = [
        None,
        *([None] if not isinstance(opener, Screen) else []),
        *([""] if isinstance(opener, OrderDeed) else []),
    ]
    inspect.signature(found).bind(*given, **told)
    assert not isinstance(opener, Screen) or (isinstance(found, type) and issubclass(found, View))
