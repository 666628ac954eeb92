"""Plain statements that are signals: a promotion, a late supplier, goods that cannot be had, a new price.

Few, strict patterns over tagged text: what is not clearly such a statement goes the ordinary way. Days are
worked out from the store's own day; a percentage is told back as what it is counted as, demand.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Any, Final

from agent.numbers_in_words import UNDER_A_HUNDRED, value_of
from agent.offline.calendar_words import ISO, SHORT_MONTHS, WEEKDAYS, day_of, place_of
from agent.offline.dialogue import Call, Say, Step
from agent.offline.intents import is_negated
from agent.offline.mentions import Mention, Sort
from agent.offline.mood import Mood, mood, without_lead
from agent.offline.requests import Request
from agent.offline.values import reason

_WHAT: Final = r"(?P<what><sku>|[a-z][a-z& ]*?)"
_UNTIL: Final = re.compile(r"\b(?:until|till) (?!further notice\b)")
_REST: Final = r"(?:\s+(?:at|in) <location>)?(?:\s+(?:(?:from|on|until|till|before|to|and|for|between)\s+)*<period>)*[\s.!]*$"
_PROMOTION: Final = re.compile(
    rf"^(?:we |we're |we are |i |please )*(?:will |to )?(?:run|running|plan|planning|have|start|starting|note|add)"
    rf"(?: a| an| the| our)? <percent> "
    rf"(?:promotion|promo|campaign|sale) (?:on|for|of) (?:all |our |the )*{_WHAT}{_REST}"
    rf"|^(?:we |please |i )*expect(?:ing)? <percent> (?:more|extra|higher) (?:demand|sales) (?:for|of|on) "
    rf"(?:all |our |the )*(?P<which><sku>|[a-z][a-z& ]*?){_REST}"
    rf"|^(?:we |please |i )*(?:run|plan|have|start|note|add)(?: a| an| the| our)? (?:promotion|promo|campaign|sale) "
    rf"(?:on|for|of) (?P<that><sku>)(?:\s+(?:(?:from|on|until|till|to|and|for|between)\s+)*<period>)+\s*[,;]?"
    rf"(?: (?:with|demand|sales|expect|expecting|up|plus))+ <percent>(?: more)?(?: demand| sales)?[\s.!]*$"
)
_PUSHED: Final = re.compile(
    r"^(?=.*\b(?:push\w*|promot\w*|advertis\w*|featur\w*|campaign|influencer|tv|newsletter|flyer)\b)(?=.*<period>)(?!.*\bprices?\b)"
    r".*<sku>.*<percent> (?:more|extra|higher|up|on top|uplift|lift)\b(?! (?:expensive|dear))"
)
"""What is advertised, when, and how much more of it will sell."""
_TOLD_LATE: Final = re.compile(
    r"^(?:<supplier>|<po_id>)[^?]*\b(?:rang|called|phoned|told|tells|says|said|warn\w*|wrote|mailed|e-?mailed|reports?|reported|admits?|messaged)\b"
    r"[^?]*(?:<period> (?:late|later|delayed|behind)|(?:late|delayed|behind|slips?|slipping|slipped|delay|moves?|pushed)(?: back| out)? (?:by|of) <period>)[^?]*$"
)
"""What a supplier told of its own delay, or of one order's."""
_LATE: Final = re.compile(
    rf"^(?:<supplier> (?:told|tells|says|said|wrote)(?: to)?(?: us)?(?: that)? )?"
    rf"(?:the )?(?:<supplier>|(?:order |purchase order )?<po_id>) (?:(?:is|are|will be|runs?) )?(?:running )?"
    rf"(?:<period> (?:late|delayed|behind)|(?:late|delayed|behind) by <period>)(?:\s*,?\s*(?:please )?(?:note|log|record) (?:that|it|this))?{_REST}"
)
_CANNOT: Final = re.compile(
    rf"^<supplier> (?:cannot|can't|can not) (?:deliver|supply|ship)(?: <sku>| anything)?{_REST}"
    rf"|^<sku> is (?:unavailable|not available|out of production)(?: from <supplier>)?{_REST}"
)
_DEARER: Final = re.compile(
    rf"^<supplier> (?P<way>raises?|increases?|lowers?|cuts?|reduces?|puts? up) (?:its |their |all |the )*"
    rf"(?:prices?|costs?)(?: (?:of|for) <sku>)? by <percent>{_REST}"
)
_REMOVE: Final = re.compile(
    r"^(?:please )?(?:remove|withdraw|delete|take back|cancel) (?:the )?(?:signal )?(?P<id>s-\d+)\b"
    r"|\btake (?:the )?(?:signal )?(?P<back>s-\d+) back\b"
)
_LIST: Final = re.compile(
    r"^(?:list|show|which|what)(?: me)?(?: all| the| our)*(?: demand| supply)? signals?\b"
    r"|^(?:which|what) (?:promotions?|delays?) (?:did|have) (?:i|we) (?:told?|tell|noted?)\b"
    r"|^(?!.*<)(?:which|what|what's|what has|show|list|are there)\b(?=.*\b(?:promos?|promotions?|campaigns?|seasons?|delays?|signals?|events?)\b)"
    r".*\b(?:know|knows|known|noted|heard|told|counts?|on (?:file|record)|in the (?:plan|planner|system))\b"
    r"|^(?!.*<)(?:what|what's|what has)\b.*\b(?:re-?ordering|planner|planning|ordering|forecasts?)\b.*\b(?:told|know|knows|heard|aware)\b"
)
_RUN: Final = (
    r"(?:re-?order\w*|orders?|ordered|ordering|buy|bought|buying|purchase[ds]?|propos\w+|recommend\w*|suggest\w*|"
    r"(?:last|latest|previous|yesterday's|nightly) (?:re-?order )?(?:run|round|time|batch)|re-?order run)"
)
_EXPLAIN: Final = re.compile(
    r"^(?!.*<(?:order_id|customer_id|po_id|money)>)(?!.*\b(?:late|cancel\w*|price[sd]?|margin)\b)"
    r"(?:(?:please |can you |could you )*(?:explain|talk (?:me|us) through|walk (?:me|us) through|justify|break down)\b"
    r"|(?:so )?(?:why|how come|what made|what's behind|how did (?:you|we|it|the run) (?:arrive|get|come|work))\b)"
    rf"(?=.*\b{_RUN}\b).*<sku>(?!.*\b(?:policy|rules?|guide)\b)"
)
"""How the run came to its quantity: the reasoning is asked for, and the run is what it is about."""
_WHY: Final = re.compile(
    r"^why (?:did|have|has|do|does|is|was|were|are) (?:you|we|the run|it|there)?\s*(?P<not>not |n't )?.*?"
    r"\b(?:re)?order(?:ed|s|ing)?\b.*<sku>|^why (?:is|was|were|are) <sku> (?:not )?(?:re)?ordered\b"
)
_WEEK: Final = 7
_ASK_DAYS: Final = Say(
    "For which days? Tell me again with the first and the last, such as from 2026-11-23 to 2026-11-29."
)


