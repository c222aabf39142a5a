"""Room for Python's frames, so that a deep call is not given memory and robbed of it again at each step.

Python 3.11 lays frames into stretches of 16 KB, and gives a stretch back to the system as soon as its last frame is left. Where
a loop stands at the end of one, each call of it takes a new stretch from the system and returns it: up to a third of a test's time.
"""

from collections.abc import Callable
from typing import Any

# A frame that could need so many words is given a stretch of the next power of two; all that it calls lies in the rest of that.
WORDS = 66_000


def _with_room() -> Callable[[Callable, dict], Any]:
    """Such a function. Its long line is never run: it is there to be reckoned with."""
    made: dict[str, Any] = {}
    exec(f"def with_room(call, given):\n if call is None:\n  {'_,' * WORDS} = given\n return call(**given)", made)
    return made["with_room"]


with_room = _with_room()
