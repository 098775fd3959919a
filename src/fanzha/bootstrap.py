"""The only place that chooses implementations."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import asdict, replace
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fanzha.core.errors import BadInput, Refused

if TYPE_CHECKING:  # ledger, files and desk are paid for by the verbs that need them
    from fanzha.access import PartnerLink
    from fanzha.core.time import Clock
    from fanzha.engines.local.rule_files import HomeRuleFiles
    from fanzha.exchange import Partners
    from fanzha.intake import ColumnMapping
    from fanzha.ports.account_facts import AccountFacts, AccountFactsSource
    from fanzha.ports.backup_contents import Contents
    from fanzha.ports.bulletin_reader import BulletinReader
    from fanzha.ports.dispatcher import ReceiptSource
    from fanzha.ports.evidence_store import EvidenceStore
    from fanzha.ports.fact_store import FactStore, StoredLedger
    from fanzha.ports.head_signer import HeadSigner, HeadVerifier
    from fanzha.ports.identity_provider import IdentityProvider, ProviderSettings
    from fanzha.ports.live_log import LineSink, LiveLog
    from fanzha.ports.paper_press import PaperPress
    from fanzha.ports.passkey_ceremony import PasskeyCeremony
    from fanzha.ports.secret_hasher import SecretHasher
    from fanzha.ports.statement_reader import StatementFile, StatementReader
    from fanzha.ports.table_reader import TableReader, TableRow
    from fanzha.ports.transfer_stream import TransferStream
    from fanzha.ports.webhook_sender import WebhookSender
    from fanzha.ports.work_store import WorkStore
    from fanzha.records import FactBatch
    from fanzha.services.desk.books import Books
    from fanzha.services.desk.collect_receipts import ReceiptDesk
    from fanzha.services.desk.model import Desk, DeskRules
    from fanzha.services.proof.verify_home import Stores
    from fanzha.services.rebuild_ledger import LedgerRules
    from fanzha.statistics import Bulletin, Catalogue


def fact_store(home: Path) -> FactStore:
    """The facts and the ledger of a home directory."""
    from fanzha.engines.local.store import LocalFactStore

    return LocalFactStore(home)


def passing_facts() -> FactStore:
    """Facts and a ledger that last as long as the process; `copy_ledger` keeps them."""
    from fanzha.storage.memory import MemoryFactStore

    return MemoryFactStore()


def open_ledger(home: Path) -> StoredLedger:
    """The ledger of a home directory, its columns mapped.

    Raises BadInput when there is none yet, or when it is damaged.
    """
    ledger = fact_store(home).ledger()
    if ledger is None:
        raise no_ledger(home)
    return ledger


def no_ledger(home: Path) -> BadInput:
    """What to say of a home directory without a ledger."""
    return BadInput(f"{home} holds no ledger; fill it with: fanzha ingest PATH…")


def rule_table(name: str) -> dict[str, Any]:
    """A dated table of `rules/`, parsed, as it is installed."""
    return tomllib.loads((files("fanzha") / "rules" / name).read_text(encoding="utf-8"))


def rule_files(home: Path) -> HomeRuleFiles:
    """The tables that the centre put in place of installed ones."""
    from fanzha.engines.local.rule_files import HomeRuleFiles

    return HomeRuleFiles(home)


def ledger_rules() -> LedgerRules:
    """The tables that a ledger is made by."""
    from fanzha.ledger.assembly import HubRules, PairingRules
    from fanzha.services.rebuild_ledger import LedgerRules

    return LedgerRules(
        HubRules.from_table(rule_table("hubs.toml")), PairingRules.from_table(rule_table("pairing.toml"))
    )


class _FileReader:
    """Files of this machine, read by `intake`."""

    def __init__(self, mapping: ColumnMapping | None) -> None:
        self._mapping = mapping

    def discover(self, paths: Sequence[Path]) -> Iterable[StatementFile]:
        """Every file under the paths, folders and archives opened."""
        from fanzha.intake import discover

        return discover(paths)

    def kept(self, path: str, content: bytes) -> StatementFile:
        """A file of bytes that are at hand."""
        from fanzha.intake import SourceFile

        return SourceFile(path, content)

    def discover_in(self, path: str, content: bytes) -> Iterable[StatementFile]:
        """A file of bytes that are at hand, an archive opened."""
        from fanzha.intake import discover_in

        return discover_in(path, content)

    def read(self, file: StatementFile) -> FactBatch:
        """The facts of one file."""
        from fanzha.intake import SourceFile, read_file

        assert isinstance(file, SourceFile)
        return read_file(file, self._mapping)


def statement_reader(mapping: Path | None = None) -> StatementReader:
    """Reads statement files, with a mapping file for tables that the rules do not know.

    Raises BadInput when the mapping file makes no sense.
    """
    from fanzha.intake import load_mapping

    return _FileReader(None if mapping is None else load_mapping(mapping))


class _FilledTables:
    """Workbooks and CSV files that somebody filled in, read by `intake`."""

    def rows(self, content: bytes, name: str) -> tuple[TableRow, ...]:
        """Every filled row of a file."""
        from fanzha.intake import read_filled_table

        return read_filled_table(content, name)


def table_reader() -> TableReader:
    """Reads tables that somebody filled in."""
    return _FilledTables()


class _BulletinFiles:
    """Published bulletins on this machine, read by `intake`."""

    def read(self, path: Path) -> Bulletin:
        """The figures of one file."""
        from fanzha.intake.bulletins import DOCUMENT_BYTES_MAX, read_bulletin

        try:
            with path.open("rb") as file:
                content = file.read(DOCUMENT_BYTES_MAX + 1)  # of a larger one enough to refuse it
        except OSError as error:
            raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
        return read_bulletin(content, str(path))

    def read_text(self, text: str, name: str) -> Bulletin:
        """The figures of a text."""
        from fanzha.intake.bulletins import read_bulletin

        return read_bulletin(text.encode(), name)


def bulletin_reader() -> BulletinReader:
    """Reads published bulletins."""
    return _BulletinFiles()


def indicator_catalogue() -> Catalogue:
    """What is counted, and which units count the same."""
    from fanzha.statistics import read_catalogue

    return read_catalogue(rule_table("statistics.toml"))


def explain_file(path: Path, mapping: Path | None = None) -> dict[str, Any]:
    """What each column of a file (of every file in an archive) is taken for, and why.

    Raises BadInput when there is no such file.
    """
    from fanzha import intake

    if not path.exists():
        raise BadInput(f"{path}: there is no such file")
    columns = None if mapping is None else intake.load_mapping(mapping)
    found = [intake.explain_file(source, columns) for source in intake.discover([path])]
    return {"files": [asdict(explanation) for explanation in found]}


def live_log(directory: Path) -> LiveLog:
    """The state of a live trace in a directory."""
    from fanzha.engines.local.live_log import LocalLiveLog

    return LocalLiveLog(directory)


def line_file(path: Path) -> AbstractContextManager[LineSink]:
    """A file of lines, which is made if it is not there.

    Raises BadInput where that cannot be.
    """
    from fanzha.engines.local.line_file import open_line_file

    return open_line_file(path)


def transfer_stream(path: Path | None, *, follow: bool = False) -> AbstractContextManager[TransferStream]:
    """Canonical rows of a file that may grow, of standard input where no path is given.

    Raises BadInput when there is no canonical table in it.
    """
    from fanzha.intake.transfer_stream import CanonicalStream

    return closing(CanonicalStream(path, follow=follow))


def work_store(home: Path, url: str | None = None, *, waits: bool = True) -> WorkStore:
    """The records of work: a SQLite file of the home directory, or the database of the address.

    `waits`: each commit waits until the disk has it; without, a power cut may take the last ones, which is for those who
    can do all of it again.
    Raises BadInput when the directory cannot be made or the database cannot be used.
    """
    from fanzha.ports.work_tables import TABLES
    from fanzha.storage.sql import SqlWorkStore, sqlite_url

    if url is None:
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(f"{home}: the directory cannot be made: {error.strerror}") from None
        url = sqlite_url(home / "work.db")
    return SqlWorkStore(url, TABLES, waits=waits)


def evidence_store(home: Path) -> EvidenceStore:
    """The files of evidence of a home directory."""
    from fanzha.storage.evidence_files import EvidenceFiles

    return EvidenceFiles(home / "evidence")


def audit_signer(path: Path) -> HeadSigner:
    """The key that signs the head of the audit; made where there is none yet. Raises BadInput for a file that is none."""
    from fanzha.storage.signing_key import Ed25519Signer

    return Ed25519Signer.from_file(path)


def audit_verifier(public_keys: Iterable[bytes]) -> HeadVerifier:
    """Checks what these keys signed. Raises BadInput for what is no key."""
    from fanzha.storage.signing_key import Ed25519Verifier, key_id_of

    return Ed25519Verifier({key_id_of(key): key for key in public_keys})


@contextmanager
def stores_to_verify(home: Path, url: str | None = None) -> Iterator[Stores]:
    """Everything that a home holds, for a proof; closed at the end. Raises BadInput as `work_store`."""
    from fanzha.ports.work_tables import TABLES
    from fanzha.services.proof.verify_home import Stores
    from fanzha.storage.proof_index import SqliteProofIndex

    work = work_store(home, url)
    with closing(work), closing(SqliteProofIndex()) as index:
        rules, facts, evidence = desk_rules(home), fact_store(home), evidence_store(home)
        yield Stores(work, TABLES, facts, evidence, index, ledger_rules(), rules.measures, rules.casework)


def back_up_home(home: Path, target: Path, url: str | None = None, *, records: bool = True) -> Contents:
    """Writes the records, the ledger with its facts, and the evidence of a home into one file; no key is in it.

    Work goes on meanwhile, but nobody adds to the ledger. Raises Refused for a database that has its own tools.
    """
    from fanzha import __version__
    from fanzha.core.time import format_instant
    from fanzha.engines.local import home_archive
    from fanzha.ports.work_tables import TABLES
    from fanzha.services.proof.note_backup import note_backup
    from fanzha.storage.sql import SqlWorkStore, sqlite_url

    if not home.is_dir():
        raise BadInput(f"{home}: there is no such home; name it with --home DIR")
    if records and url is not None and url.startswith("postgres"):
        raise Refused(
            "the records are in PostgreSQL, which has its own tools: pg_dump --format=custom --file=FILE DATABASE; "
            "back up the ledger and the evidence with --files-only"
        )
    now_us = clock_of(home).now_us()
    about = {"made_at": format_instant(now_us), "version": __version__, "rules": rule_digests(home)}
    with home_archive.workshop(target) as folder, home_archive.ledger_parts(home) as ledger:
        own = (*home_archive.rule_parts(home), *home_archive.clock_parts(home))
        parts = [*ledger, *home_archive.evidence_parts(home), *own]
        held = home / home_archive.RECORDS
        if records and (url is not None or held.exists()):
            copy = folder / home_archive.RECORDS
            with closing(SqlWorkStore(url or sqlite_url(held), TABLES)) as store:
                note_backup(store, now_us, target.name)
                store.backup(copy)
            parts.append(home_archive.ArchivePart(home_archive.RECORDS, copy))
        if not parts:
            raise BadInput(f"{home} holds nothing that could be backed up")
        return home_archive.write_archive(target, folder, parts, about)


def restore_home(source: Path, home: Path) -> Contents:
    """Makes a home of a backup, in one instant, after every byte was checked.

    Raises Refused when the home holds anything, BadInput when the backup is damaged or of a newer version.
    """
    from fanzha.engines.local import home_archive
    from fanzha.storage.sql import check_copy

    home = home.absolute()
    with home_archive.restoring(home) as folder:
        contents = home_archive.unpack(source, folder)
        if home_archive.RECORDS in contents.files:
            check_copy(folder / home_archive.RECORDS)
        home_archive.put_in_place(folder, home)
    return contents


def rule_digests(home: Path | None = None) -> dict[str, str]:
    """SHA-256 of each dated table of this version; of a home, of those that count in it."""
    tables = sorted((files("fanzha") / "rules").iterdir(), key=lambda table: table.name)
    installed = {
        table.name: hashlib.sha256(table.read_bytes()).hexdigest() for table in tables if table.name.endswith(".toml")
    }
    return installed | ({} if home is None else own_rule_digests(home))


def desk_rule_digests() -> dict[str, str]:
    """SHA-256 of each installed table that a centre may set."""
    from fanzha.services.desk.read_rules import READERS

    return {name: digest for name, digest in rule_digests().items() if name in READERS}


def own_rule_digests(home: Path) -> dict[str, str]:
    """SHA-256 of each of the centre's own tables."""
    own = rule_files(home)
    found = {name: own.read(name) for name in own.names()}
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items() if content is not None}