def signal_step(request: Request, today: date | None) -> Step | None:
    """The step of a statement or question about signals, or None where the request is something else.

    `today` is the store's own day; without it nothing that needs a date is understood.
    """
    text = request.text.strip()
    if _WHY.search(text) or _EXPLAIN.search(text):
        return Call(
            "explain_reorder", _known(sku=_value(request, Sort.SKU), location=_value(request, Sort.LOCATION))
        )
    if _LIST.search(text):
        return Call("list_signals", {})
    if mood(text, quoted=request.quoted) is not Mood.COMMAND or is_negated(text):
        return None
    removed = _REMOVE.search(text)
    if removed is not None:
        return Call(
            "remove_signal", {"signal": (removed["id"] or removed["back"]).upper(), "reason": reason(request)}
        )
    return None if today is None else _told(text, request, today)


def _told(text: str, request: Request, today: date) -> Step | None:
    promotion = _PROMOTION.search(text)
    if promotion is not None:
        return _promotion(promotion["what"] or promotion["which"] or promotion["that"], request, today)
    if _PUSHED.search(text) is not None:
        return _promotion("<sku>", request, today)
    return _told_of_supply(text, request, today)


def _told_of_supply(said: str, request: Request, today: date) -> Step | None:
    text = re.sub(r"^(?:please )?note(?: that)?[\s:,]+", "", without_lead(said))
    if _TOLD_LATE.search(text) is not None or _LATE.search(text) is not None:
        return _told_late(request, today)
    if _CANNOT.search(text):
        return _cannot(request, today)
    dearer = _DEARER.search(text)
    if dearer is not None:
        return _dearer(dearer["way"], request, today)
    return None


