"""`fanzha verify`: proves that what is stored is what was done; names what is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fanzha.cli.audit import KeyOption, key_path
from fanzha.cli.output import counted, invocation_of, say, show_table, write_json
from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant

if TYPE_CHECKING:
    from fanzha.audit import SignedHead
    from fanzha.services.proof.verify_home import Proof

BROKEN: Final = 1


def verify(
    context: typer.Context,
    head: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A signed head that was exported earlier (fanzha audit head).")
    ] = None,
    public_key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The key that the head is checked with (fanzha audit key); else this home's."
        ),
    ] = None,
    case: Annotated[str, typer.Option(metavar="ID", help="Only the records of this case.")] = "",
    key: KeyOption = None,
) -> int:
    """Walk the audit, every record, every sum, every measure and every file; exit 1 when anything is not as it was done."""
    from fanzha import bootstrap
    from fanzha.services.proof.verify_home import verify_home

    invocation = invocation_of(context)
    if not invocation.home.is_dir() and invocation.database is None:
        raise BadInput(f"{invocation.home}: there is no such home; name it with --home DIR")

    def told(part: str) -> None:
        if not invocation.json:
            say(f"looking at the {part} …")

    signed = None if head is None else _checked_head(context, head, public_key, key)
    now_us = bootstrap.clock_of(invocation.home).now_us()
    with bootstrap.stores_to_verify(invocation.home, invocation.database) as stores:
        proof = verify_home(stores, now_us, signed=None if signed is None else signed.head, case=case, told=told)
    if invocation.json:
        write_json(_document(proof, signed))
    else:
        _show(proof, signed)
    return 0 if proof.ok else BROKEN


def _checked_head(context: typer.Context, head: Path, public_key: Path | None, key: Path | None) -> SignedHead:
    from fanzha import bootstrap
    from fanzha.audit import check_signature, read_head

    signed = read_head(_read(head))
    if public_key is not None:
        try:
            known = bytes.fromhex(_read(public_key)["public_key"])
        except (KeyError, TypeError, ValueError):
            raise BadInput(f"{public_key}: this is no public key; export one with: fanzha audit key FILE") from None
    else:
        path = key_path(context, key)
        if not path.exists():
            raise BadInput(f"{path}: there is no key to check {head} with; name it: --public-key FILE")
        known = bootstrap.audit_signer(path).public_key
    check_signature(signed, bootstrap.audit_verifier([known]).genuine)
    return signed


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise BadInput(f"{path}: this is no exported document")
    return found


def _document(proof: Proof, signed: SignedHead | None) -> dict[str, Any]:
    ledger = proof.ledger
    return {
        "ok": proof.ok,
        "audit": {
            "rows": proof.chain.head.count,
            "hash": proof.chain.head.hash,
            "signed_head": None
            if signed is None
            else {"count": signed.head.count, "signed_at": format_instant(signed.at_us), "key": signed.key_id},
        },
        "records": proof.records,
        "ledger": None
        if ledger is None
        else {name: ledger[name] for name in ("ok", "digest", "transfers", "accounts")},
        "evidence_files": proof.files,
        "findings": [
            {"part": one.part.value, "kind": one.kind, "where": one.where, "sentence": one.sentence}
            for one in proof.findings.listed
        ],
        "findings_count": proof.findings.count,
        "notes": list(proof.notes),
    }


def _show(proof: Proof, signed: SignedHead | None) -> None:
    lines = [["audit", counted(proof.chain.head.count, "row")]]
    if signed is not None:
        said = f"{counted(signed.head.count, 'row')} at {format_instant(signed.at_us)}, key {signed.key_id}"
        lines.append(["signed head", said])
    lines += [[name.replace("_", " "), str(count)] for name, count in proof.records.items() if count]
    if proof.ledger is not None:
        lines.append(["transfers", str(proof.ledger["transfers"])])
    lines.append(["evidence files", str(proof.files)])
    show_table("Looked at", ["", ""], lines)
    for note in proof.notes:
        say(f"note: {note}")
    rows = [[one.part.value, one.kind, one.where, one.sentence] for one in proof.findings.listed]
    show_table("NOT AS IT WAS DONE", ["part", "kind", "where", "what"], rows, nothing="everything is as it was done")
    if proof.findings.count > len(rows):
        say(f"… and {counted(proof.findings.count - len(rows), 'more finding')}")