def desk_rules(home: Path | None = None) -> DeskRules:
    """The dated tables that the desk works by, read once a start; of a home, with the centre's own.

    Raises BadInput, which names file, field and reason, where one of these makes no sense.
    """
    from fanzha.services.desk.read_rules import read_rules

    own, installed = None if home is None else rule_files(home), _installed_desk_rules()
    if own is None or not own.names():
        return installed
    found = {name: own.read(name) for name in own.names()}
    read = {
        name.removesuffix(".toml"): read_rules(name, content, str(own.folder / name), installed, _parts_of(name))
        for name, content in found.items()
        if content is not None
    }
    return replace(installed, **read)


def _parts_of(name: str) -> frozenset[str]:
    from fanzha.services.desk.read_rules import READERS

    return frozenset(rule_table(name)) if name in READERS else frozenset()


@cache
def _installed_desk_rules() -> DeskRules:
    from fanzha.services.desk.model import DeskRules
    from fanzha.services.desk.read_rules import READERS

    read: dict[str, Any] = {name.removesuffix(".toml"): reader(rule_table(name)) for name, reader in READERS.items()}
    return DeskRules(**read, indicators=indicator_catalogue())


def check_rule_table(name: str, content: bytes, place: str) -> str:
    """The SHA-256 of a table that a centre may put in place. Raises BadInput, which names file, field and reason."""
    from fanzha.services.desk.read_rules import read_rules

    read_rules(name, content, place, _installed_desk_rules(), _parts_of(name))
    return hashlib.sha256(content).hexdigest()


