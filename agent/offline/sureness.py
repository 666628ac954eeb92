"""How sure an answer or a correction is: what hedges, denies, takes back, and what is a bare count.

A change may only follow from words that leave no doubt; what is unsure is asked again.
"""

from __future__ import annotations

import re
from typing import Final

from agent.offline.requests import Request

MEANT: Final = re.compile(r"\b(?:i meant|i mean|make (?:it|that)|should (?:be|have been)|correction|typo)\b")
TAKES_BACK: Final = re.compile(r"\b(?:keep|already|leave|was|were|fine)\b")
_HEDGES: Final = re.compile(
    r"\b(?:maybe|perhaps|possibly|probably|about|around|roughly|approximately|nearly|almost|or so|or <\w+>|at (?:least|most)|up to|last time|how about|"
    r"in total|but|i think|i guess|might|could be|don't|never)\b|\?"
)


def hedged(request: Request) -> bool:
    """Whether a message is unsure of what it names, or denies it without naming another: "not 4", "maybe 4"."""
    text = re.sub(
        r"\bnot (?:the |in |at |from |for )*<\w+>(?=.*<)|(?<=>),? not (?:the |in |at |from |for )*<\w+>",
        "",
        request.text,
    )
    return _HEDGES.search(text) is not None or re.search(r"\bnot\b|n't\b", text) is not None


COUNT: Final = re.compile(
    r"(?:(?:it(?:'s| is| was)|there(?:'s| is| are| were)|just|only) )*<number>(?: (?:of (?:them|those|it|these)|pieces?|units?|please))*[ .!]*"
)
"""A number and nothing that could make it another thing's."""
DIRECTED: Final = re.compile(
    r"\b(?:more|fewer|less|short|over|too (?:many|few)|up|down|lost|found|broken|broke|damaged|missing|add|remove|off|plus|minus|counted|recount\w*)\b"
)
"""What tells whether there are more or fewer."""
_LINK: Final = (
    r"and|or|so|ok|okay|no|nope|not|sorry|oops|actually|wait|i|meant?|rather|what|about|how|same|thing|again|question|for|with|in|at|from|to|into|by|of|over|on|ditto|only|just|also|then|now|the|"
    r"one|ones|but|please|though|instead|wrong|place|location|product|item|order|supplier|it|that|make|should|be|was|is|there|too|as|well|our|my|me|mean|correction|typo|number|shop|store|warehouse|"
    r"customer|price|quantity|pieces|units|say|yes|better|let's|do|check|show|alternatively|maybe|next|hmm|ah|oh|other|a|an|via|this|time|them|those|these|any|all|and's"
)
ELLIPSIS: Final = re.compile(rf"^(?:(?:{_LINK})\b|<\w+>|[\s,.?!:;'\"()-])+$")
"""A message of linking words and records alone, which lives from the one before."""
