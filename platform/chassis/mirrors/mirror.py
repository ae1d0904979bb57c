"""A domain's mirror: the parts together."""

from dataclasses import dataclass

from chassis.mirrors.keeping import Keeping
from chassis.mirrors.making import Making
from chassis.mirrors.reading import Reading
from chassis.mirrors.summary import Summing


@dataclass(frozen=True, kw_only=True)
class Mirror(Keeping, Making, Reading, Summing):
    """A domain's mirror: its three tables, which source tables it keeps, and the job that makes things anew.

    `job` is the name of the domain's job, see `job_kind`. Of `personal` rows no failure repeats a value. A kind is made
    after those that `tables` mentions first.
    """
