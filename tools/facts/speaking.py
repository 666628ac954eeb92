"""With whom a conversation speaks, as facts of an action: identity and consent are bound to it."""

from __future__ import annotations

from shop.action import Action
from tools.facts.gathering import Gathered, Scene
from tools.ledger import talks


def add_identity_and_consent(action: Action, scene: Scene, into: Gathered) -> None:
    """Whether the customer of the action is the one of the conversation, and agreed to exactly this action.

    In every other conversation an operator acts: their own name stands on the action, and neither is asked.
    """
    talk = scene.talk
    if talk is None:
        into.values["identity"], into.values["consent"] = "staff", "not_needed"
        return
    if talk.customer is None:
        into.values["identity"] = "none"
    else:
        into.values["identity"] = "this_customer" if talk.customer == into.customer else "another_customer"
    digest = action.digest(scene.asked.tenant)
    asked = scene.asked
    into.consent = talks.consent_for(scene.snapshot, talk.conversation, digest, asked.action_id, asked.now)
    into.values["consent"] = "missing" if into.consent is None else "given"