def _promotion(what: str, request: Request, today: date) -> Step:
    percent = _value(request, Sort.PERCENT) or "0"
    span = lasting(_span(request.of(Sort.PERIOD), today), request.text, today)
    named = {"sku": _value(request, Sort.SKU)} if what == "<sku>" else {"category": what.strip()}
    args = _known(
        effect="promotion",
        percent=round(float(percent)),
        location=_value(request, Sort.LOCATION),
        reason=reason(request),
        **named,
    )
    if span is None:
        return _ASK_DAYS
    return Call("add_demand_signal", {**args, **_days(span)})


def _late(request: Request, today: date) -> Step:
    order = _value(request, Sort.PURCHASE_ORDER)
    periods = request.of(Sort.PERIOD)
    days = int(periods[0].value or 0) if periods else 0
    args = _known(
        effect="delay",
        purchase_order=order,
        supplier=None if order else _value(request, Sort.SUPPLIER),
        days=days or None,
        reason=reason(request),
    )
    if order is not None:
        return Call("add_supply_signal", args)
    span = lasting(_span(periods[1:], today), request.text, today)
    if span is None or not days:
        return _ASK_DAYS
    return Call("add_supply_signal", {**args, **_days(span)})


def _told_late(request: Request, today: date) -> Step:
    """A delay without an end of its own holds for as long as it is: that is what was told."""
    step = _late(request, today)
    if not isinstance(step, Say) or not (days := int(_value(request, Sort.PERIOD) or 0)):
        return step
    supplier = _known(
        effect="delay", supplier=_value(request, Sort.SUPPLIER), days=days, reason=reason(request)
    )
    try:
        return Call("add_supply_signal", {**supplier, **_days((today, today + timedelta(days=days - 1)))})
    except OverflowError:  # longer than any calendar
        return _ASK_DAYS


def _cannot(request: Request, today: date) -> Step:
    args = _known(
        effect="unavailable",
        supplier=_value(request, Sort.SUPPLIER),
        sku=_value(request, Sort.SKU),
        reason=reason(request),
    )
    span = _span(request.of(Sort.PERIOD), today)
    if span is None:
        return _ASK_DAYS
    return Call("add_supply_signal", {**args, "starts_on": today.isoformat(), "ends_on": span[1].isoformat()})


def _dearer(way: str, request: Request, today: date) -> Step:
    sign = -1 if way.startswith(("lower", "cut", "reduce")) else 1
    span = _span(request.of(Sort.PERIOD), today) or (today, today)
    args = _known(
        effect="price",
        supplier=_value(request, Sort.SUPPLIER),
        sku=_value(request, Sort.SKU),
        percent=sign * round(float(_value(request, Sort.PERCENT) or "0")),
        starts_on=span[0].isoformat(),
        reason=reason(request),
    )
    return Call("add_supply_signal", args)


def _value(request: Request, sort: Sort) -> str | None:
    found = request.of(sort)
    return found[0].value if found else None


def _known(**args: object) -> dict[str, Any]:
    return {name: value for name, value in args.items() if value is not None}


def _days(span: tuple[date, date]) -> dict[str, str]:
    return {"starts_on": span[0].isoformat(), "ends_on": span[1].isoformat()}


def _span(periods: list[Mention], today: date) -> tuple[date, date] | None:
    """The first and the last day that the periods of a statement tell; None where they tell none."""
    spans = [span for one in periods if (span := span_of(one.said, today)) is not None]
    if not spans:
        return None
    return min(first for first, _ in spans), max(last for _, last in spans)


