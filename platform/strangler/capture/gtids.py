"""GTID positions of MariaDB (the last of each replication domain) and MySQL (a set)."""

from pymysqlreplication.gtid import GtidSet


def is_mariadb(gtid: str) -> bool:
    """0-1-100,1-1-5 and not 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5."""
    return ":" not in gtid


def reached(position: str, gtid: str) -> str:
    """The position after a transaction: MariaDB's keeps the last GTID of every domain."""
    if is_mariadb(gtid):
        return ",".join(value for _, value in sorted((_last(position) | _last(gtid)).items()))
    known = GtidSet(position or [])
    return str(known + GtidSet(gtid))


def behind(position: str, other: str) -> bool:
    """Whether a server that is at `other` has all that `position` has."""
    if not other:
        return False
    if is_mariadb(position):
        there = _last(other)
        return all(domain in there and _number(gtid) <= _number(there[domain])
                   for domain, gtid in _last(position).items())  # fmt: skip
    there_set = GtidSet(other)  # a set in a set is to the library one whose members are equal
    return all(gtid in there_set for gtid in GtidSet(position).gtids)


def _last(position: str) -> dict[int, str]:
    gtids = [gtid.strip() for gtid in position.split(",") if gtid.strip()]
    return {int(gtid.partition("-")[0]): gtid for gtid in gtids}


def _number(gtid: str) -> int:
    return int(gtid.rpartition("-")[2])