def clock_of(home: Path) -> Clock:
    """This machine's clock; of a simulated home (模拟) the one that it lives by. Raises BadInput."""
    from fanzha.engines.local.simulated_clock import read_clock

    return read_clock(home)


def set_clock(home: Path, now_us: int) -> None:
    """From now on the simulated home (模拟) lives at that instant, and time goes on."""
    from fanzha.engines.local.simulated_clock import write_clock

    write_clock(home, now_us)


def desk(home: Path, url: str | None = None) -> Desk:
    """The desk of a home directory, by the home's clock; close its store when it is done with.

    Raises BadInput as `work_store`.
    """
    from fanzha.core.ids import TimeSortedIds
    from fanzha.services.desk.keep_rules import note_rules
    from fanzha.services.desk.model import Desk

    clock = clock_of(home)
    rules = desk_rules(home)
    made = Desk(work_store(home, url), clock, TimeSortedIds(clock), rules, account_facts(home))
    if rule_files(home).folder.is_dir():
        note_rules(made, desk_rule_digests(), own_rule_digests(home))
    return made


def books(home: Path, facts: FactStore | None = None) -> Books:
    """The ledger of a home directory, or another one, with what reads more into it and what it is traced by."""
    from fanzha.services.desk.books import Books
    from fanzha.services.explain_inflows import read_inflow_rules
    from fanzha.services.trace_money import read_trace_rules

    return Books(
        fact_store(home) if facts is None else facts,
        statement_reader(),
        evidence_store(home),
        ledger_rules(),
        read_trace_rules(rule_table("tracing.toml")),
        read_inflow_rules(rule_table("inflows.toml")),
    )


