"""What the actions of the permission table, and what runs between bodies, are called when a person is told that he may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fanzha.access.model import Action, AlarmAction, RouteKind

ACTION_WORDS: Final[Mapping[Action, str]] = {
    Action.SEE: "see records",
    Action.REVEAL: "lift the mask (去除掩码) from persons' data",
    Action.SEARCH: "search the records",
    Action.EXPORT: "export lists (导出)",
    Action.EXPORT_APPROVE: "approve an export (导出) of many persons",
    Action.REPORT_RECEIVE: "take in a report (接报)",
    Action.CLUE_ASSIGN: "assign a clue (分派)",
    Action.CLUE_WORK: "work on a clue (研判, 核实)",
    Action.CASE_OPEN: "open a case (受案)",
    Action.CASE_WORK: "work on a case (办案)",
    Action.CASE_DECIDE: "decide the course of a case (立案, 不予立案, 撤案, 移送)",
    Action.CASE_HAND_OVER: "hand a case over (移交)",
    Action.CASE_LINK: "link cases in a series (串并案)",
    Action.TASK_WORK: "work on a task",
    Action.TRACE: "trace the money (资金穿透) of a case",
    Action.MEASURE_PROPOSE: "draft or propose a measure (呈请)",
    Action.MEASURE_APPROVE: "decide about a measure (审批)",
    Action.MEASURE_LIFT: "lift a measure (解除)",
    Action.RECEIPT_ENTER: "enter an institution's receipt (回执)",
    Action.RETURN_PROPOSE: "plan or propose a return (呈请返还)",
    Action.RETURN_APPROVE: "decide about a return (返还决定)",
    Action.APPEAL_DECIDE: "answer an appeal (申诉)",
    Action.ORDER_SEND: "give an order to a body below (交办)",
    Action.ERRAND_SEND: "ask another body for help (协作请求), or give it notice",
    Action.ERRAND_ANSWER: "sign for what another body asks (签收), or answer it (反馈)",
    Action.ORDER_SENT: "note that an order left (文书送达)",
    Action.INDICATOR_PROPOSE: "propose a number for the public page (公示)",
    Action.INDICATOR_DECIDE: "decide what the public page shows (公示审批)",
    Action.INDICATOR_WITHDRAW: "take a number off the public page",
    Action.OPERATION_PLAN: "plan and staff a special operation (专项行动)",
    Action.OPERATION_DECIDE: "approve, begin and end a special operation (行动审批)",
    Action.OPERATION_ENTER: "enter what a special operation achieved (战果录入)",
    Action.BULLETIN_DRAFT: "write a bulletin (通报起草)",
    Action.BULLETIN_ISSUE: "issue or withdraw a bulletin (通报签发)",
    Action.AUDIT_READ: "read the audit (审计)",
    Action.PEOPLE_KEEP: "keep bodies and people (机构与人员)",
    Action.RULES_KEEP: "keep the rules",
    Action.TOKEN_KEEP: "keep programs' tokens",
    Action.LINK_KEEP: "keep how partners (对接单位) are reached",
    Action.CLOCK_STRIKE: "let the clocks (期限) strike",
}
ALARM_WORDS: Final[Mapping[AlarmAction, str]] = {
    AlarmAction.LOG: "it is noted",
    AlarmAction.NOTIFY: "somebody else is told (预警)",
    AlarmAction.SECOND_PERSON: "a second person approved it",
}
ROUTE_WORDS: Final[Mapping[RouteKind, str]] = {
    RouteKind.ORDER: "an order (指令)",
    RouteKind.SIGN_OFF: "a sign-off (签收)",
    RouteKind.FEEDBACK: "feedback (反馈)",
    RouteKind.CASE: "a case (案件)",
    RouteKind.HELP_REQUEST: "a request for help (协作请求)",
    RouteKind.NOTICE: "a notice (通报)",
}
