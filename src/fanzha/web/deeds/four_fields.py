"""What is wrong with the four fields as an officer read them in a document: all of it at once, each at its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fanzha.casework import Clue
from fanzha.core.identifiers import plain_identifier
from fanzha.services.desk.mask import Mask
from fanzha.web.show import money
from fanzha.web.words import N_, InBoth

FIRST_HOP: Final = 1


def faults_in(given: Mapping[str, Any], clue: Clue, mask: Mask, latest_us: int) -> dict[str, str]:
    """By field; what could not be read is not in `given`. latest_us: up to when a payment may have been made."""
    faults: dict[str, str] = {}
    if given.get("amount") is not None and given["amount"] <= 0:
        faults["amount"] = N_("金额须大于零")
    if given.get("at") is not None and given["at"] > latest_us:
        faults["at"] = N_("交易时间不能晚于现在：请照材料再看一遍")
    if not any(given.get(name) for name in ("upload", "reference", "file")):
        faults["reference"] = N_("没有材料不能成为事实：请选择附件、上传文件，或写材料编号")
    if not given.get("checked"):
        faults["checked"] = N_("四项都在材料上看到了才能勾选；少一项不能成为事实")
    differing = _differing(given, clue, mask)
    if differing and not given.get("reason"):
        told = N_("先照材料再看一遍：写错了就改上面；材料确实这样写，才在这里写明理由")
        faults |= {"reason": told, **differing}
    return faults


def _differing(given: Mapping[str, Any], clue: Clue, mask: Mask) -> dict[str, str]:
    """What the document has otherwise than the reporter said: it is not passed over in silence, nor taken for a slip."""
    claims, found = clue.claims, dict[str, str]()
    holders = {claim.holder_name for claim in claims} - {""}
    if holders and given.get("holder") and given["holder"] not in holders:
        said = "、".join(mask.name(one) for one in sorted(holders))
        found["holder"] = InBoth(f"与报案所述不同：报案人说 {said}", f"otherwise than reported: {said}")
    amounts = {claim.amount_minor: money(claim.amount_minor, claim.currency) for claim in claims}
    amounts.pop(None, None)
    if amounts and given.get("amount") and given["amount"] not in amounts:
        said = "、".join(amounts.values())
        found.setdefault("amount", InBoth(f"与报案所述不同：报案人说 {said}", f"otherwise than reported: {said}"))
    if given.get("account") and (given.get("hop") or FIRST_HOP) == FIRST_HOP and _is_number(clue):
        typed, told = given["account"], plain_identifier(clue.subject)
        if typed != told:
            found["account"] = _other_number(typed, told, mask)
    return found


def _is_number(clue: Clue) -> bool:
    """Where no claim knows an account, a clue is called by the name of its holder."""
    return bool(clue.subject) and (any(claim.account for claim in clue.claims) or not clue.claims)


def _other_number(typed: str, told: str, mask: Mask) -> str:
    """Where two numbers part; which signs they are is shown to whoever was shown the number."""
    if len(typed) != len(told):
        return InBoth(
            f"与报案所述不同：这里 {len(typed)} 位，报案人说的 {len(told)} 位",
            f"otherwise than reported: {len(typed)} digits here, {len(told)} reported",
        )
    places = [at for at, (one, other) in enumerate(zip(typed, told, strict=True), 1) if one != other]
    if not mask.lifted:
        return InBoth(
            f"与报案所述有 {len(places)} 位不同；按 Alt+V 显示完整信息可逐位对照",
            f"{len(places)} digits are otherwise than reported; Alt+V shows the whole number beside it",
        )
    named = "、".join(str(at) for at in places)
    return InBoth(f"与报案所述不同：第 {named} 位", f"otherwise than reported: digit {named.replace('、', ', ')}")