def lasting(span: tuple[date, date] | None, text: str, today: date) -> tuple[date, date] | None:
    """The days, from today on where the words tell only the one until which it lasts.

    >>> days = lasting((date(2026, 12, 10),) * 2, "10 days late until 2026-12-10", date(2026, 11, 20))
    >>> [str(day) for day in days or ()]
    ['2026-11-20', '2026-12-10']
    """
    if span is None or not today < span[0] == span[1] or not _UNTIL.search(text):
        return span
    return today, span[1]


def span_of(said: str, today: date) -> tuple[date, date] | None:
    """The days of a period said on `today`, first and last; None where that is not clear.

    >>> friday = date(2026, 11, 20)
    >>> [[str(day) for day in span_of(said, friday) or ()] for said in ("next week", "until Friday")]
    [['2026-11-23', '2026-11-29'], ['2026-11-20', '2026-11-20']]
    """
    words = said.lower().strip()
    iso = ISO.search(words)
    if iso is not None:
        day = day_of(iso[0])
        return None if day is None else (day, day)
    weekday = place_of(words, WEEKDAYS)
    if weekday is not None:
        return _weekday(words, weekday, today)
    named = _named_days(words, today)
    if named is not None:
        return named
    monday = today - timedelta(days=today.weekday())
    known = {
        "today": (today, today),
        "tomorrow": (today + timedelta(days=1), today + timedelta(days=1)),
        "this week": (today, monday + timedelta(days=_WEEK - 1)),
        "next week": (monday + timedelta(days=_WEEK), monday + timedelta(days=2 * _WEEK - 1)),
    }
    for name, span in known.items():
        if name in words:
            return span
    return _length(words, today) or _month(words, today)


def _month(words: str, today: date) -> tuple[date, date] | None:
    """The whole of a month, the coming one of its name."""
    place = next(
        (place for place, name in enumerate(SHORT_MONTHS, 1) if re.search(rf"\b{name}", words)), None
    )
    if place is None:
        return None
    year = today.year + (place < today.month)
    return max(date(year, place, 1), today), date(year, place, monthrange(year, place)[1])


_NAMED_DAYS: Final = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?(?: of)?(?: ({'|'.join(SHORT_MONTHS)})[a-z]*)?(?:(?: ?(?:to|until|till|-|through) ?)(?:the )?(\d{{1,2}})(?:st|nd|rd|th)?(?: of)?)?"
    rf" ({'|'.join(SHORT_MONTHS)})"
)


def _named_days(words: str, today: date) -> tuple[date, date] | None:
    """Days of a month, the coming ones: "1 to 14 December", "28 nov to 3 dec", "5 December"."""
    said = _NAMED_DAYS.search(words)
    if said is None:
        return None
    first, month, last, until = said.groups()
    try:
        ends = _coming(today, SHORT_MONTHS.index(until) + 1, int(last or first))
        begins = _coming(today, SHORT_MONTHS.index(month or until) + 1, int(first))
    except ValueError:
        return None  # 31 November
    return (begins, ends) if begins <= ends else None


def _coming(today: date, month: int, day: int) -> date:
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)


def _weekday(words: str, weekday: int, today: date) -> tuple[date, date]:
    """The next such day, today included; "until" starts today."""
    day = today + timedelta(days=(weekday - today.weekday()) % _WEEK)
    if "next" in words:
        day += timedelta(days=_WEEK if day <= today else 0)
    return (today, day) if re.search(r"\b(?:until|till|by)\b", words) else (day, day)


def _length(words: str, today: date) -> tuple[date, date] | None:
    """So many days or weeks from today on."""
    said = re.search(rf"\b(\d+|{UNDER_A_HUNDRED})\s+(day|week)s?\b", words)
    if said is None or re.search(r"\b(?:last|past|previous)\b", words):
        return None
    days = value_of(said[1]) * (_WEEK if said[2] == "week" else 1)
    try:
        return today, today + timedelta(days=days - 1)
    except OverflowError:  # longer than any calendar
        return None
