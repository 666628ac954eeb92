"""Planted bugs of customer service, of campaigns, and of how rules come into force."""

from __future__ import annotations

from typing import Final

from tests.planting import plant

SPEAKING: Final = "tools.facts.speaking:add_identity_and_consent"
CONSENT: Final = "tools.ledger.talks:consent_for"
WORST: Final = "tools.facts.pricing:_worst"

SERVICE_PLANTS: Final = (
    plant("money_to_a_stranger", "a refund may go to the gift card of another customer",
          ("tools.facts.orders:allowed_for_refund", " or method.customer != order.customer", "")),
    plant("refund_paid_twice", "what is paid back is written twice",
          ("shop.store.order_books:_write", "in shares:", "in (*shares, *shares):")),
    plant("identity_of_another", "whoever was made out may ask for anybody",
          (SPEAKING, '"this_customer" if talk.customer == into.customer else "another_customer"',
           '"this_customer"')),
    plant("nobody_is_made_out", "a customer whom nobody made out counts as the right one",
          (SPEAKING, 'into.values["identity"] = "none"', 'into.values["identity"] = "this_customer"'),
          ("tools.identity:Identity.consent", "if known.customer is None:", "if False:")),
    plant("talk_goes_over", "a conversation goes over to a second customer",
          ("tools.identity:Identity._matched",
           'if known.customer not in {None, found.id}:\n        raise AccessDeniedError('
           '"this conversation is with another customer; open a new one")\n    if known.customer is None:',
           "if True:")),
    plant("consent_to_anything", "a yes to one action counts for another",
          (CONSENT, "not hmac.compare_digest(row.digest, _salted(row.salt, digest))", "False")),
    plant("consent_twice", "a yes counts more than once",
          (CONSENT, "row.used_by is None and", "")),
    plant("consent_for_ever", "a yes counts however long ago it was given",
          (CONSENT, "timedelta(0) <= now - row.at <= CONSENT_FOR", "True")),
    plant("consent_elsewhere", "a yes counts in every conversation",
          (CONSENT, '_CONSENTS.rows(snapshot, {"b_conversation": conversation})',
           "snapshot.execute(select(consents)).all()")),
    plant("customers_are_staff", "what only people of the shop ask for is done in a customer's conversation",
          ("tools.facts.gathering:gather", "asked = replace(asked, channel=WITH_A_CUSTOMER)", "pass")),
    plant("returned_again", "what came back may come back again",
          ("shop.swaps:returnable", "max(line.fulfilled - max(asked[line.line_no], line.returned), 0)",
           "line.fulfilled")),
    plant("class_unseen", "used goods of any class go back on the shelf",
          ("tools.facts.orders:item_class",
           "max(classes, key=ITEM_CLASSES.index, default=ITEM_CLASSES[0])", "ITEM_CLASSES[0]")),
    plant("card_is_empty", "a gift card pays what it does not hold",
          ("shop.swaps:can_pay", "balance >= charge", "balance is not None")),
    plant("reshipped_again", "lost goods are sent again and again",
          ("shop.store.reads.orders:is_replaced",
           '_REPLACING.first(snapshot, {"b_order": order_id}) is not None', "False")),
    plant("credits_forgotten", "earlier credits of a customer are not added up",
          ("shop.store.reads.credits:credits_given", "in rows]", "in rows if False]")),
    plant("campaign_first_line", "a campaign is judged by its first line",
          (WORST, "of_lines = [getattr(move, name) for move in moves]",
           "of_lines = [getattr(move, name) for move in moves[:1]]")),
    plant("campaign_below_cost", "a campaign may sell one product below its cost",
          (WORST, '"below_cost": any(', '"below_cost": all(')),
    plant("campaign_is_one", "a campaign of any size counts as one line",
          (WORST, '"below_cost": any(', '"lines": 1, "below_cost": any(')),
    plant("one_activates", "whoever drafted rules puts them in force alone",
          ("tools.four_eyes:check_second", "if second.id == first:", "if False:")),
    plant("no_admin_asked", "rules come into force without an administrator",
          ("tools.four_eyes:check_second", "if Role.ADMIN not in held | second.roles:", "if False:")),
    plant("two_as_one", "somebody and their delegate count as two people for rules",
          ("tools.four_eyes:_refuse_one_person_as_two",
           "if any({one.delegator, one.delegate} == {first, second.id} for one in handed):", "if False:")),
    plant("shadow_counts", "rules on trial decide",
          ("tools.filing:judge", "decide(rules.active, action.kind,",
           "decide(rules.shadow or rules.active, action.kind,")),
    plant("overtaken_activates", "rules that were drafted upon others come into force",
          ("tools.policymaking:_refuse_overtaken",
           "if present is not None and version.base != present.number:", "if False:")),
)  # fmt: skip
"""Each breaks something that the hostile run must see; the table in docs/guarantees.md has them all."""
