"""What became of everything that a source has sent: the numbers of the migration's report."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models

from chassis.mirrors.tables import Tables

EXAMPLES = 5


@dataclass(frozen=True, kw_only=True)
class KindSummary:
    """What became of the things of a kind. `things` have rows; those neither left out, waiting nor failed are carried.

    `failed` are (id, reason); `findings` the number of findings by code, `examples` a few of each as (id, detail).
    """

    kind: str
    things: int
    carried: int
    left_out: int
    waiting: int
    failed: tuple[tuple[str, str], ...]
    findings: Mapping[str, int]
    examples: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a domain made of a source: rows kept by table, and its things by kind."""

    domain: str
    rows: Mapping[str, int]
    kinds: tuple[KindSummary, ...]

    @property
    def waiting(self) -> int:
        """Things that will be made anew by a job."""
        return sum(kind.waiting for kind in self.kinds)


class Summing(Tables):
    """Counts what is kept, carried, left out, waiting and failed."""

    def summary(self, source: str) -> Summary:
        """What became of everything that this source has sent to this domain."""
        rows = self.rows._default_manager.using(self.alias).filter(source=source, after__isnull=False)
        things = dict(rows.values("kind").annotate(n=models.Count("owner", distinct=True)).values_list("kind", "n"))
        tables = rows.values("table").annotate(n=models.Count("key")).values_list("table", "n")
        return Summary(
            domain=self.label,
            rows=dict(sorted(tables)),
            kinds=tuple(self._summary_of(source, kind, things.get(kind, 0)) for kind in self.kinds),
        )

    def _summary_of(self, source: str, kind: str, things: int) -> KindSummary:
        touched = self.touched._default_manager.using(self.alias).filter(source=source, kind=kind)
        findings = self.findings._default_manager.using(self.alias).filter(source=source, kind=kind)
        open_ = set(touched.values_list("owner", flat=True))
        left_out = set(findings.filter(whole=True).values_list("owner", flat=True)) - open_
        # A thing that waits may have no rows any more: then it is about to go.
        known = self.rows._default_manager.using(self.alias).filter(source=source, kind=kind, after__isnull=False)
        open_ = set(known.filter(owner__in=open_).values_list("owner", flat=True).distinct())
        counts: Counter[str] = Counter()
        examples: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for owner, code, detail in findings.order_by("code", "owner", "id").values_list("owner", "code", "detail"):
            counts[code] += 1
            if len(examples[code]) < EXAMPLES:
                examples[code].append((owner, detail))
        return KindSummary(
            kind=kind, things=things, carried=things - len(left_out) - len(open_), left_out=len(left_out),
            waiting=touched.filter(error="").count(),
            failed=tuple(touched.exclude(error="").order_by("owner").values_list("owner", "error")),
            findings=dict(counts), examples={code: tuple(several) for code, several in examples.items()},
        )  # fmt: skip
