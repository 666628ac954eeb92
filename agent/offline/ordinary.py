"""Words of everyday and of the trade that are never a name, and words that tell shades of one product.

They keep a title or a customer from being found in common speech, and correct words from being "repaired".
"""

from typing import Final

ORDINARY: Final = frozenset(
    """
    a about above absolutely account accounts actual actually add added adding address addresses adjust
    adjusted adjustment advice advise after afternoon again against ago agree ahead alert all allowed almost
    alone already alright also although always am amount amounts an and annotate another answer any anybody
    anymore anyone anything anyway approval approvals approve approved approver are aren't around arrival
    arrive arrived arrives arriving as ask asked asking asks assume at authorise available avail availability
    average away awaiting back backorder bad balance bar be because become been before begin behind being
    believe below best better between bill bin blocked book booked booking both bottom bought boss box boxes
    bring broke broken bump business but buy buyer buyers buying by call called calling came can can't cancel
    cancelled cancelling cannot capital card cards carrier carriers case cases cash catalogue chance change
    changed changes changing charge charged charges charging cheap cheaper cheapest check checked checking
    claim clean clear client clients close closed colleague come comes coming comment company competitor
    complain complains complete completed concerning confirm consider contact correct correction cost costs
    could couldn't count counted counting couple courier cover credit critical current currently customer
    customers cut cuts cycle daily damage damaged data date dates day days dead deal decide decided decision
    decline decrease delay delayed delete deliver delivered deliveries delivery demand department detail
    details did didn't different discount discounts dispatch dispatched display do does doesn't doing don't
    done dont double down dozen draft drop dropped due duplicate duplicated during each earlier early else
    email emails empty end enough entire error eta even ever every everybody everyone everything exact exactly
    except excess exchange expect expected expecting expensive expire expired explain extra fair far fast
    faulty few figure figures fill final find fine finished first fix follow following for forecast forget
    found free friday from fulfil fulfilled full further future gave general get gets getting give given
    giving go goes going gone good goods goodwill got great group guess guide guidelines guides guy had half
    hand handbook handle happen happened happening happens hardly has hasn't have haven't having he headroom
    hello help her here hers hey hi high higher highest him his history hit hold holding hold-up home hour
    hours how however huge i i'd i'll i'm i've idea if ignore immediately important in inbound incoming
    incorrect increase info inform information inside instead instruct internal inventory invoice is isn't
    issue it item items its itself january february march april june july august september october november
    december job just keep keeps kept kill kind kindly know known lack large last late lately later latest
    lead least leave leaves left less let let's level levels like likely limit limits line lines list listed
    little live log long look looking looks lose losing loss lost lot lots low lower lowest mail maintain make
    makes making manager manual many map margin mark markdown market match may maybe me mean means meant
    measure medium meeting mention message middle might mind mine minimum minus minute miss missing mistake
    moment monday money month monthly months moq more morning most move moved movement movements movers moves
    moving much must my myself name named near nearly need needed needs negative neighbour never new next nice
    no nobody none normal normally not note noted notes nothing notice now number numbers odd of off offer
    offers office often oh ok okay old on once one ones online only open operation operations option or order
    ordered ordering orders other others otherwise ought our ours out outbound outside outstanding over
    overdue overstock overstocked overview own pack package packages packs paid parcel parcels part partial
    partly party past pay payment payments pcs pence pending people per percent perhaps permission person
    phone pick picked picking piece pieces place placed plan please pls plus point points policies policy
    position possible postage pound pounds predict present price priced prices pricing print prior priority
    probably problem procedure process product products profit projection promise promotion proper propose
    provide pull purchase purchased purchases put qty quantities quantity quarter queue quick quickly quid
    quite quote raise ran range rate rather reach ready real really reason reasonable receipt receive received
    receiving recent recently recommend recommendation record recount reduce reference refund refundable
    refunded refunding refunds refuse reject related release remain remaining remains remember remind remove
    reorder reordering repeat replace replacement replenish replenishment report reprice request requested
    requests required resend reserve reserved respond rest restock retail return returned returns reverse
    review reviews right risk roughly rule rules run running runs safety said sale sales same saturday save
    saw say saying says scan scrap scratched search second see seem seen sell seller sellers selling sells
    send sending sends sent serious set setting several she shelf shelves shift ship shipment shipments
    shipped shipping shop short shortage should shouldn't show showing shown shows shut sign since single
    sitting situation size slow slowly small so sold some somebody someone something soon sorry sort sound
    source speed split spoke spoilt staff stand start started state status stay step still stock stocked
    stick sling peg ferry stocking stockout stockouts stolen stop stopped store stores straight stuck stuff such sudden suggest
    suggestion sunday supplier suppliers supplies supply support suppose supposed sure surplus system take
    taken takes taking tell terms than thank thanks that that's the their theirs them then there these they
    thing things think third this those though through throw thursday tidy till time times to today together
    told tomorrow tonight too took top total totally touch track tracking trail transfer transferred transit
    trouble truck true try trying tuesday turn two type under understand undo unfulfilled unit units unless
    unpaid unsold until up update updated upset urgent us use used user using usual usually value van vat
    vendor very via view void wait waiting want wanted wants warehouse warehouses was wasn't way we we'd we'll
    we're we've wednesday week weekend weekly weeks well went were weren't what what's whatever when where
    where's whether which while who who's whole wholesale whom whose why will wish with withdraw within
    without won't wonder work working works worry worth would wouldn't write writing wrong wrote yeah year
    years yes yesterday yet you you'd you'll you're you've your yours yourself zero alternative abroad
    approximately asap afaik fyi btw eg ie etc hmm lol ha wow ah um er ta cheers bye goodbye evening mate guys
    into onto upon across along behind beyond within toward towards apart besides via per among however whatever
    spend spent spending money deep dry rack racks lorry lorries truck trucks tray packet packets parcel article
    articles embarrassed embarrassing hunch reckon daft friendlier nicer overkill chunk chunks deals dealing drown
    drowning offender offenders training messing shortly abort aborting suggests suggested approves lovely sunshine star dear darling bless punter punters chase chasing scan scans swear
    swears script drill stance crate crates pallet pallets tote forklift racking bay bays aisle slot slots gap gaps
    soonest earliest nearest figured thinking guessing hoping hope rather somewhere nowhere somehow sometime whether
    underselling overselling underpriced overpriced undercharging cheapish hurry hurried bothered bother fuss touched
    rang ring rings ringing phoned shout heads upset cross angry happy unhappy glad sad keen busy quiet weird strange
    funny silly stupid mad crazy sense makes logical wise smart clever best-selling bestseller bestsellers popular
    january's window windows christmas easter summer winter autumn spring halloween valentine holiday holidays season seasonal
    storno chef article proposal amount percentage fiver tenner grand quid pence penny cent cents
    folks team kindest regards hiya welcome story poem song joke essay weather mood tone letter
    """.split()
)
"""Common words, singular and plural where both are common."""

SHADES: Final = frozenset(
    """
    black white red blue green yellow orange purple pink grey gray brown silver gold cream beige navy natural
    dark light pale bright large small medium big tiny mini short long tall wide thin thick round square oval
    flat deep set pair pack box bag piece inch cm mm ml litre liter kg gram metre meter style design new old
    """.split()
)
"""What tells two variants of one product apart, but names no product by itself."""