class _AccountFacts:
    """What the statements of a home say; its ledger is opened only where there is one."""

    def __init__(self, home: Path, facts: FactStore | None) -> None:
        self._home, self._facts = home, facts
        self._inflows = rule_table("inflows.toml")
        self._source: AccountFactsSource | None = None

    def facts_about(self, account: str, holder: str, currency: str, until_us: int) -> AccountFacts:
        """What is known of an account up to an instant."""
        from fanzha.ports.account_facts import AccountFacts
        from fanzha.services.desk.holder_names import is_company

        source = self._of_ledger()
        if source is not None:
            return source.facts_about(account, holder, currency, until_us)
        company = is_company(holder, self._inflows["words"]["company"])
        return AccountFacts(natural_person=None if company is None else not company, merchant=company or None)

    def numbers_of(self, account: str) -> tuple[str, ...]:
        """Every number of the account."""
        source = self._of_ledger()
        return () if source is None else source.numbers_of(account)

    def _of_ledger(self) -> AccountFactsSource | None:
        if self._source is None and self._has_ledger():
            from fanzha.services.desk.ledger_account_facts import LedgerAccountFacts
            from fanzha.services.explain_inflows import read_inflow_rules

            facts = fact_store(self._home) if self._facts is None else self._facts
            self._source = LedgerAccountFacts(facts.ledger, read_inflow_rules(self._inflows))
        return self._source

    def _has_ledger(self) -> bool:
        from fanzha.engines.local.home_layout import has_ledger

        return has_ledger(self._home) if self._facts is None else self._facts.ledger() is not None


