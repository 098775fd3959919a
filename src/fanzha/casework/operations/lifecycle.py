"""What may follow what in an operation, in a suspect's procedure and in the custody of a seized thing: total tables."""

from __future__ import annotations

from typing import Final

from fanzha.casework.lifecycle import Table, total
from fanzha.casework.operations.model import CampaignStatus, CampaignStep, OperationStatus, OperationStep
from fanzha.casework.operations.results import CustodyStatus, CustodyStep, SuspectStatus, SuspectStep

CAMPAIGN_TABLE: Final[Table[CampaignStatus, CampaignStep]] = total(
    CampaignStatus,
    CampaignStep,
    {
        CampaignStatus.OPEN: {
            CampaignStep.END: CampaignStatus.ENDED,
            CampaignStep.CANCEL: CampaignStatus.CANCELLED,
        },
        CampaignStatus.ENDED: {CampaignStep.REOPEN: CampaignStatus.OPEN},
        CampaignStatus.CANCELLED: {CampaignStep.REOPEN: CampaignStatus.OPEN},
    },
)

OPERATION_TABLE: Final[Table[OperationStatus, OperationStep]] = total(
    OperationStatus,
    OperationStep,
    {
        OperationStatus.PLANNED: {
            OperationStep.APPROVE: OperationStatus.APPROVED,
            OperationStep.CANCEL: OperationStatus.CANCELLED,
        },
        OperationStatus.APPROVED: {
            OperationStep.BEGIN: OperationStatus.RUNNING,
            OperationStep.CANCEL: OperationStatus.CANCELLED,
        },
        OperationStatus.RUNNING: {OperationStep.END: OperationStatus.ENDED},
        # What was seized in the night is counted in the days after: entries go on until the file is closed.
        OperationStatus.ENDED: {
            OperationStep.CLOSE: OperationStatus.CLOSED,
            OperationStep.REOPEN: OperationStatus.RUNNING,
        },
        OperationStatus.CLOSED: {OperationStep.REOPEN: OperationStatus.ENDED},
    },
)
TAKES_ENTRIES: Final = frozenset({OperationStatus.RUNNING, OperationStatus.ENDED})

_COMPULSORY: Final = {
    SuspectStep.DETAIN: SuspectStatus.DETAINED,
    SuspectStep.BAIL: SuspectStatus.BAILED,
    SuspectStep.CONFINE: SuspectStatus.CONFINED,
}
_ENDS: Final = {
    SuspectStep.PUNISH: SuspectStatus.PUNISHED,
    SuspectStep.RELEASE: SuspectStatus.RELEASED,
    SuspectStep.WITHDRAW: SuspectStatus.WITHDRAWN,
    SuspectStep.HAND_OVER: SuspectStatus.HANDED_OVER,
}
_ASK: Final = {SuspectStep.ASK_ARREST: SuspectStatus.ARREST_ASKED}
_TRANSFER: Final = {SuspectStep.TRANSFER: SuspectStatus.TRANSFERRED}
SUSPECT_TABLE: Final[Table[SuspectStatus, SuspectStep]] = total(
    SuspectStatus,
    SuspectStep,
    {
        SuspectStatus.BROUGHT_IN: {**_COMPULSORY, **_ENDS, SuspectStep.SUMMON: SuspectStatus.SUMMONED},
        SuspectStatus.SUMMONED: {**_COMPULSORY, **_ENDS},
        SuspectStatus.DETAINED: {
            **_ENDS, **_ASK, **_TRANSFER,
            SuspectStep.BAIL: SuspectStatus.BAILED, SuspectStep.CONFINE: SuspectStatus.CONFINED,
        },
        # Whoever breaks the conditions may be detained first (Art. 71, 77).
        SuspectStatus.BAILED: {
            **_ENDS, **_ASK, **_TRANSFER,
            SuspectStep.DETAIN: SuspectStatus.DETAINED, SuspectStep.CONFINE: SuspectStatus.CONFINED,
        },
        SuspectStatus.CONFINED: {
            **_ENDS, **_ASK, **_TRANSFER,
            SuspectStep.DETAIN: SuspectStatus.DETAINED, SuspectStep.BAIL: SuspectStatus.BAILED,
        },
        SuspectStatus.ARREST_ASKED: {
            SuspectStep.ARREST: SuspectStatus.ARRESTED,
            SuspectStep.DENY_ARREST: SuspectStatus.ARREST_DENIED,
        },
        # Art. 91: released at once, or on bail or under residential surveillance where it goes on.
        SuspectStatus.ARREST_DENIED: {
            **_ASK,
            SuspectStep.RELEASE: SuspectStatus.RELEASED,
            SuspectStep.BAIL: SuspectStatus.BAILED,
            SuspectStep.CONFINE: SuspectStatus.CONFINED,
        },
        SuspectStatus.ARRESTED: {
            **_TRANSFER,
            SuspectStep.BAIL: SuspectStatus.BAILED,
            SuspectStep.CONFINE: SuspectStatus.CONFINED,
            SuspectStep.RELEASE: SuspectStatus.RELEASED,
            SuspectStep.WITHDRAW: SuspectStatus.WITHDRAWN,
            SuspectStep.HAND_OVER: SuspectStatus.HANDED_OVER,
        },
        SuspectStatus.TRANSFERRED: {
            SuspectStep.RETURN: SuspectStatus.RETURNED,
            SuspectStep.INDICT: SuspectStatus.INDICTED,
            SuspectStep.NOT_INDICT: SuspectStatus.NOT_INDICTED,
        },
        SuspectStatus.RETURNED: {**_TRANSFER, SuspectStep.WITHDRAW: SuspectStatus.WITHDRAWN},
        SuspectStatus.INDICTED: {SuspectStep.SENTENCE: SuspectStatus.SENTENCED},
        SuspectStatus.NOT_INDICTED: {SuspectStep.PUNISH: SuspectStatus.PUNISHED},
        SuspectStatus.PUNISHED: {SuspectStep.DETAIN: SuspectStatus.DETAINED},
        SuspectStatus.RELEASED: {
            **_COMPULSORY, **_TRANSFER,
            SuspectStep.PUNISH: SuspectStatus.PUNISHED,
            SuspectStep.WITHDRAW: SuspectStatus.WITHDRAWN,
        },
    },
)  # fmt: skip

_GONE: Final = {CustodyStep.FORWARD: CustodyStatus.FORWARDED, CustodyStep.RETURN: CustodyStatus.RETURNED}
CUSTODY_TABLE: Final[Table[CustodyStatus, CustodyStep]] = total(
    CustodyStatus,
    CustodyStep,
    {
        CustodyStatus.HELD: {
            **_GONE,
            CustodyStep.HAND_OVER: CustodyStatus.HELD,
            CustodyStep.STORE: CustodyStatus.STORED,
            CustodyStep.EXAMINE: CustodyStatus.EXAMINED,
        },
        CustodyStatus.STORED: {
            **_GONE,
            CustodyStep.TAKE_OUT: CustodyStatus.HELD,
            CustodyStep.EXAMINE: CustodyStatus.EXAMINED,
            CustodyStep.DESTROY: CustodyStatus.DESTROYED,
        },
        CustodyStatus.EXAMINED: {CustodyStep.TAKE_OUT: CustodyStatus.HELD, CustodyStep.STORE: CustodyStatus.STORED},
    },
)
