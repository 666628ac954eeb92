"""What operators say when they mean a tool: weighted patterns over tagged, repaired text.

A tool's score for a request is the sum of the weights of its patterns that occur. 3 is a phrase that hardly
means anything else, 2 a word that mostly means the tool, 1 a hint; negative weights are phrases that belong
to a neighbour. Tags (``<sku>``) are defined in ``mentions``.
"""

import re
from functools import lru_cache
from typing import Final

from agent.offline.mood import without_lead
from agent.offline.phrases import WEIGHT as LIKENESS
from agent.offline.phrases import phrasebook

_PRODUCT = r"(?:<sku>|it|them|they|that|this|those|these|one)"
_SELL = r"(?:sell|shift|get through|go through|move)"
_PROPOSE = r"(?:good|reasonable|work(?:ing)? out|calculat\w+|recommend\w*|suggest\w*|advis\w+|propos\w+|should|ought|ideal|best|optimal|sensible|right|fair|better)"
_REPLENISH = r"(?:re-?order\w*|buy(?:ing)?|replenish\w*|restock\w*|purchas(?:e|ing)|top(?:ping)? up|bring in|get in|stock up)"
_PO = r"(?:<po_id>|purchase orders?|pos?\b|supplier orders?|orders? (?:with|to|at|from) <supplier>)"

