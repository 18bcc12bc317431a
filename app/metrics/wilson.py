"""How sure a share is: Wilson's interval at 95 %, in exact decimals.

A share of few says more than it knows, so below ten there is none.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

FEW = 10
_Z = Decimal("1.959963984540054235524594430520551527955550")
_DIGITS = 50


@dataclass(frozen=True)
class Share:
    """`n` of `of`, with its interval; all between 0 and 1."""

    share: Decimal
    low: Decimal
    high: Decimal

    @property
    def percent(self) -> int:
        """In whole percent, halves up."""
        return percent(self.share)

    @property
    def between(self) -> tuple[int, int]:
        """The interval in whole percent."""
        return percent(self.low), percent(self.high)


def share_of(n: int, of: int) -> Share | None:
    """None below ten. Refuses (ValueError) what is no part of a whole."""
    if not 0 <= n <= of:
        raise ValueError(f"{n} of {of}")
    if of < FEW:
        return None
    with localcontext() as context:
        context.prec = _DIGITS
        p, z2 = Decimal(n) / of, _Z * _Z
        middle = p + z2 / (2 * of)
        half = _Z * (p * (1 - p) / of + z2 / (4 * of * of)).sqrt()
        whole = 1 + z2 / of
        low, high = (middle - half) / whole, (middle + half) / whole
    # At the ends the formula meets 0 and 1 exactly; its last digit need not.
    return Share(p, low if n else Decimal(0), high if n < of else Decimal(1))


def percent(share: Decimal) -> int:
    """In whole percent, halves up."""
    return int((share * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
