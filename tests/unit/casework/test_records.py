"""Every record survives being written and read: nested tuples of plain values, nothing that a store cannot keep."""

from __future__ import annotations

import msgspec

from fanzha.casework import (
    Attachment,
    ClueKind,
    Contact,
    Loss,
    checks_by,
    comment_on,
    create_task,
    join_series,
    merge_cases,
    merge_clues,
    offer_hand_over,
    pause_clue,
    start_series,
    verify_clue,
)


def test_records_and_events_are_read_as_they_were_written(desk):
    now = (desk.officer, desk.at(9), desk.ids)
    file = Attachment("F1", "流水.xlsx", "a" * 64, 9, "application/octet-stream", "P1", desk.at(1))
    report, told = desk.report(
        losses=(Loss("模拟·孙三", 5_000_000),),
        attachments=(file,),
        contacts=(Contact(ClueKind.LINE, "19900000099", "引流"),),
    )
    clue, events = desk.assessed()
    paused, _ = pause_clue(clue, "system_outage", desk.rules.clock, *now)
    verified, fact, _ = verify_clue(clue, desk.fields(), checks_by(desk.officer, desk.slip(), 0), desk.rules.fact, *now)
    younger, _ = desk.clue(5)
    *_, merge, _ = merge_clues(clue, younger, "同一收款账户", *now)
    case, _, _ = desk.case()
    other, reports, _ = desk.case(5)
    case, _ = comment_on(case, "已联系模拟银行", *now)
    task, _ = create_task(case, "调取流水", "P1", *now)
    series, case, _ = join_series(start_series("同一账户", desk.officer, desk.ids), case, "账户相同", ("F",), *now)
    moved = merge_cases(case, other, reports, [task], "同一团伙作案", *now)
    offer, _ = offer_hand_over(
        case, "QJ", desk.rules.hand_over, desk.head, *now[1:], document_number="1号", reason="主要犯罪地在曲靖"
    )
    for record in (
        report, paused, verified, fact, merge, case, task, series, moved.move, offer, told[0], *events,
    ):  # fmt: skip
        assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record
