"""The centre sets its own tables: checked, written down, and in force from the next start of every process."""

from __future__ import annotations

import hashlib
import json
import tarfile
from importlib.resources import files

import pytest
from desk_home import make_desk_home, run

from fanzha import bootstrap
from fanzha.core.errors import BadInput

WHY = "省厅会议纪要〔2026〕3号"


def installed(name: str) -> str:
    return (files("fanzha") / "rules" / name).read_text(encoding="utf-8")


@pytest.fixture
def home(tmp_path):
    return make_desk_home(tmp_path / "home")


def said(home, *words):
    code, out, err = run(home, "--json", "office", "rules", *words)
    assert code == 0, err
    return json.loads(out)


def taken(home, action):
    desk = bootstrap.desk(home)
    with desk.store.reading() as view:
        found = [event for event in view.audit.walk() if event.action == action]
    desk.store.close()
    return found


def test_a_table_that_was_set_counts_from_the_next_start_and_the_audit_has_its_digest(home, tmp_path):
    own = tmp_path / "access.toml"
    own.write_text(installed("access.toml").replace("thresholds = [25, 250, 2500]", "thresholds = [3, 5, 7]"))
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    assert said(home, "check", own) == {"file": str(own), "table": "access.toml", "sha256": digest}
    assert not (home / "rules").exists()
    assert said(home, "set", own, "--reason", WHY, "--as", "admin") == {"table": "access.toml", "sha256": digest}
    (set_,) = taken(home, "rules.set")  # this start is the first in which it counts
    assert (set_.actor, set_.subject_id, set_.reason, set_.details["sha256"]) == (
        "admin", "access.toml", WHY, f"x{digest}",
    )  # fmt: skip
    desk = bootstrap.desk(home)
    assert [number for number, _ in desk.rules.access.export.steps] == [3, 5, 7]
    assert desk.rules.measures is bootstrap.desk_rules().measures  # the others as installed
    desk.store.close()
    (counts,) = taken(home, "rules.take_effect")  # once, however many start
    assert (counts.actor, counts.details["sha256"]) == ("machine", f"x{digest}")
    listed = {line["name"]: line for line in said(home, "list", "--as", "admin")["rules"]}
    assert (listed["access.toml"]["own"], listed["access.toml"]["counts"]) == (digest, digest)
    assert listed["access.toml"]["since"]
    assert listed["measures.toml"]["own"] is None
    (home / "rules" / "access.toml").unlink()
    assert [event.details["installed"] for event in taken(home, "rules.take_effect")] == [False, True]


@pytest.mark.parametrize(
    ("name", "was", "becomes", "field"),
    [
        ("access.toml", "thresholds = [25, 250, 2500]", "thresholds = [25, 5, 2500]", "thresholds must rise"),
        ("access.toml", "[purpose]", "[purposes]", "purpose: not there"),
        ("casework.toml", "limit_minutes = 180", 'limit_minutes = "180"', "limit_minutes"),
        ("measures.toml", "[[query]]", "[[query", "no TOML table"),
        ("measures.toml", "effective_from = 2020-09-01", "effective_from = 2027-09-01", "keep the former versions"),
        ("measures.toml", "[[answers]]", "[[query]]", "has answers, which this one lacks: copy that over"),
        ("casework.toml", "[night]", "[nights]", "has night, which this one lacks: copy that over"),
        ("hubs.toml", "", "", "no table that a centre sets"),
    ],
)
def test_a_table_that_makes_no_sense_is_named_with_file_field_and_reason(home, tmp_path, name, was, becomes, field):
    own = tmp_path / name
    text = installed(name)
    assert was in text
    own.write_text(text.replace(was, becomes))
    for words in (("check", own), ("set", own, "--reason", WHY, "--as", "admin")):
        code, _, err = run(home, "office", "rules", *words)
        assert (code, str(own) in err, field in err) == (2, True, True), err
    assert not (home / "rules").exists()
    (home / "rules").mkdir()
    (home / "rules" / name).write_text(own.read_text())  # put there by hand: nothing starts upon it
    with pytest.raises(BadInput, match=name):
        bootstrap.desk(home)


def test_only_who_keeps_rules_at_the_top_of_the_tree_sets_or_lists_them(home, tmp_path):
    own = tmp_path / "public.toml"
    own.write_text(installed("public.toml"))
    for login in ("duty", "city-chief", "clerk"):
        assert run(home, "office", "rules", "set", own, "--reason", WHY, "--as", login)[0] == 1
        assert run(home, "office", "rules", "list", "--as", login)[0] == 1
    assert run(home, "office", "rules", "set", own, "--reason", "x", "--as", "admin")[0] == 2
    assert not (home / "rules").exists()
    assert {event.outcome.value for event in taken(home, "rules.set")} == {"refused"}


def test_a_backup_takes_the_centres_tables_along(home, tmp_path):
    own = tmp_path / "public.toml"
    own.write_text(installed("public.toml") + "\n# 模拟省厅\n")
    said(home, "set", own, "--reason", WHY, "--as", "admin")
    bootstrap.back_up_home(home, tmp_path / "home.tar")
    with tarfile.open(tmp_path / "home.tar") as archive:
        assert archive.extractfile("rules/public.toml").read() == own.read_bytes()
    again = tmp_path / "again"
    bootstrap.restore_home(tmp_path / "home.tar", again)
    assert (again / "rules" / "public.toml").read_bytes() == own.read_bytes()
