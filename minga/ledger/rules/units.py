"""Units that every community may count in: time in minutes, and the currencies of ISO 4217 with their exponents.

An exponent is written into the unit's row when it is first used and never looked up again, so that a change of the
list changes no old amount.
"""

import re

from minga.ledger.rules.kinds import UnitKind

TIME = "TIME"
CODE = re.compile(r"[A-Z0-9]{2,12}")
EXPONENT_MAX = 6

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_TWO = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP"
    " CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR"
    " JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN"
    " NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP"
    " SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW"
)
_EXPONENTS = {
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_THREE.split(), 3),
}


def known(code: str) -> UnitKind | None:
    """What a code of everybody's counts; None for a community's own.

    >>> known("TIME"), known("EUR"), known("BEANS")
    (<UnitKind.TIME: 'time'>, <UnitKind.MONEY: 'money'>, None)
    """
    if code == TIME:
        return UnitKind.TIME
    return UnitKind.MONEY if code in _EXPONENTS else None


def exponent_of(code: str) -> int:
    """How many decimal places the smallest part of a unit of everybody's has.

    >>> exponent_of("EUR"), exponent_of("JPY"), exponent_of("KWD"), exponent_of("TIME")
    (2, 0, 3, 0)
    """
    return _EXPONENTS.get(code, 0)


def is_code(text: str) -> bool:
    """Whether the text can name a unit.

    >>> is_code("BEANS"), is_code("beans"), is_code("B"), is_code("EUR\\n")
    (True, False, False, False)
    """
    return CODE.fullmatch(text) is not None
