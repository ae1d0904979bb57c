"""The carriers that there are, by the code that parcels keep."""

from logistics.carriers.errors import UnknownCarrier
from logistics.carriers.interface import Carrier
from logistics.carriers.manual import Manual
from logistics.carriers.over_http import OverHttp

CARRIERS: dict[str, Carrier] = {"parcel-service": OverHttp(), "manual": Manual()}


def carrier_of(code: str) -> Carrier:
    """The carrier of a code; one that is a name only, as staff type it, is by hand."""
    return CARRIERS.get(code, CARRIERS["manual"])


def demand(code: str) -> Carrier:
    """The carrier of a code; raises UnknownCarrier."""
    if code not in CARRIERS:
        raise UnknownCarrier(field="/carrier")
    return CARRIERS[code]
