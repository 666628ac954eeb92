"""Tables of the desk: actions, decisions, approvals, grants, switches and the audit chain.

They are described here because one database has one history of migrations; only ``tools/ledger`` reads
and writes them. The tenant stands in every key although a database holds one tenant: a row that was
copied across by hand is then still a stranger.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from shop.store.columns import UtcText
from shop.store.schema import metadata

actions = Table(
    "actions",
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("id", String(80), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("args", Text, nullable=False),  # canonical JSON, never changed
    Column("digest", String(64), nullable=False),
    Column("idempotency_key", String(200), nullable=False),
    Column("requester", String(80), nullable=False),
    Column("requester_kind", String(8), nullable=False),
    Column("on_behalf_of", String(80)),
    Column("conversation", String(80)),
    Column("run", String(80)),
    Column("tainted", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False, default=""),  # words for people about the present state
    Column("decision_id", String(80), nullable=False),  # the decision in force
    Column("versions", Text, nullable=False),  # entity versions the decision in force was taken on
    Column("money_minor", BigInteger),  # value in home currency: windows and amount limits
    Column("money_currency", String(3)),
    Column("supplier", String(80)),
    Column("customer", String(80)),
    Column("created_at", UtcText, nullable=False),
    Column("expires_at", UtcText, nullable=False),
    Column("supersedes", String(80)),
    Column("superseded_by", String(80)),
    Column("compensates", String(80)),  # the executed action that this one takes back
    Column(
        "fence", Integer, nullable=False, default=0
    ),  # counts claims: a worker with an old one is too late
    Column("worker", String(200)),
    Column("lease_until", UtcText),
    Column("attempts", Integer, nullable=False, default=0),
    Column("receipt", Text),  # canonical JSON
    Column("effect_at", UtcText),
    Column("settled_at", UtcText),
    Column("salt", String(40)),  # goes into the digest beside what people typed; erased together with it
    UniqueConstraint("tenant", "idempotency_key", name="one_action_per_key"),
)

answered_keys = Table(
    "answered_keys",  # keys that were answered with an action filed under another: they are used up too
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("idempotency_key", String(200), primary_key=True),
    Column("action_id", String(80), nullable=False),
)
Index("actions_by_state", actions.c.tenant, actions.c.state, actions.c.created_at, actions.c.id)
Index("actions_by_moment", actions.c.tenant, actions.c.created_at, actions.c.id)
Index("actions_by_kind", actions.c.tenant, actions.c.kind, actions.c.created_at, actions.c.id)
Index("actions_of", actions.c.tenant, actions.c.requester, actions.c.created_at, actions.c.id)
Index("actions_for", actions.c.tenant, actions.c.on_behalf_of, actions.c.created_at, actions.c.id)
Index("actions_by_run", actions.c.tenant, actions.c.run, actions.c.created_at, actions.c.id)
Index("actions_by_effect", actions.c.tenant, actions.c.state, actions.c.effect_at, actions.c.id)
Index("actions_by_expiry", actions.c.tenant, actions.c.state, actions.c.expires_at)
Index("actions_by_requester", actions.c.tenant, actions.c.kind, actions.c.requester, actions.c.created_at)
# Most actions take nothing back and have no conversation. A database counts what is empty as one value that
# all of them share, and would rather read everything than an index that seems to tell nothing apart.
Index(
    "actions_by_compensated",
    actions.c.tenant,
    actions.c.compensates,
    sqlite_where=actions.c.compensates.is_not(None),
    postgresql_where=actions.c.compensates.is_not(None),
)
Index(
    "actions_by_conversation",
    actions.c.tenant,
    actions.c.conversation,
    actions.c.created_at,
    actions.c.id,
    sqlite_where=actions.c.conversation.is_not(None),
    postgresql_where=actions.c.conversation.is_not(None),
)

entries = Table(
    "entries",  # what each action would spend or spent, line by line: the windows add these up
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("action_id", String(80), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("counts", String(8), nullable=False),  # no | reserved | spent
    Column("at", UtcText),  # the moment of the effect; empty until then
    Column("kind", String(40), nullable=False),
    Column("requester", String(80), nullable=False),
    Column("supplier", String(80)),
    Column("customer", String(80)),
    Column("location", String(80)),
    Column("category", String(120)),
    Column("sku", String(80)),
    Column("money_minor", BigInteger, nullable=False),  # home currency
    Column("pieces", Integer, nullable=False),
)
Index("entries_by_kind", entries.c.tenant, entries.c.kind, entries.c.counts, entries.c.at)
Index("entries_by_supplier", entries.c.tenant, entries.c.supplier, entries.c.kind, entries.c.at)
Index("entries_by_sku", entries.c.tenant, entries.c.sku, entries.c.kind, entries.c.at)

decisions = Table(
    "decisions",
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("id", String(80), primary_key=True),
    Column("action_id", String(80), nullable=False, index=True),
    Column("stage", String(8), nullable=False),  # submit | claim
    Column("at", UtcText, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("policy_sha", String(64), nullable=False),
    Column("engine", String(40), nullable=False),
    Column("facts", Text, nullable=False),  # canonical JSON, so that the decision can be replayed
    Column("body", Text, nullable=False),  # canonical JSON: rules that fired, missing facts, requirements
    Column("shadow_sha", String(64)),  # the rules on trial at that moment, if there were any
    Column("shadow_verdict", String(16)),  # what they would have answered; never has an effect
)
Index("decisions_by_shadow", decisions.c.tenant, decisions.c.shadow_sha)

approvals = Table(
    "approvals",
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("number", Integer, primary_key=True),  # spoken 'A-17'
    Column("action_id", String(80), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("required", Text, nullable=False),  # canonical JSON
    Column("card", Text, nullable=False),  # canonical JSON, rendered from the action and its facts
    Column("round", Integer, nullable=False, default=1),
    Column("created_at", UtcText, nullable=False),
    Column("asked_at", UtcText, nullable=False),  # when this round began: escalation counts from here
    Column("snoozed_until", UtcText),  # out of the list until then; does not move the expiry
    Column("assigned_to", String(80)),  # who should look at it: a hint, not a right
)

grants = Table(
    "grants",
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("approval", Integer, primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("round", Integer, primary_key=True),  # a renewed card starts a new round; old grants do not count
    Column("roles", String(400), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("at", UtcText, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("consumed_by", Integer),  # the fence of the claim that used it
    Column("acting_for", String(80)),  # whose authority it rests on; empty when it is the person's own
    Column("delegation", Integer),
)

delegations = Table(
    "delegations",  # who handed approving roles to whom; what one is worth is worked out when it is used
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("number", Integer, primary_key=True),  # spoken 'D-3'
    Column("delegator", String(80), nullable=False),
    Column("delegate", String(80), nullable=False),
    Column("roles", String(400), nullable=False),  # space-separated
    Column("limit_minor", BigInteger),  # narrows the delegator's own limit; empty = adds none
    Column("limit_currency", String(3)),
    Column("since", UtcText, nullable=False),
    Column("until", UtcText, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("created_at", UtcText, nullable=False),
    Column("revoked_at", UtcText),
    Column("revoked_by", String(80)),
)
Index("delegations_to", delegations.c.tenant, delegations.c.delegate)

switches = Table(
    "switches",
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("kind", String(40), primary_key=True),  # an action's kind, or '*' for the stop switch
    Column("value", String(16), nullable=False),  # observe | assist | auto; stopped | running
    Column("by", String(80), nullable=False),
    Column("at", UtcText, nullable=False),
    Column("reason", Text, nullable=False, default=""),
)

loosenings = Table(
    "loosenings",  # switches that somebody wants to loosen: a second person confirms, or time runs out
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("number", Integer, primary_key=True),  # spoken 'L-3'
    Column("switches", Text, nullable=False),  # space-separated kinds of action, or '*' for the stop switch
    Column("value", String(16), nullable=False),  # what they would be set to
    Column("requester", String(80), nullable=False),
    Column("roles", String(400), nullable=False),  # held when it was asked for
    Column("reason", Text, nullable=False, default=""),
    Column("asked_at", UtcText, nullable=False),
    Column("expires_at", UtcText, nullable=False),
    Column("state", String(12), nullable=False),  # open | confirmed | withdrawn | overtaken | expired
    Column("ended_by", String(80)),
    Column("ended_at", UtcText),
)
Index("loosenings_by_state", loosenings.c.tenant, loosenings.c.state)

policy_versions = Table(
    "policy_versions",  # every set of rules that was ever drafted; exactly one is active
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("number", Integer, primary_key=True),  # spoken 'v3'
    Column("sha", String(64), nullable=False),
    Column("files", Text, nullable=False),  # canonical JSON: file name -> text
    Column("status", String(12), nullable=False),  # draft | shadow | active | retired | withdrawn
    Column("base", Integer, nullable=False),  # the version that was active when this was drafted; 0 = none
    Column("author", String(80), nullable=False),
    Column("roles", String(400), nullable=False),  # the author's when it was drafted
    Column("reason", Text, nullable=False, default=""),
    Column("drafted_at", UtcText, nullable=False),
    Column("shadow_since", UtcText),
    Column("shadow_by", String(80)),
    Column("activated_at", UtcText),
    Column("activated_by", String(80)),
    Column("ended_at", UtcText),
)
Index("policy_versions_by_status", policy_versions.c.tenant, policy_versions.c.status)

plans = Table(
    "plans",  # several actions asked for as one: done in order, or taken back
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("number", Integer, primary_key=True),  # spoken 'P-3'
    Column("idempotency_key", String(200), nullable=False),
    Column("requester", String(80), nullable=False),
    Column("requester_kind", String(8), nullable=False),
    Column("on_behalf_of", String(80)),
    Column("conversation", String(80)),
    Column("run", String(80)),
    Column("tainted", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", UtcText, nullable=False),
    Column("changed_at", UtcText, nullable=False),
    UniqueConstraint("tenant", "idempotency_key", name="one_plan_per_key"),
)
Index("plans_by_state", plans.c.tenant, plans.c.state)

plan_steps = Table(
    "plan_steps",
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("plan", Integer, primary_key=True),
    Column("step", Integer, primary_key=True),  # 1, 2, 3, ... in the order of doing
    Column("action_id", String(80), nullable=False),  # the latest: an edited or stale one leaves its place
    Column("question", Text),  # why this step could not be taken back: a person must decide
    Column("answered_by", String(80)),
    Column("answered_at", UtcText),
    Column("answer", Text),
)
Index("plan_steps_by_action", plan_steps.c.tenant, plan_steps.c.action_id)

audit = Table(
    "audit",
    metadata,
    Column("tenant", String(40), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3, ... without gaps
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("at", String(27), nullable=False),
    Column("actor_kind", String(8), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("type", String(40), nullable=False),
    Column("action_id", String(80), nullable=False),
    Column("decision_id", String(80), nullable=False),
    Column("policy_sha", String(64), nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON without personal data
)
Index("audit_by_action", audit.c.tenant, audit.c.action_id)
