"""Conversations over a small gate (the real desk), a local model server, and scripted models."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from agent.brain import Answer, Brain, Emit, Turn
from agent.caps import Meter
from agent.conversation import Conversations
from agent.model_client import ModelClient
from agent.models import ModelSettings
from agent.operator import LanguageModel
from agent.scripted import ScriptedModel
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.toolbox import DeskToolbox, FakeToolbox
from tests.gate import Gate

if TYPE_CHECKING:
    from agent.turn_tools import Toolbox
    from shop.store.database import Database
    from tools.desk import Session


@pytest.fixture
def gate(sqlite_database: Database) -> Gate:
    """The real desk over a small store."""
    return Gate(sqlite_database)


@pytest.fixture(scope="session")
def server() -> Iterator[OpenAIServer]:
    """One local model server of the test session."""
    with OpenAIServer() as running:
        yield running


class House:
    """Conversations whose model and tools a test chooses."""

    def __init__(self, gate: Gate, settings: ModelSettings) -> None:
        self.gate = gate
        self.settings = settings
        self.toolbox = FakeToolbox()
        self.waits: list[float] = []
        self.timer: Callable[[], float] = monotonic
        self.model: ScriptedModel | None = None
        self.orders: list[DeskToolbox] = []
        self.dies = ""
        self.to_desk = self.to_shop = False

    def scripted(self, *script: Any) -> Conversations:
        """Conversations with a model that follows this script."""
        self.model = ScriptedModel(script=list(script))
        return self.conversations()

    def conversations(self, **caps: Any) -> Conversations:
        """Conversations with the model of the settings, or the scripted one."""
        settings = replace(self.settings, **caps)
        brain = _Late(self, settings)
        desk = self.gate.restarted()
        toolbox = None if self.to_shop else self._tools
        made = Conversations(self.gate.db, desk, settings, self.clock, brain=brain, toolbox=toolbox)
        brain.conversations = made
        return made

    def _tools(self, session: Session) -> Toolbox:
        if not self.to_desk:
            return self.toolbox
        self.orders.append(DeskToolbox(self.gate.desk, session, dies=self.dies))
        return self.orders[-1]

    @property
    def ordered(self) -> list[int]:
        """The quantities that place_order was called with."""
        return [quantity for toolbox in self.orders for quantity in toolbox.ran]

    def clock(self) -> Any:
        """The gate's moment."""
        return self.gate.now

    def chat(self, _name: str) -> Any:
        """The scripted model, whatever the name."""
        return self.model


class _Late(Brain):
    """A language model made for each turn, as the product does, with a sleep that only notes."""

    conversations: Conversations

    def __init__(self, house: House, settings: ModelSettings) -> None:
        self._house = house
        self._settings = settings

    def run(self, turn: Turn, emit: Emit) -> Answer:
        """Answer with the house's model."""
        chat = self._house.chat if self._house.model else None
        client = ModelClient(self._settings, chat=chat, sleep=self._house.waits.append)
        meter = Meter(self._settings, self.conversations.journal, self._house.timer)
        return LanguageModel(client, meter).run(turn, emit)


@pytest.fixture
def house(gate: Gate) -> House:
    """A house without a server."""
    return House(gate, ModelSettings(model="openai:scripted", base_url="http://127.0.0.1:9/v1"))


@pytest.fixture
def ordering(house: House) -> House:
    """A house whose one tool submits orders to the real desk."""
    house.to_desk = True
    return house


@pytest.fixture
def shop(house: House) -> House:
    """A house with the tools of the product."""
    house.to_shop = True
    return house


@pytest.fixture(params=[True, False], ids=["streamed", "whole"])
def served(gate: Gate, server: OpenAIServer, request: pytest.FixtureRequest) -> House:
    """A house whose model is the local server; every test runs streamed and not."""
    settings = ModelSettings(
        model="openai:fake-1", api_key="sk-test-secret", base_url=server.base_url, stream=request.param,
        timeout_seconds=20,
    )  # fmt: skip
    return House(gate, settings)


@pytest.fixture
def script(request: pytest.FixtureRequest) -> Callable[..., str]:
    """The text that makes the local server do something."""
    numbers = count(1)
    here = request.node.nodeid  # faults are counted by script, so no two tests may send the same one

    def written(*calls: Any, **more: Any) -> str:
        return json.dumps({"calls": list(calls), **more, "of": f"{here} {next(numbers)}"})

    return written
