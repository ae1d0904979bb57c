"""Amounts: decimal strings outside, whole minor units inside, so that no sum in the books is ever rounded."""

import re
from decimal import Decimal

# ISO 4217, active codes; the number of decimals is 2 unless said below (ISO 4217 "minor unit").
_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL
HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD
MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG
QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD
TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
EXPONENTS: dict[str, int] = dict.fromkeys(_CODES.split(), 2)
EXPONENTS |= dict.fromkeys(_WITHOUT.split(), 0)
EXPONENTS |= dict.fromkeys(_WITH_THREE.split(), 3)

_FORM = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


class BadAmount(Exception):
    """The text is no amount of the currency; ``code`` and the message say why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def parse(text: object, *, currency: str) -> int:
    """Minor units of a positive decimal string such as "12.50"; raises BadAmount.

    A JSON number is refused: it has been a binary fraction in somebody's hands.
    """
    if not isinstance(text, str):
        raise BadAmount("amount_not_text", 'An amount is a decimal string such as "12.50".')
    if not _FORM.fullmatch(text):
        raise BadAmount("amount_malformed", "An amount has 1 to 12 digits, and a point with decimals if need be.")
    minor = Decimal(text).scaleb(EXPONENTS[currency])
    if minor != int(minor):
        raise BadAmount("amount_precision", f"{currency} has {EXPONENTS[currency]} decimals.")
    if minor <= 0:
        raise BadAmount("amount_not_positive", "An amount is more than nothing.")
    return int(minor)


def render(minor: int, *, currency: str) -> str:
    """The decimal string of minor units, with as many decimals as the currency has."""
    return str(Decimal(minor).scaleb(-EXPONENTS[currency]))
