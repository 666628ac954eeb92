"""From what is due to what has arrived: an outbox in the store, and a thread that empties it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Event, Thread
from typing import Final
from urllib.error import URLError

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from app.bootstrap import House
from app.notices.channels import Channel
from app.notices.due import news_of
from shop.store import notices
from shop.store.notices import Notice

PAUSES: Final = tuple(timedelta(minutes=each) for each in (1, 5, 30, 120, 360))
"""How long a notice waits after its first, second ... failure; after the last one it is given up."""

MINE_FOR: Final = timedelta(minutes=5)
AT_ONCE: Final = 20
KEPT: Final = timedelta(days=90)
EVERY_SECONDS: Final = 30.0
_LOG = logging.getLogger("shophand.notices")


class Notifier:
    """Tells what is due on every channel, each once; several processes of one store do not tell twice."""

    def __init__(
        self, house: House, channels: Mapping[str, Channel], sleep: Callable[[float], None] | None = None
    ) -> None:
        self._house = house
        self._channels = channels
        self._end = Event()
        self._sleep = sleep or self._pause
        self._thread = Thread(target=self._work, name="shophand-notices", daemon=True)

    def start(self) -> None:
        """Begin to look every half minute, if there is a channel."""
        if self._channels:
            self._thread.start()

    def close(self) -> None:
        """Stop looking; a notice that is being sent is finished."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(30)

    def once(self) -> tuple[int, int]:
        """Note what is due and send what waits; gives how many arrived and how many did not."""
        self._note()
        sent = failed = 0
        for notice in self._claimed():
            arrived = self._tell(notice)
            sent, failed = sent + arrived, failed + (not arrived)
        return sent, failed

    def _note(self) -> None:
        house, now = self._house, self._house.clock()
        wanted = [(news, channel) for news in news_of(house) for channel in self._channels]
        with house.db.reading() as snapshot:
            new = [(news, on) for news, on in wanted if not notices.is_known(snapshot, news.key, on)]
        if new:
            with house.db.writing() as tx:
                for news, channel in new:
                    notices.add(tx, news.key, channel, news.body(house.settings.public_url), now)
                notices.forget(tx, now - KEPT)

    def _claimed(self) -> list[Notice]:
        now = self._house.clock()
        with self._house.db.writing() as tx:
            return notices.claim(tx, now, now + MINE_FOR, AT_ONCE)

    def _tell(self, notice: Notice) -> bool:
        """Send one notice; a short fault is tried again at once, a longer one by a later look."""
        channel = self._channels.get(notice.channel)
        fault = "" if channel else f"the channel {notice.channel} is not set up any more"
        if channel is not None:
            try:
                for attempt in Retrying(
                    retry=retry_if_exception_type(OSError),
                    stop=stop_after_attempt(2),
                    wait=wait_random_exponential(multiplier=0.5, max=3),
                    sleep=self._sleep,
                    reraise=True,
                ):
                    with attempt:
                        channel(notice)
            except OSError as error:  # its words may hold an address with a password, a status cannot
                status = str(error.reason) if isinstance(error, URLError) else ""
                fault = f"{type(error).__name__} {status}".strip()
        self._settle(notice, fault)
        return not fault

    def _settle(self, notice: Notice, fault: str) -> None:
        now = self._house.clock()
        with self._house.db.writing() as tx:
            if not fault:
                notices.mark_sent(tx, notice.id, now)
                return
            again = now + PAUSES[notice.attempts] if notice.attempts < len(PAUSES) else None
            notices.mark_failed(tx, notice.id, fault, again)
        _LOG.warning("notice %s on %s: %s", notice.id, notice.channel, fault)

    def _pause(self, seconds: float) -> None:
        self._end.wait(seconds)

    def _work(self) -> None:
        while not self._end.wait(EVERY_SECONDS):
            try:
                self.once()
            except Exception as error:  # noqa: BLE001 - a thread has nobody above it to tell
                _LOG.exception("notices could not be told", exc_info=error)
