"""大写金额: an amount of 人民币 in capital numerals, as papers that move money write it beside the figures."""

from __future__ import annotations

from typing import Final

from fanzha.core.errors import BadInput
from fanzha.core.money import AMOUNT_MAX

FIGURES: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("仟", "佰", "拾", "")
_WAN: Final = 10**4
_YI: Final = 10**8


def capital_yuan(amount_minor: int) -> str:
    """人民币贰万柒仟元整, of an amount in 分: zeros inside are said once, 整 ends what ends at 元 or 角 (支付结算办法 附一).

    Raises BadInput below zero and beyond what an amount can be.
    """
    if not 0 <= amount_minor <= AMOUNT_MAX:
        raise BadInput(f"{amount_minor} minor units have no capital numerals: write an amount from 0 to {AMOUNT_MAX}")
    yuan, fen_all = divmod(amount_minor, 100)
    jiao, fen = divmod(fen_all, 10)
    whole = f"{_numeral(yuan)}元" if yuan or not fen_all else ""
    if not fen_all:
        return f"人民币{whole}整"
    tenths = f"{FIGURES[jiao]}角" if jiao else "零" if whole else ""
    return f"人民币{whole}{tenths}{FIGURES[fen]}分" if fen else f"人民币{whole}{tenths}整"


def _numeral(number: int) -> str:
    for unit, sign in ((_YI, "亿"), (_WAN, "万")):
        if number >= unit:
            above, below = divmod(number, unit)
            gap = "零" if 0 < below < unit // 10 else ""
            return f"{_numeral(above)}{sign}{gap}{_numeral(below) if below else ''}"
    return _four_places(number)


def _four_places(number: int) -> str:
    if not number:
        return FIGURES[0]
    said, owed = "", False  # owed: a zero was passed over that the next figure has to say
    for figure, place in zip(f"{number:04d}", _PLACES, strict=True):
        if figure == "0":
            owed = bool(said)
            continue
        said += ("零" if owed else "") + FIGURES[int(figure)] + place
        owed = False
    return said
