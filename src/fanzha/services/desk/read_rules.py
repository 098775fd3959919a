"""Reads a table that a centre sets, and says in which field it makes no sense."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from typing import Any, Final

from fanzha.access import AccessRules
from fanzha.casework import CaseworkRules, Taxonomy
from fanzha.casework.governance import GovernanceRules
from fanzha.casework.operations import OperationRules
from fanzha.casework.public_rules import PublicRules
from fanzha.casework.publicity import PublicityRules
from fanzha.core.errors import BadInput
from fanzha.measures.interception_rules import InterceptionRules
from fanzha.measures.purposes import PurposeRules
from fanzha.measures.rules import MeasureRules
from fanzha.services.desk.model import DeskRules

# The tables that a centre may set, called by the fields of the desk's rules.
READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    "casework.toml": CaseworkRules.from_table, "measures.toml": MeasureRules.from_table,
    "access.toml": AccessRules.from_table, "purposes.toml": PurposeRules.from_table,
    "interception.toml": InterceptionRules.from_table, "taxonomy.toml": Taxonomy.from_table,
    "public.toml": PublicRules.from_table, "operations.toml": OperationRules.from_table,
    "governance.toml": GovernanceRules.from_table, "publicity.toml": PublicityRules.from_table,
}  # fmt: skip


def read_rules(name: str, content: bytes, place: str, installed: DeskRules, parts: frozenset[str]) -> Any:
    """The table of that name.

    place: what errors call its file. parts: what the installed table has, so that an own one of an earlier version, which
    cannot have what came later, is told what to take over.

    Raises BadInput, which names file, field and reason.
    """
    if name not in READERS:
        raise BadInput(f"{place}: no table that a centre sets; there are {', '.join(sorted(READERS))}")
    own: Mapping[str, Any] = {}
    try:
        own = tomllib.loads(content.decode("utf-8"))
        read = READERS[name](own)
    except BadInput as wrong:
        raise BadInput(f"{place}: {wrong}{_what_to_take_over(name, parts - own.keys())}") from None
    except KeyError as missing:
        hint = _what_to_take_over(name, parts - own.keys())
        raise BadInput(f"{place}: {missing.args[0]}: not there{hint}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise BadInput(f"{place}: no TOML table: {wrong}") from None
    except (TypeError, AttributeError, ValueError) as wrong:  # a text where a table belongs, and such
        raise BadInput(f"{place}: a value of another kind than its field takes: {wrong}") from None
    if isinstance(read, MeasureRules):
        _check_former_versions(place, read, installed.measures)
    return read


def _what_to_take_over(name: str, lacking: frozenset[str]) -> str:
    if not lacking:
        return ""
    return f"; the installed {name} has {', '.join(sorted(lacking))}, which this one lacks: copy that over, and set it again"


def _check_former_versions(place: str, own: MeasureRules, installed: MeasureRules) -> None:
    """Measures of former days are judged by the rules of their day, which must not be lost."""
    for table, versions in installed.kinds.items():
        first = versions[0].effective_from
        theirs = own.kinds[table][0].effective_from if own.kinds[table] else None
        if theirs is None or theirs > first:
            sentence = f"begins on {theirs}, the installed on {first}: keep the former versions, and add yours"
            raise BadInput(f"{place}: {table}.effective_from: {sentence}")