def account_facts(home: Path, facts: FactStore | None = None) -> AccountFactsSource:
    """What the statements of a home directory, or of another ledger, say of accounts."""
    return _AccountFacts(home, facts)


def paper_press() -> PaperPress:
    """Sets papers on this machine."""
    from fanzha.engines.local.typst_press import TypstPress

    return TypstPress()


def secret_hasher() -> SecretHasher:
    """Hashes passwords at the cost that is right for people."""
    from fanzha.storage.argon2_hasher import Argon2Hasher

    return Argon2Hasher()


def passkey_ceremony() -> PasskeyCeremony:
    """Makes and checks passkeys as browsers speak of them."""
    from fanzha.storage.webauthn_ceremony import WebauthnCeremony

    return WebauthnCeremony()


@contextmanager
def identity_provider(settings: ProviderSettings | None) -> Iterator[IdentityProvider | None]:
    """The provider by which people may sign in too; its connections are closed at the end. None where none is named.

    Raises BadInput where it could not work.
    """
    if settings is None:
        yield None
        return
    from fanzha.core.time import SystemClock
    from fanzha.exchange.http_orders import http_client

    try:
        from fanzha.exchange.oidc_provider import OidcProvider
    except ModuleNotFoundError as missing:
        raise BadInput(f"signing in by OIDC needs {missing.name}: install fanzha[oidc]") from None
    secret = settings.client_secret
    if settings.secret_file:
        try:
            secret = Path(settings.secret_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise BadInput(f"{settings.secret_file}: the client's secret cannot be read") from None
    with http_client() as client:  # what it signs is of this machine's time, not of a made city's
        yield OidcProvider(replace(settings, client_secret=secret), client, SystemClock())


@contextmanager
def partners(home: Path, clock: Clock) -> Iterator[Partners]:
    """The way to connected partners, signed with the keys of the home directory; connections are closed at the end."""
    from fanzha.access import LinkChannel
    from fanzha.exchange import HttpPartner, Keys, OrderFiles, Partners
    from fanzha.exchange.http_orders import http_client

    keys = Keys(lambda link: exchange_key(home, link.own_key), _partner_key)
    with http_client() as client:
        yield Partners({LinkChannel.HTTP: HttpPartner(client, keys, clock), LinkChannel.SIGNED_FILE: OrderFiles(keys)})


def webhook_sender(home: Path, *, private: bool = False) -> WebhookSender:
    """The way to programs' webhooks, signed by a secret of the home directory.

    private: addresses of private networks are allowed too.
    """
    from fanzha.core.time import SystemClock
    from fanzha.exchange.webhooks import HttpWebhooks
    from fanzha.storage.secret_file import secret_from_file

    # A receiver compares the time with its own clock, not with a made city's.
    return HttpWebhooks(partial(secret_from_file, home / "keys" / "webhooks.secret"), SystemClock(), private=private)


def exchange_key(home: Path, name: str) -> HeadSigner:
    """Our key for partners, in a file of the home directory that nobody else may read; made when it is first needed.

    Raises BadInput when others may read it.
    """
    from fanzha.storage.signing_key import Ed25519Signer

    return Ed25519Signer.from_file(home / "keys" / name)


def exchange_public_key(home: Path, name: str) -> tuple[str, str]:
    """Id and hexadecimal public key of our key for partners, to be given to them. Raises BadInput as `exchange_key`."""
    from fanzha.storage.signing_key import Ed25519Signer

    signer = Ed25519Signer.from_file(home / "keys" / name)
    return signer.key_id, signer.public_key.hex()


def _partner_key(link: PartnerLink) -> HeadVerifier:
    from fanzha.storage.signing_key import Ed25519Verifier

    return Ed25519Verifier({link.key_id: bytes.fromhex(link.public_key)})


def receipt_desk(home: Path, source: ReceiptSource) -> ReceiptDesk:
    """What receiving answers needs besides the desk."""
    from fanzha.exchange import JsonReceipts
    from fanzha.services.desk.collect_receipts import ReceiptDesk

    return ReceiptDesk(source, JsonReceipts(), evidence_store(home))
