"""Bugs for the product's own judge, planted in its source while a comparison with another evaluator runs."""

from typing import Final

from tests.planting import Plant, plant

_VERDICT: Final = "policies.judge:verdict_under"
_DECIDE: Final = "policies.judge:_decide"
_FAULTS: Final = "policies.judge:_faults"

IN_BOTH: Final = (
    plant("currency_unseen", "amounts in two currencies are compared",
          (_FAULTS, "facts[name].currency != currency", "False")),
    plant("any_type", "a fact of another type passes",
          (_FAULTS, 'fact_type.fault(facts[name]) if name in facts else "is missing"',
           '"" if name in facts else "is missing"')),
    plant("over_or_equal", "a limit forbids what it allows, to the penny",
          ("policies.conditions:_compared", "value > first", "value >= first")),
    plant("one_condition", "a rule fires when its first condition holds",
          ("policies.model:_compiled", "for condition in when)", "for condition in when[:1])")),
)  # fmt: skip
"""What breaks both ways to a verdict: with reasons, and without."""

IN_VERDICT: Final[tuple[Plant, ...]] = (
    plant("deny_forgotten", "a deny rule forbids nothing",
          (_VERDICT, "_any_fires(rules[Verdict.DENY], facts) or ", "")),
    plant("allowed_by_default", "what no rule allows is allowed",
          (_VERDICT, " or not _any_fires(rules[Verdict.ALLOW], facts)", "")),
    plant("faults_pass", "facts at fault are not asked for",
          (_VERDICT, "if _faults(governed, facts):", "if False:")),
    plant("one_yes_for_all", "one fulfilled approve rule stands for all",
          (_VERDICT, "Verdict.ALLOW if all(", "Verdict.ALLOW if any(")),
)  # fmt: skip

IN_DECISION: Final[tuple[Plant, ...]] = (
    plant("first_match", "only the first rule that fires counts",
          (_DECIDE, "if rule.fires(facts)]", "if rule.fires(facts)][:1]")),
    plant("faults_pass", "facts at fault are not asked for",
          (_DECIDE, "_faults(governed, facts) + unplaced", "unplaced")),
    plant("approve_allows", "an approve rule stands in for an allow",
          ("policies.satisfied:combined", " or Verdict.ALLOW not in effects", "")),
    plant("question_before_deny", "a question to people wins over a deny",
          ("policies.satisfied:combined", "if Verdict.DENY in effects or", "if")),
)  # fmt: skip
