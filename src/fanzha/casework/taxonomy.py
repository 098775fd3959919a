"""The types of fraud, version by version: slugs stay, lists change, and an old class is read in a new list by a mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fanzha.core.errors import BadInput

TABLE = "taxonomy.toml"
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Subtype:
    """A subtype under its slug."""

    slug: str
    name: str
    certainty: str


@dataclass(frozen=True, slots=True)
class FraudClass:
    """A class in one version, with its subtypes."""

    slug: str
    name: str
    subtypes: tuple[Subtype, ...]


@dataclass(frozen=True, slots=True)
class TaxonomyVersion:
    """The list of one year, with what it is known by."""

    version: str
    effective_from: str
    source: str
    certainty: str
    classes: tuple[FraudClass, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a class of one version may be in another; `exact` when there is nothing to decide."""

    candidates: tuple[tuple[str, str], ...]  # (class slug, subtype slug or "")

    @property
    def exact(self) -> bool:
        """Whether no officer need choose."""
        return len(self.candidates) == 1


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All versions, oldest first, and how each is read in the next."""

    versions: tuple[TaxonomyVersion, ...]
    # (from version, to version) → slug "class" or "class/subtype" → slugs there
    mappings: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]]

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Taxonomy:
        """The versions of a parsed `taxonomy.toml`.

        Raises BadInput when a slug is malformed or unknown, a version stands twice, or a mapping leads nowhere.
        """
        named = {entry["slug"]: entry for entry in table.get("class", ())}
        versions = tuple(_version(entry, named) for entry in table.get("version", ()))
        if not versions:
            raise BadInput(f"{TABLE}: no version; at least one list is needed")
        names = [version.version for version in versions]
        if len(set(names)) != len(names) or [v.effective_from for v in versions] != sorted(
            v.effective_from for v in versions
        ):
            raise BadInput(f"{TABLE}: versions must be different and stand in the order of effective_from")
        mappings: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
        for entry in table.get("mapping", ()):
            pair = (entry["from_version"], entry["to_version"])
            mappings.setdefault(pair, {})[entry["from"]] = tuple(entry["to"])
        taxonomy = cls(versions, mappings)
        taxonomy.check_mappings()
        return taxonomy

    def check_mappings(self) -> None:
        """Raises BadInput unless neighbours are mapped by known slugs and every class finds a place in the next list."""
        names = [version.version for version in self.versions]
        for (old, new), slugs in self.mappings.items():
            if old not in names or names.index(old) + 1 != (names.index(new) if new in names else -1):
                raise BadInput(f"{TABLE}: a mapping goes from {old} to {new}; write one from each version to the next")
            for slug, targets in slugs.items():
                self.check(old, *_parts(slug))
                for target in targets:
                    self.check(new, *_parts(target))
        for old, new in pairwise(names):
            for fraud_class in self.of(old).classes:
                self.read_in(old, fraud_class.slug, "", new)

    def of(self, version: str) -> TaxonomyVersion:
        """The list of a version; BadInput names those that there are."""
        found = next((one for one in self.versions if one.version == version), None)
        if found is None:
            known = ", ".join(one.version for one in self.versions)
            raise BadInput(f"no taxonomy version {version!r}; there are {known}")
        return found

    def on(self, day: str) -> TaxonomyVersion:
        """The list in force on a day (ISO date); the oldest for days before it."""
        in_force = [version for version in self.versions if version.effective_from <= day]
        return in_force[-1] if in_force else self.versions[0]

    def check(self, version: str, class_slug: str, subtype_slug: str = "") -> None:
        """Raises BadInput unless the version has the class, and the class the subtype."""
        classes = {one.slug: one for one in self.of(version).classes}
        if class_slug not in classes:
            raise BadInput(f"taxonomy {version} has no class {class_slug!r}; it has {', '.join(classes)}")
        subtypes = {one.slug for one in classes[class_slug].subtypes}
        if subtype_slug and subtype_slug not in subtypes:
            raise BadInput(f"{class_slug} in taxonomy {version} has no subtype {subtype_slug!r}")

    def read_in(self, version: str, class_slug: str, subtype_slug: str, to_version: str) -> Reading:
        """What the class is in a later list: step by step, by the mapping of its subtype, of its class, or its own slug.

        Raises BadInput when it goes back in time or a step has no answer.
        """
        names = [one.version for one in self.versions]
        self.check(version, class_slug, subtype_slug)
        start, end = names.index(version), names.index(self.of(to_version).version)
        if start > end:
            raise BadInput(f"{version} is later than {to_version}; classes are read forward only")
        held = {(class_slug, subtype_slug): None}
        for old, new in zip(names[start:end], names[start + 1 : end + 1], strict=True):
            held = {target: None for one in held for target in self._step(old, new, *one)}
        return Reading(tuple(held))

    def _step(self, old: str, new: str, class_slug: str, subtype_slug: str) -> list[tuple[str, str]]:
        slugs = self.mappings.get((old, new), {})
        if subtype_slug and f"{class_slug}/{subtype_slug}" in slugs:
            return [_parts(target) for target in slugs[f"{class_slug}/{subtype_slug}"]]
        targets = slugs.get(class_slug, (class_slug,))
        classes = {one.slug: one for one in self.of(new).classes}
        found = []
        for target in targets:
            head, tail = _parts(target)
            if head not in classes:
                raise BadInput(f"{TABLE}: {class_slug} of {old} has no place in {new}; map it")
            kept = subtype_slug in {one.slug for one in classes[head].subtypes}
            found.append((head, tail or (subtype_slug if kept else "")))
        # A subtype that keeps its slug tells which of several classes it went to.
        telling = [one for one in found if subtype_slug and one[1] == subtype_slug]
        return telling or found


def _version(entry: Mapping[str, Any], named: Mapping[str, Mapping[str, Any]]) -> TaxonomyVersion:
    version = str(entry.get("version", ""))
    for name in ("version", "effective_from", "source", "certainty"):
        if not entry.get(name):
            raise BadInput(f"{TABLE}: version {version!r} has no {name}")
    return TaxonomyVersion(
        version,
        str(entry["effective_from"]),
        entry["source"],
        entry["certainty"],
        tuple(_class(slug, version, named) for slug in entry["classes"]),
    )


def _class(slug: str, version: str, named: Mapping[str, Mapping[str, Any]]) -> FraudClass:
    if slug not in named:
        raise BadInput(f"{TABLE}: version {version} lists {slug!r}, which no [[class]] describes")
    entry = named[slug]
    listed: Sequence[Mapping[str, Any]] = entry.get("subtypes", ())
    subtypes = []
    for one in listed:
        if one.get("since", "") > version or version > one.get("until", "9999"):
            continue
        subtypes.append(Subtype(one["slug"], one["name"], one.get("certainty", "unsure")))
    for known in (slug, *(one.slug for one in subtypes)):
        if _SLUG.fullmatch(known) is None:
            raise BadInput(f"{TABLE}: {known!r} is no slug; write small letters, digits and single hyphens")
    return FraudClass(slug, entry["name"], tuple(subtypes))


def _parts(slug: str) -> tuple[str, str]:
    head, _, tail = slug.partition("/")
    return head, tail
