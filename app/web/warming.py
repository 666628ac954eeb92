"""What a server works out before anybody asks, so that no first visitor of a page waits for it.

What waits, the rules in force, the newest finished run and the engine of the charts take a second together in
a large store. All of it would also be made when it is first asked for.
"""

from __future__ import annotations

import gc
from typing import Final

from agent.reorder_run import RUN
from app.bootstrap import House
from app.web.pages.policies import rules_told
from app.web.pages.runs import finished
from app.web.pages.today import view_of
from shop.store.journal import DONE

_RUNS: Final = 3


def warm(house: House) -> None:
    """Make what many pages show; then what stays for good is taken out of the collector's rounds."""
    with house.db.reading() as snapshot:
        view_of(house, snapshot)
    rules_told(house)
    runs = house.conversations.journal.streams(RUN, _RUNS)
    done = next((one.id for one in runs if one.state == DONE), None)
    if done is not None:
        finished(house, done)
    gc.collect()
    gc.freeze()  # a full round over what never goes would keep everybody waiting
