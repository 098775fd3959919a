"""What every use case of the desk is given: the store, the time, the ids and the dated rules."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import AccessRules
from fanzha.casework import CaseworkRules, Taxonomy
from fanzha.casework.governance import GovernanceRules
from fanzha.casework.operations import OperationRules
from fanzha.casework.public_rules import PublicRules
from fanzha.casework.publicity import PublicityRules
from fanzha.core.ids import Ids
from fanzha.core.time import Clock
from fanzha.measures.interception_rules import InterceptionRules
from fanzha.measures.purposes import PurposeRules
from fanzha.measures.rules import MeasureRules
from fanzha.ports.account_facts import AccountFactsSource
from fanzha.ports.work_store import WorkStore
from fanzha.statistics import Catalogue


@dataclass(frozen=True, slots=True)
class DeskRules:
    """The dated tables that the desk works by."""

    casework: CaseworkRules
    measures: MeasureRules
    access: AccessRules
    purposes: PurposeRules
    interception: InterceptionRules
    taxonomy: Taxonomy
    public: PublicRules
    operations: OperationRules
    governance: GovernanceRules
    publicity: PublicityRules
    indicators: Catalogue


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk at work; safe to share between threads as its store is."""

    store: WorkStore
    clock: Clock
    ids: Ids
    rules: DeskRules
    account_facts: AccountFactsSource | None = None  # None: statements are not looked at
