"""The scales we know by their LOINC codes: which questions they add up, and what a total is called.

A 17-item checklist (70221-7) is not the PCL-5 and is not known here.
"""

from dataclasses import dataclass
from decimal import Decimal

SELF_HARM = "44260-8"  # item 9 of the PHQ-9: acted on wherever it stands
NEVER_SCORED = frozenset({"69722-7"})  # item 10 of the PHQ-9: how difficult


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of totals, from `least` on, and what it is called."""

    least: int
    words: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A validated scale. PCL-5's questions have no codes here, so they are known by their panel."""

    slug: str
    title: str
    panel: str
    totals: tuple[str, ...]
    items: tuple[str, ...]  # LOINC codes of the questions that are added up
    count: int
    bands: tuple[Band, ...]


PHQ_9 = Scale(
    "phq-9",
    "PHQ-9",
    "44249-1",
    ("44261-6",),
    (
        "44250-9",
        "44255-8",
        "44259-0",
        "44254-1",
        "44251-7",
        "44258-2",
        "44252-5",
        "44253-3",
        SELF_HARM,
    ),
    9,
    (
        Band(0, "none or minimal"),
        Band(5, "mild"),
        Band(10, "moderate"),
        Band(15, "moderately severe"),
        Band(20, "severe"),
    ),
)
PHQ_2 = Scale(
    "phq-2",
    "PHQ-2",
    "55757-9",
    ("55758-7", "58120-7"),
    PHQ_9.items[:2],
    2,
    (Band(0, "below 3"), Band(3, "3 or above: ask the whole PHQ-9")),
)
GAD_7 = Scale(
    "gad-7",
    "GAD-7",
    "69737-5",
    ("70274-6",),
    ("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"),
    7,
    (Band(0, "minimal"), Band(5, "mild"), Band(10, "moderate"), Band(15, "severe")),
)
PCL_5_CUT_POINT = 33
PCL_5 = Scale("pcl-5", "PCL-5", "101697-1", ("101698-9",), (), 20, ())

SCALES = (PHQ_9, PHQ_2, GAD_7, PCL_5)
BY_SLUG = {scale.slug: scale for scale in SCALES}
BY_TOTAL = {code: scale for scale in SCALES for code in scale.totals}

# What LOINC's list LL358-3 weighs, for forms that do not say it: PHQ and GAD.
LOINC_WEIGHTS = {
    "LA6568-5": Decimal(0),
    "LA6569-3": Decimal(1),
    "LA6570-1": Decimal(2),
    "LA6571-9": Decimal(3),
}