_SCORES: Final[dict[str, tuple[tuple[float, str], ...]]] = {
    "check_stock": (
        (-6, r"\bhow (?:many|much)\b.*\bhave to (?:re-?order|order|buy|get|purchase)\b"),
        (2, r"\bhow (?:does )?<sku> (?:stands?|sits?|looks?|is doing)\b"),
        (2.5, r"\b(?:balance|bal)\b|\bhow deep\b|\bare we dry\b"),
        (2, r"\b(?:any|some|enough)\b.*<sku>|<sku>.*\b(?:enough|any left|some left)\b"),
        (
            3,
            r"\b(?:in stock|on hand|on the shel(?:f|ves)|in the warehouse|stock (?:levels?|position|figures?|check|status))\b",
        ),
        (2.5, r"\bstock\b(?! ?outs?\b)"),
        (2.5, r"\binventory\b"),
        (
            2.5,
            r"\bhow (?:many|much)\b.*\b(?:have|got|hold|left|remain\w*|are there|there are|in <location>|at <location>|sitting|lying)\b",
        ),
        (2, r"\bhow (?:many|much)\b.*\b(?:is|are|do we have)\b.*<location>"),
        (1.5, r"\bhow (?:many|much)(?: of)?(?: the| our| your)? <sku>"),
        (2, r"\b(?:left|remaining|available|availability|quantity|units)\b"),
        (
            2,
            r"\b(?:have we|have got|do we have|do we still have|do you have|we got|have we got|got any|are there any|is there any|any more|hold any|do we hold|do we stock|(?:we|you) carry)\b",
        ),
        (
            2.5,
            r"\b(?:run out of|out of|sold out of|enough)\b.*<sku>|<sku>.*\b(?:sold out|out of stock|all gone)\b",
        ),
        (2, r"\b(?:committed|allocated|reserved|on the shelves)\b"),
        (
            2.5,
            r"\bstock-?wise\b|\bstock (?:count|check) (?:for|of|on)\b|\b(?:is|are) there (?:still|any)\b|\bare we out\b|\bcan (?:i|we) (?:still )?(?:sell|promise|ship)\b|\bhow's .*<sku>.*look",
        ),
        (1, r"\bcheck\b|\bcount\b|\bphysically\b|\bnumbers\b|\bfigures\b"),
        (0.8, r"<sku>"),
        (-2.5, r"\bpurchase orders?\b|\bon order\b|<po_id>|\bincoming\b|\barriv\w+"),
        (-3, r"\b(?:why|history|movements?|forecast|demand|write off|adjust\w*|expected to sell)\b"),
        (-2, r"\b(?:running|low|short|dead|slow|over-?stock\w*|too (?:much|many)|last)\b"),
        (-2, r"\b(?:will|going to|expect\w*|likely to)\b.*\b" + _SELL),
        (-2.5, r"\bhow (?:many|much)\b.*\b(?:should|must|need to|ought|recommend\w*)\b"),
        (-2, r"\bstock (?:taking|take|audit|log)\b|\btied\b|\blead ?time\b|\bhow many days\b"),
    ),
    "list_low_stock": (
        (3, r"^(?!.*<sku>).*\bneeds? (?:re-?stocking|re-?filling|topping up|replenish\w*)\b"),
        (3, r"^(?!.*<sku>).*\b(?:last legs|nearly bare|bare|nearly empty|to the end|on its last)\b"),
        (
            3,
            r"^(?!.*<sku>).*\b(?:gaps|empty slots|nearly out|soon (?:finished|gone|empty|out)|under rop|not having)\b",
        ),
        (2.5, r"\b(?:gone|out|finished) by\b|\blow (?:runners?|ones|sellers)\b"),
        (
            3,
            r"\b(?:running|runs?|getting|going|gets?|looking|looks) (?:\w+ )?(?:low|short|out|thin|dry|scarce)\b",
        ),
        (
            3,
            r"\blow (?:on |in )?(?:stock|inventory|items?|products?|skus?|lines?|levels?)\b|\bstock (?:is |that is )?low\b|\blow-stock\b",
        ),
        (
            3,
            r"\bstock ?-?outs?\b|\bout of stock\b|\b(?:nearly|almost|about|close) (?:\w+ )?(?:gone|out|empty|finished|used up)\b",
        ),
        (
            3,
            r"\bshort (?:of|on)\b|\bshortages?\b|\b(?:below|under|beneath|hit|reached|past) (?:\w+ ){0,3}(?:re-?order point|minimum|safety stock|threshold|par)\b",
        ),
        (
            3,
            r"\b(?:about|going|likely|close|set|bound) to (?:run|sell|go) (?:out|short|low)\b|\b(?:run|sell|selling|sold) out\b",
        ),
        (
            2.5,
            r"\b(?:needs?|need|require\w*|due for) (?:to be )?(?:re-?order\w*|replenish\w*|restock\w*|topping up|top(?:ped)? up)\b",
        ),
        (
            2.5,
            r"\bwhat\b.*\b(?:should|do|must|shall|need|have to)\b.*\b(?:re-?order|order|buy|restock|replenish|purchase)\b",
        ),
        (
            2,
            r"\b(?:critical|urgent\w*|at risk|in danger|endangered|risky|empty shel\w+|dangerously|worry|worried)\b",
        ),
        (1.5, r"\blow\b|\bthin\b|\bscarce\b"),
        (2.5, r"\b(?:be|been|are|going|get) out of\b"),
        (
            2,
            r"\b(?:what|what's|which|anything|everything|concerned|concern)\b.*\b(?:low|thin|scarce|stock-?wise)\b|\brun(?:ning)? dry\b",
        ),
        (-3, r"\b(?:is|are|was) (?:that|it|this)\b"),
        (0.8, r"\b(?:what|which|anything|everything|list|show|any|items|products|lines|skus)\b"),
        (-3.5, r"<sku>"),
        (-3, r"\bcancel\w*|\brefund\w*|<order_id>|<po_id>|\bprices?\b|\bpolic(?:y|ies)\b"),
    ),
    "list_overstock": (
        (
            4,
            r"\b(?:eat\w*|swallow\w*|lock\w*|bind\w*|block\w*|hog\w*|cost\w*) (?:up )?(?:\w+ )?(?:cash|money|capital|space|room)\b",
        ),
        (
            3,
            r"\b(?:nobody|no one) wants\b|\bdoing nothing\b|\b(?:worst offenders|worst sellers)\b|\bdrowning\b|\btoo many\b",
        ),
        (3, r"\b(?:pil(?:e|es|ing)|heap\w*) up\b|\baccumulat\w+\b"),
        (1.5, r"\bdead (?:stock|inventory)\b"),
        (
            3,
            r"\b(?:too (?:much|many)|over-? ?stock\w*|dead (?:stock|wood|weight|inventory)|excess\w*|surplus)\b",
        ),
        (
            3,
            r"\bslow[- ]?(?:mov\w+|sell\w+|stock|lines?|burners?)\b|\bdust\b|\bshelf[- ]?warmers?\b|\bstale\b|\bunsold\b|\baged? (?:stock|inventory)\b|\bobsolete\b",
        ),
        (
            3,
            r"\b(?:isn't|aren't|not|doesn't|don't|never|hardly|barely|won't|hasn't been|haven't been) (?:really |actually |even )?(?:sell\w*|sold|mov(?:e|ing)|shift\w*)\b",
        ),
        (
            3.5,
            r"\b(?:cash|money|capital)\b.*\b(?:tied|stuck|bound|locked|trapped)\b|\bsitting (?:\w+ ){0,4}forever\b",
        ),
        (-3, r"\b(?:is|are|was) (?:that|it|this)\b"),
        (
            2.5,
            r"\bsitting (?:on|around|there|idle|still)\b|\bt(?:ie|ying|ies|ied) (?:up|down)\b.*\b(?:cash|money|capital)\b|\b(?:cash|money|capital)\b.*\b(?:tied|stuck|bound|locked|trapped)\b|\blying around\b",
        ),
        (
            2.5,
            r"\b(?:nobody|no one|no-one) (?:buys|wants|is buying)\b|\bno sales\b|\bbloated\b|\bclog\w*|\btak\w+ up (?:space|room)\b|\bclear ?(?:out|ance)\b",
        ),
        (
            2,
            r"\b(?:more|way more|far more) (?:\w+ ){0,3}(?:cover|stock|than we need|than needed)\b|\b(?:days|weeks|months) of cover\b|\bheavy on\b",
        ),
        (0.6, r"\b(?:what|which|anything|everything|list|show|any|items|products|lines|skus)\b"),
        (-2.5, r"<sku>|<order_id>"),
    ),
    "stock_movements": (
        (
            3.5,
            r"<sku>.*\b(?:count|figures?|numbers?|stock|books?|system|till)\b.*\b(?:n\'t|not|never|cannot)\b.*\b(?:fit|match|add up|tally|agree|square|balance|make sense)\b",
        ),
        (3, r"\bwho(?:\'s| is| has)? (?:\w+ )?(?:taking|moving|touching|booking|using|been at)\b.*<sku>"),
        (3.5, r"<sku>.*\b(?:looks?|seems?|is|are|feels?) (?:\w+ )?(?:off|wrong|odd|strange|weird|funny)\b"),
        (3, r"\bin ?/ ?out\b|\bwalk me through\b.*|\bget less\b|\bwent from\b.*\bto nothing\b"),
        (3, r"\b(?:what|who)\b.*\b(?:touched|booked|took|taken)\b"),
        (2, r"\b(?:less|fewer|more|short|lower|higher) (?:\w+ ){0,4}(?:than|vs|versus|compared)\b"),
        (2.5, r"\b(?:receipts|picks|bookings)\b"),
        (3, r"\b(?:sold|sales) and (?:received|receipts)\b|\breceived and sold\b"),
        (
            3,
            r"\b(?:stock |inventory )?(?:movements?|history|ledger|log|journal|transactions?)\b(?! of orders)",
        ),
        (
            3,
            r"\bins? (?:and|&) outs?\b|\bin (?:and|or) out\b|\b(?:came|gone|went|go|goes|booked) (?:in|out)\b",
        ),
        (
            3.5,
            r"\b(?:why|how come)\b.*\b(?:stock|chang\w+|drop\w*|fall\w*|fell|down|up|less|fewer|more|missing|gone|only|differ\w*|vanish\w*|disappear\w*|jump\w*)\b",
        ),
        (
            3,
            r"\b(?:what (?:has )?happened|what's happened|what's been happening|what went on|what's been going on)\b.*(?:<sku>|\bstock\b)",
        ),
        (
            3,
            r"\bhow (?:did )?we (?:got|get) (?:there|here|to)\b|\b(?:were|was|had) more\b.*\bwhat happened\b|\bwhat happened\b.*\b(?:stock|to it)\b|\blast bookings\b|\bbookings\b",
        ),
        (2.5, r"\bwhere (?:did|have|has)\b.*\b(?:go|gone|went|disappear\w*|vanish\w*)\b"),
        (
            2,
            r"\b(?:changed|dropped|fell|vanished|disappeared|moved|receipts|what changed|last (?:changes|bookings|entries)|recent (?:changes|activity|adjustments)|audit trail)\b",
        ),
        (1, r"\b(?:trace|trail|changes|activity)\b"),
        (0.6, r"<sku>"),
        (
            -3,
            r"<order_id>|<action_id>|<customer_id>|<po_id>|\bpurchase history\b|\border history\b|\bprice\b",
        ),
        (-2, r"\bfrom <location> to <location>|\bslow\b|\btell\b.*\bpolicy\b"),
    ),
    "forecast_demand": (
        (
            3,
            r"<sku> (?:will|going to|gonna|might|could|to) (?:do|be doing)\b.*<period>|<period>.*\bwill <sku> do\b",
        ),
        (3.5, r"\b(?:expected|likely|probable|future) (?:turnover|sales|volumes?|offtake)\b"),
        (-2, r"^(?!.*(?:<sku>|\b(?:it|that|them|they|this|these|those)\b)).*$"),
        (
            3.5,
            r"\b(?:forecast\w*|predict\w*|projection|projected|project|outlook|run[- ]?rate|rate of sale|sell[- ]?through|velocity)\b",
        ),
        (3, r"\bdemand\b"),
        (
            3,
            r"\b(?:will|going to|expect\w*|likely to|might|gonna|'ll|do you think we(?:'ll| will)?)\b.*\b(?:sell|shift|sales|get through|go through|need)\b",
        ),
        (
            3,
            r"\b(?:sell|sells|selling|sales|sold|shift)\b.*(?:\b(?:per|each|every|a|daily|weekly|monthly|average)\b|<period>)",
        ),
        (
            3,
            r"\bhow (?:fast|quick\w*|well|much|many)\b.*\b(?:sell\w*|go(?:es)? off|shift\w*|move|moving|sales)\b",
        ),
        (
            3,
            r"\bhow long\b.*\b(?:last|cover|be enough|hold out|see us|run out)\b|\b(?:days|weeks|months) of (?:cover|stock)\b|\bwhen\b.*\b(?:run out|sell out|be (?:gone|out))\b",
        ),
        (2, r"\b(?:sales|selling|sellers?)\b|\b(?:over|for|in) (?:the )?(?:coming|next)\b"),
        (1, r"<period>"),
        (0.6, r"<sku>"),
        (-2.5, r"\bprices?\b|\bcharge\b|<order_id>|<customer_id>|\bre-?order\b|\bsupplier\b|<money>"),
    ),
    "adjust_stock": (
        (
            3,
            r"<number>.*<sku>.*\b(?:popped up|surfaced|reappeared|cropped up|showed up|came to light|come across|came across|unearthed)\b",
        ),
        (-3, r"^(?!.*(?:<number>|\b(?:adjust\w*|correct\w*|write|scrap|bin|one|found|lost)\b)).*$"),
        (
            3.5,
            r"<number>.*<sku>.*\b(?:remove|delete|deduct|write|take|clear)\b.*\b(?:stock|inventory|books|system|them)\b",
        ),
        (2, r"\b(?:leak\w*|kaputt?|unaccounted)\b"),
        (4, r"^(?:minus|plus|[+-]) ?<number>.*<sku>"),
        (3, r"\bwrite (?:them |it |those )?down\b.*|<number> .*<sku>.*\bwrite down\b"),
        (-3, r"<supplier>"),
        (
            4,
            r"\b(?:write|writ\w+|wrote) ?-?off\b|\bwrite-?offs?\b|\bwriteoff\b|\bwrite (?:<number> |<sku> |of |the |damaged |it |them )*off\b",
        ),
        (3.5, r"\b(?:adjust\w*|correct\w*|stock correction|recount\w*|inventory correction)\b"),
        (
            3,
            r"\b(?:scrap|bin|binned|dispose|discard|throw|threw|chuck|dump|trash|deduct|subtract|remove|knock off|take|book) .*(?:<number>|<sku>|\bout\b)",
        ),
        (
            3,
            r"\b(?:damaged|broke|broken|smashed|shattered|cracked|chipped|ruined|spoil\w+|expired|out of date|past (?:their|its) (?:sell by |best before |use by )?date|gone off|mouldy)\b",
        ),
        (
            3,
            r"\b(?:found|lost|missing|stolen|shrinkage|vanished|turned up|went missing)\b.*(?:<number>|<sku>)|(?:<number>|<sku>).*\b(?:found|lost|missing|stolen)\b",
        ),
        (
            3,
            r"\b(?:count(?:ed)?|stock ?take|actual\w*|real(?:ly)?|physical\w*)\b.*(?:\b(?:is|was|says|shows|gave|to|of|are|only|at)\b|:).*<number>",
        ),
        (
            2.5,
            r"\b(?:add|put|book) .*<number>.*\b(?:stock|to|into|back|in)\b|\b(?:add|increase|raise|reduce|decrease|lower)\b.*\b(?:stock|on hand|inventory|units)\b.*<number>",
        ),
        (3.5, r"^set <sku> (?:in|at) <location> to <number>|<number>.*\bcounted\b"),
        (
            2,
            r"\b(?:out of stock|off the stock|from stock|from the stock|into stock)\b|\bset .*\b(?:stock|on hand|quantity|count)\b.* <number>",
        ),
        (0.5, r"<number>"),
        (0.5, r"<sku>"),
        (-4, r"<order_id>|<po_id>|\bprice\b|<money>|<percent>|\brefund\w*|\bnote\b"),
        (-3, r"\bfrom <location> to <location>|\b(?:order|buy|purchase)\b.*\bfrom <supplier>"),
    ),
    "transfer_stock": (
        (-3, r"^(?!.*(?:<number>|<location>.*<location>|\b(?:move|transfer|one|a)\b)).*$"),
        (2.5, r"\b(?:van|truck|lorry)\b.*<location>.*<location>"),
        (3, r"^(?:pop|stick|sling|run|ferry|whizz)\b.*<sku>.*<location>.*\bto\b.*<location>"),
        (
            3,
            r"\b(?:re-?stock|replenish|top up|stock up|fill up|fill|supply|load|let|pass)\b.*<location>.*<location>",
        ),
        (2, r"<number> (?:x |of |pieces )*<sku> <location> to <location>"),
        (4, r"\b(?:transfer\w*|relocat\w+|rebalanc\w+|redistribut\w+|reallocat\w+)\b"),
        (
            3,
            r"\b(?:move|mov\w+|shift|send|ship|bring|take|taking|pull|push|give|shuttle|drive|swap|haul|get)\b.*<location>",
        ),
        (3, r"^(?:move|transfer|shift|relocate|rebalance)\b.*<sku>"),
        (
            3,
            r"\bfrom (?:the )?<location>.*\bto (?:the )?<location>|<location> (?:to|into) (?:the )?<location>|\bto (?:the )?<location>.*\bfrom (?:the )?<location>",
        ),
        (1, r"<location>.*<location>"),
        (1, r"<number>"),
        (-3, r"<supplier>|<order_id>|<po_id>|<money>|<percent>"),
        (-1.5, r"\b(?:how many|how much|why|forecast|stock of)\b"),
    ),
    "recommend_reorder": (
        (3.5, r"\b(?:do|must|should) (?:we|i) (?:have to |need to )?(?:order|buy|get) (?:some|more|any)\b"),
        (3, r"\b(?:spend|invest)\b.*\b(?:get|buy|order)\b"),
        (
            3,
            r"\b(?:must|shall|should|do|have to|ought)\b.*\b(?:order|buy|get more)\b.*(?:\bor not\b|\byet\b)",
        ),
        (2.5, r"\bproposal\b.*\border\w*"),
        (2.5, r"\brun the numbers\b.*\b(?:buy|order|purchase)\b"),
        (
            3,
            r"\bhow (?:many|much)\b.*\b(?:should|must|shall|ought|need)\b.*\b(?:get|take|have)\b|\bhow much\b.*\b(?:order|buy)\b",
        ),
        (3.5, r"\bhow (?:many|much)\b.*\b(?:order|buy|get in|purchase|" + _REPLENISH + r")\b"),
        (3.5, _PROPOSE + r"\b.*\b(?:order\w*|" + _REPLENISH + r")\b"),
        (3, r"\b(?:order|" + _REPLENISH + r")\b.*\b(?:" + _PROPOSE + r"|quantity)\b"),
        (
            3,
            r"\bre-?order (?:proposal|suggestion|recommendation|point|quantity|level|advice|plan|calculation|need)\b",
        ),
        (
            3,
            r"\b(?:do|does|did|must|shall|should|is|are|will|would|need|needs|time|when|have)\b.*\b(?:re-?order\w*|replenish\w*|restock\w*|top(?:ping)? up|order more|buy more|ordering more|buying more)\b",
        ),
        (
            2.5,
            r"\b(?:economic order quantity|eoq|order quantity|order size|safety stock|days of cover target)\b",
        ),
        (2, r"\b(?:when|what|which)\b.*\b(?:order|buy|purchase)\b"),
        (1.5, r"\b(?:re-?order\w*|replenish\w*|restock\w*)\b"),
        (1.2, r"<sku>"),
        (-3, r"\b(?:prices?|charge)\b|<order_id>|\brefund\w*|\bcancel\w*"),
        (-2, r"\bwhich orders\b|\border (?:status|from|of)\b|\bpurchase orders?\b|<po_id>"),
    ),
    "supplier_terms": (
        (2, r"\bour (?:buying|purchase|cost|wholesale) price\b"),
        (3, r"\bwhich (?:firm|company|business)\b"),
        (2.5, r"\b(?:costs|cost) us\b"),
        (3.5, r"\b(?:from (?:who|whom)|second source|carton quantity|minimum and|deal with)\b"),
        (3, r"\bhow (?:many|long|soon)\b.*<supplier>"),
        (
            4,
            r"\bwho\b.*\b(?:suppl\w+|sells? us|sell it to us|provides?|delivers|makes|manufactur\w+|do we (?:buy|get|order|source))\b",
        ),
        (
            3.5,
            r"\bmoqs?\b|\bminimum (?:order|quantity|spend)\b|\blead[- ]?times?\b|\bpack ?-?sizes?\b|\bcase ?-?(?:size|pack)s?\b|\b(?:price|quantity|volume) breaks?\b|\bbulk (?:price|discount)\b",
        ),
        (3, r"\b(?:terms|conditions)\b"),
        (
            3,
            r"\b(?:which|what|our|the|any|cheapest|other|alternative) (?:\w+ )?(?:suppliers?|vendors?|source)\b|\bsuppliers? (?:of|for|details?|info\w*|terms|data)\b|\bsourc\w+\b",
        ),
        (
            3,
            r"\bhow (?:long|quick\w*|fast|soon|slow\w*|reliabl\w*)\b.*<supplier>|<supplier>.*\b(?:quick|fast|slow|reliable|take|need|deliver)\b",
        ),
        (
            3,
            r"\bwhere (?:do|did|can|could|should) we (?:buy|get|source|order|purchase)\b|\b(?:buy|get|bought|sourced|come|comes|order) (?:it |them |this |that |<sku> )*from\b(?! <supplier>)",
        ),
        (
            3,
            r"\b(?:costs?|charges?|charging|pay|paying) us\b|\b(?:buying|purchase|wholesale|cost|supplier) prices?\b|\bunit costs?\b|\bdo we pay\b|\bwe pay\b|\bbuy-?in\b",
        ),
        (3.5, r"\bhow (?:many days|long)\b.*\b(?:order\w*|deliver\w*|shelf|arriv\w+)\b"),
        (-3, r"\b(?:waiting|owe\w*)\b"),
        (2, r"\b(?:suppliers?|vendors?|supplies|supply)\b"),
        (2, r"\b(?:does|do|what|how|can|is|are|will|would|about|tell)\b.*<supplier>"),
        (0.7, r"<supplier>"),
        (0.3, r"<sku>"),
        (
            -3,
            r"\bpurchase orders?\b|\bpos?\b|<po_id>|\boverdue\b|\blate\b|\barriv\w+|\bopen\b|\bon order\b|\bshipped\b|\boutstanding\b",
        ),
        (-1.5, r"<order_id>|<number>|\bhow many\b|\bforecast\b|\bsend us\b"),
    ),
    "list_purchase_orders": (
        (
            4,
            r"^(?!.*<number>)(?:(?:the|our|all|any|open|late|list|show|me|please) )*(?:purchase orders|pos)\b",
        ),
        (
            3,
            r"\b(?:suppliers?|vendors?|<supplier>)\b.*\b(?:running behind|behind (?:on|with|schedule)|slipping|dragging|not delivered)\b",
        ),
        (
            4,
            r"\b(?:did|have|has) (?:we|i|you|anyone)\b.*\b(?:order\w*|bought|buy)\b.*\b(?:at|from|with|by) <supplier>",
        ),
        (-2, r"^steps\b"),
        (3, r"\b(?:lorr(?:y|ies)|trucks?|deliver(?:y|ies)) (?:\w+ )?(?:are |is )?(?:due|coming|in)\b"),
        (
            3,
            r"<supplier>.*\b(?:still to come|to come|coming)\b|\b(?:when|where)\b.*\b(?:goods|stuff|delivery|things)\b.*<supplier>|\bchase\b.*<supplier>",
        ),
        (3, r"\b(?:open|pending|my|our) buys\b"),
        (3.5, r"\bcoming (?:in )?from <supplier>"),
        (-3, r"<number> (?:x |of |pieces (?:of )?)?<sku>"),
        (3.5, r"\bpurchase orders?\b|\bpos?\b|\bsupplier orders?\b|<po_id>"),
        (
            3.5,
            r"<supplier>(?:'s)? (?:order|delivery|shipment|goods|parcel)\b|^(?!.*<order_id>).*\bon (?:its|their|the) way\b",
        ),
        (
            3,
            r"\bon order\b|\b(?:incoming|inbound)\b|\bon (?:its|the|their) way (?:in|to us)\b|\bin the pipeline\b",
        ),
        (
            3,
            r"\b(?:arriving|arrives?|landing|coming in|expecting|expected in)\b|\b(?:deliver\w+|goods|shipments?|stock) (?:\w+ )?(?:are |is |we (?:are )?)?(?:expect\w*|due|coming|arriv\w+|outstanding|planned|incoming|late)\b",
        ),
        (
            3,
            r"\b(?:late|overdue|outstanding|open|delayed|pending|due)\b.*(?:\bpos?\b|purchase orders?|\bdeliver(?:y|ies)\b|\bsuppliers?\b|<supplier>|\bfrom suppliers?\b)",
        ),
        (
            3,
            r"<supplier>.*\b(?:late|overdue|outstanding|open|shipped|bought|sent|ordered|arriv\w+|on its way)\b|\b(?:ordered|bought|have|order) (?:\w+ )?(?:from|with) <supplier>",
        ),
        (2, r"\b(?:deliver(?:y|ies)|eta|due)\b"),
        (3.5, r"\b(?:waiting|owe|owed|owes)\b.*(?:<supplier>|\bsuppliers?\b)"),
        (1, r"\boverdue\b|\bsuppliers?\b"),
        (
            -3.5,
            r"<order_id>|<customer_id>|<tracking_id>|\brefund\w*|\bparcel\b|\bapproval\w*|\bsign off\b|\bdecision\b|\bprice\b",
        ),
        (-3.5, r"\b(?:guides?|handbook|polic(?:y|ies)|manual|procedure)\b|\bhow (?:do|should|must)\b"),
        (-2, r"\blead ?time\b|\bmoq\b|\bterms\b|\bhow long\b|\bminimum\b"),
    ),
    "place_purchase_order": (
        (3, r"\b(?:grab|pick up|secure|top-?up)\b.*<number>.*<sku>|\btop-?up order\b"),
        (2.5, r"<number>.*<sku>.*\boff <supplier>"),
        (-4, r"^(?!.*<supplier>).*<location>.*<location>"),
        (
            3,
            r"\b(?:book|request|call in|ask|have|bring in|take|want|need)\b.*<number>.*<sku>.*\b(?:with|from|at|by|via|of|supplier) <supplier>",
        ),
        (2.5, r"<supplier>.*<number>.*<sku>|<number>.*<sku>.*<supplier>"),
        (4, r"^(?:po|purchase order)\b.*(?:<number>.*<sku>|<sku>.*<number>)"),
        (
            3,
            r"\b(?:order|buy|purchase|re-?order|restock|replenish|procure|stock up|get (?:us|me|in)|bring in|fetch)\b.*<number>.*<sku>|\b(?:order|buy|purchase|re-?order|restock|replenish|procure|stock up|get (?:us|me|in))\b.*<sku>.*<number>|<number>.*<sku>.*\b(?:order|buy|reorder|purchase) (?:them|it|these|those)\b",
        ),
        (
            3,
            r"\b(?:place|raise|create|make|send|issue|submit|put in|open|cut|draft|start|do|new)\b.*\b(?:purchase order|po|pos|order)\b",
        ),
        (2.5, r"\bpurchase order\b.*(?:<number>|<sku>)|\bpo (?:for|with|to|:)"),
        (
            2.5,
            r"\b(?:order|buy|purchase|re-?order|procure)\b.*\b(?:from|with|at|via|through) <supplier>|<number>.*\bfrom <supplier>",
        ),
        (2, r"^(?:order|buy|purchase|re-?order|procure|restock|replenish|get)\b"),
        (1.5, r"\b(?:order|buy|re-?order|purchase)\b.*<sku>"),
        (1.5, r"^(?:order|buy|get|re-?order|purchase) (?:us |me |just |only )?<number>"),
        (1, r"\b(?:order|buy|re-?order|purchase) (?:that|it|them|those|this)\b"),
        (-4, r"<order_id>|<po_id>|<customer_id>|\bcancel\w*|\brefund\w*"),
        (-4, r"\b(?:recommend\w*|suggest\w*|proposal|advice|history|details?|confirmation)\b"),
        (
            -2,
            r"\b(?:how many|how much|which|who|status|where|open|late)\b|\borders? (?:of|from|by) <customer_id>",
        ),
    ),
    "cancel_purchase_order": (
        (2.5, r"<po_id>.*\bremove\b|\bremove\b.*<po_id>"),
        (
            2.5,
            r"\b(?:cancel\w*|call off|calling off|scrap|drop|void|kill|stop|withdraw|revoke|annul|undo|abort|pull|bin|get rid of)\b.*"
            + _PO,
        ),
        (
            2,
            _PO
            + r".*\b(?:cancel\w*|call(?:ed)? off|scrap\w*|drop|void|kill|stop|withdraw|revoke|annul|undo|abort|bin)\b",
        ),
        (3, r"<po_id>"),
        (1, r"\bcancel\w*\b"),
        (-4, r"<order_id>"),
        (-3, r"\b(?:arrived|received?|receiving|book .*in|goods in)\b"),
    ),
    "receive_purchase_order": (
        (
            3,
            r"\b(?:receiv\w+|book\w*|check\w*|goods[- ]?in|arrived|landed|delivered|came|come|turned up|unload\w*|put away|accept|here)\b.*"
            + _PO,
        ),
        (
            3,
            _PO
            + r".*\b(?:receiv\w+|book\w*|arrived|landed|delivered|came|come|turned up|unload\w*|put away|is in|are in|here|in full|complete\w*|checked in)\b",
        ),
        (3, r"<po_id>"),
        (
            1,
            r"\b(?:into stock|book\w* in|in full|complete\w*|all there|counted|goods[- ]?in|goods receipt)\b",
        ),
        (-4, r"<order_id>"),
        (-3, r"\b(?:cancel\w*|call off|scrap|void)\b"),
    ),
    "get_price": (
        (4, r"\bfor how much\b|\bat (?:what|which) price (?:do|did|are)\b"),
        (3, r"\b(?:sticker|turn a profit)\b"),
        (-3, r"\bshould (?:we|i|it|they)\b"),
        (3, r"\b(?:customers?|people|they) pay\b"),
        (3, r"\bprices?\b|\bpriced\b|\brrp\b|\bretail\b"),
        (3, r"\bwhat (?:do|are|did) we (?:charg\w+|ask\w*|sell\w*)\b|\b(?:charge|charging|asking) for\b"),
        (2.5, r"\b(?:expensive|cheap|pricey|dear)\b"),
        (3, r"\b(?:earn\w*|margins?|mark-?up|profit|map)\b"),
        (
            2.5,
            r"\bhow much (?:is|are|does|do|for|was)\b|\bhow expensive\b|\bhow much\b.*\b(?:costs?|charge|sell for|retail)\b",
        ),
        (2.5, r"\b(?:sell|sells|selling|go|goes|going|retail\w*) (?:it |them |<sku> )?(?:for|at)\b"),
        (2.5, r"\bcosts?\b"),
        (
            3,
            r"^(?!.*\b(?:should|put|suggest|recommend)\b).*\b(?:promotions?|on offer|on sale|special offer|price history|price changes?)\b",
        ),
        (0.5, r"<sku>"),
        (-2.5, r"\bhow much (?:is|are) (?:there|left)\b|\b(?:in stock|on hand|left|in <location>)\b"),
        (-3, r"<order_id>|<supplier>|\brefund\w*|\bsuppliers?\b|\bmatch\w*|\bparcel\b"),
        (-2.5, r"\bcosts? us\b|\bdo we pay\b|\bmoq\b"),
    ),
    "suggest_price": (
        (4, r"\bmarket bear\b|\bwhat would (?:people|customers|the market)\b.*\b(?:pay|bear|accept)\b"),
        (3.5, r"\bwhere (?:would|should|could)\b.*\bprice\b|\bpitch\b.*\bprice\b"),
        (3, r"\b(?:over|under)priced\b"),
        (
            3.5,
            r"^(?=.*<money>)(?=.*<sku>).*\b(?:mad|crazy|fair|reasonable|too|silly|daft|sensible|cheeky|ok)\b",
        ),
        (3, r"\b(?:under|over)-?(?:sell|pric|charg)\w*"),
        (
            2.5,
            r"\b(?:reckon|friendlier|fairer)\b.*\b(?:ask|price|charge)\b|\bcould ask\b|\bfriendlier price\b",
        ),
        (3.5, r"\bshould (?:it |<sku> )?(?:go|sell|retail) (?:for|at)\b|\bcompetitive\w*\b"),
        (
            4,
            _PROPOSE
            + r"\b.*\b(?:pric\w+|charg\w+|ask for|sell\b.*\b(?:for|at)|cost|mark ?-?down|discount\w*|on sale|on offer)\b",
        ),
        (
            3.5,
            r"\b(?:prices?|priced|pricing)\b.*\b(?:"
            + _PROPOSE
            + r"|advice|enough|ok\b|okay|too (?:high|low)|competitive|correct|idea|opinion|cheap|expensive|appropriate|optimi[sz]e\w*)\b",
        ),
        (3.5, r"\bwhat price\b.*\b(?:would|could|should|might)\b"),
        (3, r"\btoo (?:cheap|expensive|dear|pricey|low|high)\b"),
        (
            3,
            r"\b(?:could|can|might|would) we (?:charge|ask|raise|put up|increase|lower|drop|cut|get away with|go (?:up|down|higher|lower|cheaper))\b",
        ),
        (2, r"\b(?:cheaper|higher|lower|dearer)\b"),
        (
            2,
            r"\bwhat if\b.*(?:<money>|<percent>|\bprice)|\bwhat (?:would|happens|will)\b.*(?:\bprices?\b|<percent>|<money>)",
        ),
        (1, r"\bpric\w+"),
        (0.5, r"<sku>"),
        (-3, r"\b(?:order|buy|re-?order|quantity)\b|<order_id>|<supplier>|\brefund\w*|\bpolicy\b|\brules?\b"),
    ),
    "change_price": (
        (3.5, r"<sku> (?:goes|go|moves|drops|rises|comes) (?:up |down )?(?:to|for) <money>"),
        (2, r"\bmark\b.*\bat <money>|<sku> (?:please |must |has to )*(?:make|cost)\b.*<money>"),
        (
            3.5,
            r"\b(?:should|must|shall|will|is to|has to|needs to|ought to) (?:now |only )?(?:cost|be (?:priced )?(?:at )?|go (?:up |down )?(?:to|for)|sell (?:for|at)|retail at)\b.*(?:<money>|<number>)",
        ),
        (
            4,
            r"\b(?:re-?price|mark ?-?(?:up|down))\b|\b(?:price|pricing) (?:change|update|increase|drop|cut|rise|reduction)\b|\bnew (?:selling |retail )?price\b",
        ),
        (
            3,
            r"\b(?:set|change|update|raise|increase|put|drop|lower|reduce|cut|bump|adjust|make|bring|take|lift|hike|slash|amend|correct|fix|knock|discount|decrease|modify|alter|edit|push|move|round|trim|shave|nudge|tweak|chop)\b.*(?:\bprices?\b|<money>|<percent>)",
        ),
        (
            3,
            r"\b(?:sell|offer|list|charge|cost|costs|retail)\b.*(?:for|at|cost|costs|charge|should|to|=)\s*(?:now )?(?:<money>|<number>).*\b(?:from now|now on|from today|effective|starting|immediately|please)?",
        ),
        (3, r"\bcharge (?:<money>|<number>)"),
        (
            3,
            r"^<sku> (?:should|must|shall|has to|needs to|ought to) .*<percent>|^<sku>[\s,]+(?:up|down|back) to <money>",
        ),
        (3, r"\b(?:stick|pop|peg) <sku> (?:at|to|on) (?:<money>|<number>)"),
        (
            2,
            r"\bprices?\b.*\b(?:to|at|by|=|:)\s*(?:<money>|<number>|<percent>)|<sku> (?:to|@|at|down to|up to|=|:) (?:<money>|<number>)",
        ),
        (1.5, r"<money>|<percent>"),
        (0.5, r"<sku>"),
        (-5, r"<order_id>|<po_id>|\brefund\w*|\bnote\b"),
        (-2, r"<supplier>|\bstock\b|\bon hand\b"),
    ),
    "find_customer": (
        (2, r"\bwho(?:\'s| is) <customer_id>"),
        (-1.5, r"\borders\b"),
        (3, r"\b(?:who is|who's|who are)\b(?!.*\b(?:suppl|approv|allowed|waiting))"),
        (
            3,
            r"\b(?:customers?|client|account|buyer|shopper|person|contact|profile|somebody|someone|lady|guy)\b.*(?:<customer_id>|\b(?:called|named|details?|record|info\w*|account|name|with)\b)",
        ),
        (
            3,
            r"\b(?:look up|lookup|find|search|pull up|open|show|get|check|fetch|locate|display|bring up)\b.*(?:<customer_id>|\bcustomer\b)",
        ),
        (2, r"\b(?:phone|address|contact details?|telephone|postcode|lives?|tickets?|complain\w*)\b"),
        (2, r"<customer_id>"),
        (
            2.5,
            r"<customer_id>.*\b(?:written|wrote|contact\w*|complain\w*|called|tickets?|messages?)\b|\b(?:tickets?|messages?|complaints?)\b.*<customer_id>",
        ),
        (1.5, r"\bcustomers?\b"),
        (1.5, r"\bdo we know\b|\b(?:is|are)\b.*\bcustomers?\b"),
        (
            -3,
            r"\borders?\b|\bordered\b|\bbought\b|\bbuy\b|\bpurchase[sd]?\b|<order_id>|\brefund\w*|\bparcel\b|<po_id>",
        ),
        (-2, r"<sku>|\bpolicy\b|\bhow (?:many|much|long|do)\b"),
    ),
    "find_orders": (
        (
            4,
            r"^(?!.*<(?:sku|order_id|customer_id|po_id|supplier)>).*\borders?\b.*\b(?:out (?:of )?the door|not (?:yet )?out|to go out|sitting here)\b",
        ),
        (3, r"\bhow often\b.*<customer_id>|<customer_id>.*\bshopped\b"),
        (
            3,
            r"^(?!.*<(?:sku|order_id|customer_id)>).*\bneeds? (?:packing|shipping|sending|dispatching|picking|fulfilling)\b",
        ),
        (3, r"<customer_id>.*\b(?:spent|spend|orders?|ordered)\b|\bordered\b.*<customer_id>"),
        (
            3.5,
            r"^(?!.*(?:<sku>|<order_id>|<customer_id>)).*\b(?:still|left|have|need)\b.*\b(?:ship|send|dispatch|pack|get out|go out|post)\b(?! us)",
        ),
        (2.5, r"\bnew orders?\b|\bsold (?:overnight|<period>)"),
        (
            3.5,
            r"\b(?:orders?|purchases?|shopping|order history|purchase history)\b.*<customer_id>|<customer_id>.*\b(?:orders?|ordered|ordering|bought|buy|buying|purchase[sd]?|order history)\b",
        ),
        (3.5, r"\b(?:order|buy|bought|ordered|purchased?)\b.*<customer_id>"),
        (
            3.5,
            r"\b(?:unfulfilled|unshipped|unsent|unpaid|undelivered|open|new|recent|latest|last|pending|outstanding|today's|cancelled|all|customer|web|paid|partly fulfilled|fulfilled|unprocessed) (?:\w+ )?orders?\b(?! <order_id>)",
        ),
        (
            3.5,
            r"\b(?:which|what|any|list|show|how many) (?:\w+ ){0,3}orders?\b(?! <order_id>)(?!.*\b(?:should|must)\b)",
        ),
        (
            3,
            r"\borders?\b.*\b(?:haven't|hasn't|not|still|waiting|to be|need\w*|yet|must|came in|placed|from <period>|since|<period>)\b",
        ),
        (
            3,
            r"\b(?:what|which|anything)\b.*\b(?:did|has|have|had)\b.*\b(?:he|she|they|customer|buyer)\b.*\b(?:order\w*|buy|bought|purchase[sd]?)\b",
        ),
        (
            2.5,
            r"\b(?:order|purchase|buying|shopping) history\b|\b(?:past|previous|earlier|other|old) (?:orders?|purchases?)\b|\b(?:his|her|their) (?:\w+ )?orders?\b",
        ),
        (2, r"\b(?:ordered|bought)\b.*\b(?:something|anything|stuff|before)\b|\bwho (?:bought|ordered)\b"),
        (
            3.5,
            r"\bwho (?:\w+ )?(?:bought|ordered|purchased)\b|\borders? (?:with|containing|that (?:have|contain)|for) <sku>|\borders? (?:still |left )?to (?:ship|send|pack|fulfil)\b",
        ),
        (1, r"<customer_id>"),
        (
            -4,
            r"<order_id>|<po_id>|<supplier>|\bpurchase orders?\b|\bpos?\b|\bsuppliers?\b|\bmoq\b|\bminimum order\b",
        ),
        (-2, r"\brefund\w*|\bcancel (?!led)|\bapproval\w*|\breorder\w*|<number>"),
    ),
    "get_order": (
        (4, r"^(?:the )?(?:order )?<order_id>(?: please| now| again| then)*[\s.?!]*$"),
        (2.5, r"<order_id>"),
        (
            2,
            r"\b(?:status|details?|contents?|items?|lines?|summary|info\w*|overview|look up|lookup|pull up|bring up|show|display|open|what's in|what is in|what was in|what did|who (?:placed|ordered|bought)|paid|payment|total|worth|value|going on|look at|check|see|about)\b",
        ),
        (1.5, r"\border\b"),
        (
            1,
            r"\b(?:notes?|comments?|tickets?) (?:on|for|of)\b|\b(?:shipped|fulfilled|sent out|gone out|packed|processed)\b",
        ),
        (-2, r"^(?!.*(?:<order_id>|\border\b|\bit\b|\bthat\b)).*$"),
        (
            -2.5,
            r"\b(?:refund\w*|money back|track\w*|parcel|package|where|carrier|courier|deliver\w*|shipping|shipment|dispatch)\b",
        ),
        (-5, r"<po_id>|\bpurchase order\b"),
        (-3, r"\bon order\b|\b(?:write|reply|respond)\b"),
    ),
    "track_shipment": (
        (
            3,
            r"<order_id> (?:already |now )?with the customer\b|\bwith whom\b|\bwhen (?:did|was|does|will)\b.*<order_id>.*\b(?:ship\w*|sent|leave|left|go out)\b",
        ),
        (3, r"\b(?:scan|scans|picked up by)\b|\bdid not get\b|\bhasn\'t (?:come|got|had|received)\b"),
        (3.5, r"\b(?:track\w*|parcel|package|consignment|courier|carrier|tracking number)\b|<tracking_id>"),
        (
            3,
            r"\bwhere(?:'s| is| are|abouts)?\b.*(?:<order_id>|\border\b|\bdelivery\b|\bshipment\b|\bparcel\b|\bit\b|\bgoods\b)",
        ),
        (
            3,
            r"\b(?:shipping|shipment|delivery|dispatch|postal) (?:status|info\w*|details?|date|progress|update)\b|\bshipments?\b",
        ),
        (
            2.5,
            r"\b(?:delivere?d?|in transit|on its way|on the way|out for delivery|arrive[ds]?|dispatched|left the building|get there|got there|reach\w*|show(?:ed)? up|turn(?:ed)? up)\b",
        ),
        (1.5, r"\b(?:late|lost|stuck|delayed|delivery|shipped|eta|when will)\b"),
        (1.5, r"<order_id>"),
        (-4, r"<po_id>|\bpurchase order\b|<supplier>|\brefund\w*|\bpolicy\b"),
        (-2, r"<sku>"),
    ),
    "quote_refund": (
        (3.5, r"\boffer back\b|\b(?:can|could|may|might) (?:i|we) (?:offer|give|pay)\b.*\bback\b"),
        (3, r"\brefund (?:headroom|room|potential|cap|calculation)\b"),
        (2.5, r"\bhow much\b.*<order_id> (?:get|have|receive)\b"),
        (
            3.5,
            r"\b(?:what|how much|most)\b.*\bgive (?:them|him|her|back|the customer)\b|\breceive back\b|\b(?:would|is) <money> on <order_id>.*\bok",
        ),
        (
            4,
            r"\b(?:refundable|refund (?:limit|quote|amount|possible|allowed|eligib\w+|options?|entitlement|due|value|check))\b",
        ),
        (
            4,
            r"\b(?:how (?:much|many)|what|which|maximum|max|most|up to)\b.*\b(?:refund\w*|money back|give back|pay back|get back|back to)\b",
        ),
        (
            3.5,
            r"\b(?:can|could|may|should|would|is|are|do|does|did|will|am|if|whether)\b.*\b(?:refund\w*|money back|give back|pay back|get back|reimburs\w+|compensat\w+)\b",
        ),
        (
            3,
            r"\b(?:eligible|entitled|qualif\w+|allowed)\b.*\b(?:refund|money back|return)\b|\bcould get back\b|\bget back\b|\bowe\w*\b",
        ),
        (2, r"\brefund\w*\b|\bmoney back\b"),
        (1.5, r"<order_id>"),
        (-1, r"<money>"),
        (
            -3,
            r"<po_id>|\bpolicy\b|\bour rules?\b|\bwho (?:may|can|must|has|is|should|needs|decides|signs|gets)\b|\blimits?\b",
        ),
    ),
    "refund_order": (
        (3, r"<order_id> (?:gets?|receives?|should get) <money>"),
        (
            -4,
            r"\brefund (?:headroom|quote|check|amount|limit|options?|possible|allowed|value|status|eligib\w+|room|potential|cap|max|calculation)\b",
        ),
        (2.5, r"\b(?:give|pay|send|let|allow|offer)\b.*<order_id>.*<money>|\bsort\b.*<money> back"),
        (3.5, r"\b(?:refund\w*|reimburs\w+|compensat\w+|pay out)\b"),
        (
            3.5,
            r"\b(?:give|pay|send|return|transfer|put|hand|issue|credit|wire)\b.*\b(?:back|refund|credit)\b|\bmoney back\b",
        ),
        (2, r"<money>"),
        (1.5, r"<order_id>"),
        (-3, r"<po_id>|<supplier>|\bpolicy\b"),
    ),
    "cancel_order": (
        (
            3,
            r"\b(?:cancel\w*|call off|calling off|void|kill|abort|annul|undo|stop|scrap|revoke|don't ship|do not ship|withdraw|drop)\b",
        ),
        (2.5, r"<order_id>"),
        (1, r"\border\b"),
        (-5, r"<po_id>|\bpurchase order\b|\bpo\b|<supplier>"),
        (-2, r"\brefund\w*"),
    ),
    "add_order_note": (
        (-3, r"^(?!.*(?:<order_id>|<words>)).*<sku>"),
        (
            4,
            r"\b(?:add|put|leave|write|make|attach|jot|record|log|append|drop|stick|place|set|enter|save|create|pop|new)\b.*\b(?:notes?|comment|remark|memo|annotation|reminder)\b",
        ),
        (3.5, r"^(?:please )?(?:notes?|comment|remark|memo|annotate)\b"),
        (3, r"\b(?:write|jot|put|note) (?:it |this |that )?down\b|\bnote (?:on|for|to|that)\b"),
        (2.5, r"<words>"),
        (1.5, r"<order_id>"),
        (-3, r"<po_id>|\b(?:show|read|list|see|what|any)\b.*\bnotes\b"),
    ),
    "search_guides": (
        (
            6,
            r"\bhow\b.*\b(?:wash\w*|clean\w*|iron\w*|descale|care for|look(?:ed)? after|tumble[- ]?dry|polish|oil)\b|\b(?:dishwasher|microwave|oven)(?:[- ]safe| proof)?\b",
        ),
        (4, r"^(?:the )?steps (?:for|when|to|if|in)\b"),
        (
            3,
            r"^(?!.*<)(?=.*\b(?:can|may|could|do) (?:someone|somebody|people|anyone|a customer|customers|i|we|they)\b)(?=.*\b(?:receipt|bring\b.*\bback|return|exchange|opened|without)\b)",
        ),
        (
            4,
            r"\bwhat\'?s? (?:is |was )?(?:the|our) (?:\w+ )?(?:line|stance|script|drill|position|approach|way|rule)\b.*\b(?:on|when|if|for|about|with|of)\b",
        ),
        (
            3,
            r"^(?!.*<)(?=.*\b(?:what did we say|remind me)\b)(?=.*\b(?:return\w*|bring\w* back|discounts?|refund\w*|parcels?|complain\w*|opened)\b)",
        ),
        (3, r"^(?!.*<)(?=.*\b(?:allowed|permitted)\b)"),
        (
            3,
            r"^(?!.*<)(?=.*\b(?:may|can|do|does|what|what\'s|when|who|how|is|are|should)\b)(?=.*\b(?:discounts?|returns?|exchanges?|postage|warrant\w+|complain\w*|deadlines?|vouchers?|gift ?wrap\w*|damaged|faulty|wrong deliver\w+)\b)(?!.*\b(?:stock|orders?|waiting)\b)",
        ),
        (4, r"\bwhat (?:do|should|must) (?:we|i) (?:have|need) to do\b"),
        (
            4,
            r"\b(?:polic(?:y|ies)|procedures?|(?:approval|returns?|refund|our|the) process|guides?|guidelines?|handbook|manual|playbook|sops?|house rules?|instructions|wiki|knowledge base|documentation|protocol)\b",
        ),
        (3.5, r"\b(?:our|the|what) rules?\b|\brules (?:on|for|about|of)\b|\brule\b"),
        (
            4,
            r"\bhow (?:do|should|must|would|can|shall) (?:we|i|you|one|staff|a colleague)\b(?!.*\b(?:sell|selling)\b)|\bhow to\b|\bhow are we supposed\b|\bhow does one\b|\bwhat's the (?:right|correct|proper|usual|normal|best) way\b",
        ),
        (
            4,
            r"\bwhat (?:do|should|must|shall|can) (?:we|i) do\b|\bwhat (?:happens|to do|needs to happen|is done|do we do)\b.*\b(?:when|if|with|after|in case|about)\b|\bin case of\b",
        ),
        (
            4,
            r"\bwho (?:may|can|must|has to|is allowed|should|needs to|is responsible|decides|signs|gets to|does)\b(?!.*\b(?:supply|deliver)\b)",
        ),
        (
            3.5,
            r"\bhow (?:many days|long|much time|soon|late)\b.*\b(?:customers?|return\w*|send\b.*\bback|exchange|claim|folks|we keep)\b|\breturns? (?:window|period|deadline|address)\b|\bwarranty\b|\bguarantee\b",
        ),
        (
            3,
            r"\b(?:are|is) (?:we|i|customers?|they|it|somebody|anyone|staff) (?:allowed|permitted|entitled|supposed|expected|ok)\b|\b(?:allowed|permitted) to\b|\bdo we (?:accept|offer|allow|give|match|take back|exchange|ship|charge|deliver|refund)\b|\bcan customers?\b",
        ),
        (
            3,
            r"^(?!.*<)(?=.*(?:\bhow (?:do|should|must|can|to)\b|\bpolic(?:y|ies)\b|\brules?\b|\bguides?\b|\bhandbook\b|\bprocedure\b))",
        ),
        (
            4,
            r"\bwhen (?:do|does|must|should) (?:i|we|you|somebody|one)\b.*\b(?:need|ask|approv\w+|sign)\b|\bdo we (?:\w+ )?(?:match|price[- ]match|gift ?wrap|ship to|accept)\b",
        ),
        (
            2,
            r"\b(?:approval|spending|refund|price|discount|order) limits?\b|\bthresholds?\b|\bprice[- ]match\w*",
        ),
        (1, r"\b(?:returns?|damaged|lost|complaints?|stock ?count|stocktake|count)\b"),
        (-3, r"<order_id>|<sku>|<customer_id>|<po_id>|<action_id>"),
        (-1.5, r"\bhow (?:many|much) (?!days)\b|<number>"),
    ),
    "list_approvals": (
        (
            3,
            r"\b(?:blocked|held up|on hold)\b|\b(?:manager|boss|owner|admin|supervisor)s? (?:\w+ )?(?:has to|have to|must|needs? to|should) (?:look at|decide|see|check|approve|sign|review)\b",
        ),
        (3, r"\bsign off\b|\b(?:nobody|no one) (?:has )?(?:said yes|approved|decided|signed)\b"),
        (3.5, r"\b(?:waiting|wait)\b.*\b(?:yes|no|nod|say-so|approves?|boss|manager)\b"),
        (3, r"\b(?:in|on) my (?:tray|desk|list|queue|inbox)\b|\bto sign\b"),
        (
            4,
            r"\b(?:waiting|pending|open|outstanding|awaiting|queued|need\w*|unapproved|still)\b.*\b(?:approval\w*|approv\w+|sign(?:ed)?[- ]?off|signature|decision|decid\w+|authori[sz]\w+|ok from|sign)\b",
        ),
        (
            4,
            r"\b(?:approvals?|decisions?|sign-?offs?)\b.*\b(?:waiting|pending|open|outstanding|queue|list|inbox|today|show|left|due|there)\b|\bapproval (?:queue|list|inbox)\b",
        ),
        (
            3.5,
            r"\b(?:sign off|to approve|to decide|to authori[sz]e|approve today|needs? (?:a |my |your )?(?:decision|ok|okay|approval|sign-?off|attention))\b",
        ),
        (
            3.5,
            r"\bwaiting (?:on|for) (?:a |the |an |my |our )?(?:manager|boss|someone|somebody|approval|decision|me)\b|^(?:what's |anything |things |stuff |show )?(?:pending|undecided)\b",
        ),
        (3, r"\bapprovals?\b|\binbox\b|\bundecided\b|\bnot (?:been )?decided\b"),
        (2, r"\brequests?\b.*\b(?:undecided|waiting|pending|open)\b"),
        (2.5, r"\b(?:what|anything|something|who|which)\b.*\b(?:waiting|pending)\b|\bawaiting\b"),
        (-2.5, r"<action_id>|<order_id>|<po_id>|<supplier>|\bpolicy\b|\bwho (?:may|can)\b|\blimit\b"),
    ),
    "action_status": (
        (4, r"<action_id>"),
        (
            1,
            r"\b(?:status|happened|approved|rejected|go through|went through|done|executed|state|progress|decided|yet)\b",
        ),
        (
            2.5,
            r"\b(?:my|the|that|last) (?:request|action|submission)\b.*\b(?:status|approved|rejected|through|done|executed|happened|decided)\b|\b(?:was|has|did|is) (?:it|that|this) (?:been )?(?:approved|rejected|executed|go through|gone through|decided|done)\b",
        ),
        (-2, r"<order_id>|<po_id>"),
    ),
}

PATTERNS: Final = {
    tool: tuple((weight, re.compile(pattern)) for weight, pattern in patterns)
    for tool, patterns in _SCORES.items()
}
"""For each tool its weighted, compiled patterns."""

THRESHOLD: Final = 2.4
"""A request that scores lower for every tool means none of them."""


WRITE_THRESHOLD: Final = 3.0
"""A change needs more."""


@lru_cache(maxsize=256)
def _weighed(text: str) -> tuple[tuple[str, float], ...]:
    bare = without_lead(text)
    book = phrasebook()
    spoken, alike = book.likeness(text), book.likeness(bare)
    alike = {tool: max(spoken.get(tool, 0.0), alike.get(tool, 0.0)) for tool in {*spoken, *alike}}
    return tuple(
        (
            tool,
            sum(weight for weight, pattern in patterns if pattern.search(text) or pattern.search(bare))
            + LIKENESS * alike.get(tool, 0.0),
        )
        for tool, patterns in PATTERNS.items()
    )


def scores(text: str) -> dict[str, float]:
    """How much a tagged, repaired text speaks for each tool; its polite opening does not count."""
    return dict(_weighed(text))
