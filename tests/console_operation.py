"""A running operation at the console, made up (模拟), begun as officers would."""

from __future__ import annotations

import re


def begun(visitor) -> str:
    """The address of a running operation of COUNTY and OTHER."""
    analyst, chief = visitor("analyst"), visitor("chief")
    analyst.get("/operations/plan-new")
    analyst.post("/operations/plan-new", title="模拟收网一号", aims="捣毁跑分窝点", basis="模拟刑立字〔2021〕1号", kind="strike",
                 category="ordinary")  # fmt: skip
    address = analyst.address
    assert re.fullmatch(r"/operations/OP-[\w-]+", address)
    analyst.post(f"{address}/body", body="OTHER")
    for step, number in (("approve", "模拟方案1号"), ("begin", "")):
        chief.get(address)
        chief.post(f"{address}/step", step=step, number=number)
    assert "进行中" in chief.words
    return address
