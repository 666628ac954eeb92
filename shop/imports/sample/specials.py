"""What is special about single SKUs: launches, ends, classes, terms. Everything else follows its family."""

from __future__ import annotations

from typing import Final

LAUNCHED_DAYS_AGO: Final = {
    "MUG-GRN-450": 10,
    "GAM-TID": 21,
    "COF-ESP": 28,
    "CND-AMB": 36,
    "BTL-750-SND": 44,
    "PUZ-SEA-500": 52,
    "CAL-2027": 80,
    "CAL-DSK-2027": 80,
    "DVC-KNG-SAG": 120,
    "LMP-BRS": 170,
    "BTO-EUC": 210,
    "BSL-EUC": 210,
    "TED-PUF": 260,
    "RUC-20-OLV": 300,
    "COF-DCF": 330,
    "THR-MUS": 400,
    "NBK-A6-SND": 430,
}
"""Products younger than the history; the first four have less than six weeks of sales."""

END_OF_LIFE: Final = frozenset({"CAF-3", "KIT-PKT", "QLT-IND", "BRU-NAL", "FPN-GRN", "WAL-BLK"})
ARCHIVED: Final = frozenset({"SKP-BLU", "DIM-WHT", "CRA-TER"})
DRAFT: Final = frozenset({"GAM-MOR", "PEN-GLS", "HMK-DBL", "TED-OWL"})
FINAL_SALE: Final = frozenset({"PLR-15-RST", "STL-20M", "RUC-35-NVY", "SHD-PLT-30", "INK-RST", "BAU-STR"})
HAZARDOUS_FAMILIES: Final = frozenset({"LTF", "GAS"})
HYGIENE_FAMILIES: Final = frozenset({"SOP", "HWS", "BTO", "BSL", "BRU", "SPG", "LIP"})

SHELF_LIFE_DAYS: Final = {
    "TEA": 540,
    "MAT": 150,
    "COF": 240,
    "COG": 180,
    "HCH": 365,
    "SHB": 120,
    "HNY": 730,
    "FUD": 120,
    "MAR": 540,
    "LIP": 720,
}

MAP_PERCENT: Final = {"TNT": 90, "STV": 90, "RUC": 88, "FPN": 92, "DUT": 90, "SKL": 90, "LMF": 85, "KNF": 88}
"""Families whose maker sets a minimum advertised price, as per cent of the list price."""

MOQ: Final = {"MAT-30": 144, "PEP-30": 48, "DSK-WAL": 12, "NAT-OLV": 10}
"""Minimum order quantities far above what a week sells; the makers raised them lately."""

FORMER_MOQ: Final = {"MAT-30": 12, "PEP-30": 6, "DSK-WAL": 2, "NAT-OLV": 2}
"""What they were while the history was made."""

WITHOUT_SUPPLIER: Final = frozenset({"HLD-STN", "PBL-XL", "LNT-ZNC"})
"""Sold from stock; nobody offers them any more, so they cannot be reordered."""

BULK_BUYERS: Final = frozenset({"TLT-PLN", "JAR-500", "CRD-BLK", "NBK-A5-NVY", "SOP-SEA", "MUG-SND-350"})
"""Hotels and cafes buy these by the box now and then: lumpy demand."""

VIRAL: Final = "SUN-01"
VIRAL_SINCE_DAYS_AGO: Final = 9
DYING: Final = "FID-SPN"

PRICE_CHANGED_DAYS_AGO: Final = {
    "COF-HSE": (95, 94),
    "COF-HSE-1K": (95, 94),
    "COG-HSE": (95, 94),
    "MUG-BLU-350": (200, 90),
    "MUG-SND-350": (200, 90),
    "CND-FIG": (150, 89),
    "CND-SEA": (150, 89),
    "BTL-500-BLU": (60, 92),
    "NBK-A5-NVY": (240, 88),
    "SOP-LAV": (130, 91),
    "THR-GRY": (75, 108),
    "THR-TRT": (75, 108),
    "LMP-CER-BLU": (45, 110),
    "BLB-E27-4W": (310, 85),
    "TEA-ERL": (180, 94),
    "TEA-BRK": (180, 94),
    "SKL-26": (110, 92),
    "POT-18": (250, 111),
    "TRW-ASH": (220, 93),
    "PUZ-HRB-1000": (170, 93),
}
"""SKU -> (days ago, old price as per cent of today's): demand before it reacts to the old price."""
