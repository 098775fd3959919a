"""Who may do what with which record: the tree of bodies, the permission table, purposes, masks, export alarms.

Pure: it decides and describes; the services load, write the reveal or export to the audit, and only then show.
"""

from fanzha.access.credentials import actor_of, after_attempt, can_use, check_usable, new_credential, revoke
from fanzha.access.exports import ExportAlarm, export_alarm, make_export, persons_outside, watermark_text
from fanzha.access.masking import mask, mask_account, mask_identity, mask_name, mask_phone, mask_text
from fanzha.access.model import (
    Action,
    AlarmAction,
    CaseTie,
    Credential,
    CredentialKind,
    Direction,
    Export,
    ExportedPerson,
    Field,
    Person,
    Place,
    Purpose,
    Reveal,
    RouteKind,
    Scope,
    SearchEntry,
)
from fanzha.access.policy import can_do, can_see, check_can_see, check_do, place_of, places_of, visible_organisations
from fanzha.access.purpose import bind_purpose, is_revealed, log_search, make_reveal
from fanzha.access.rules import AccessRules, MaskRules, Permissions, RouteRule
from fanzha.access.tree import OrganisationTree, answer_due_us, can_route, check_route

__all__ = [
    "AccessRules",
    "Action",
    "AlarmAction",
    "CaseTie",
    "Credential",
    "CredentialKind",
    "Direction",
    "Export",
    "ExportAlarm",
    "ExportedPerson",
    "Field",
    "MaskRules",
    "OrganisationTree",
    "Permissions",
    "Person",
    "Place",
    "Purpose",
    "Reveal",
    "RouteKind",
    "RouteRule",
    "Scope",
    "SearchEntry",
    "actor_of",
    "after_attempt",
    "answer_due_us",
    "bind_purpose",
    "can_do",
    "can_route",
    "can_see",
    "can_use",
    "check_can_see",
    "check_do",
    "check_route",
    "check_usable",
    "export_alarm",
    "is_revealed",
    "log_search",
    "make_export",
    "make_reveal",
    "mask",
    "mask_account",
    "mask_identity",
    "mask_name",
    "mask_phone",
    "mask_text",
    "new_credential",
    "persons_outside",
    "place_of",
    "places_of",
    "revoke",
    "visible_organisations",
    "watermark_text",
]
