"""Metrics of routing."""

from prometheus_client import Counter

ANSWERED = Counter(
    "sixfold_legacy_answers",
    "Reads in the old shop's dialect by area, by who answered (ours, legacy) and why.",
    ("area", "by", "why"),
)
COMPARED = Counter(
    "sixfold_legacy_compared", "Answers compared in the shadow by area and outcome.", ("area", "outcome")
)
REFUSED = Counter("sixfold_legacy_refused_writes", "Writes refused because the old shop owns them.", ("domain",))
