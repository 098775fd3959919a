"""What of a person is shown: behind the mask, or without it once a reveal was written down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fanzha.access import MaskRules, mask_account, mask_identity, mask_name, mask_phone, mask_text


@dataclass(frozen=True, slots=True)
class Mask:
    """Hides what it is given, or lets it pass; whoever shows persons shows them through one.

    names: persons who are to be hidden in free texts too, beside the long numbers.
    """

    rules: MaskRules
    lifted: bool = False
    names: tuple[str, ...] = ()

    def name(self, text: str) -> str:
        """姓名, as it may be shown."""
        return text if self.lifted else mask_name(text, self.rules)

    def account(self, text: str) -> str:
        """卡号, as it may be shown."""
        return text if self.lifted else mask_account(text, self.rules)

    def identity(self, text: str) -> str:
        """证件, as it may be shown."""
        return text if self.lifted else mask_identity(text, self.rules)

    def phone(self, text: str) -> str:
        """手机, as it may be shown."""
        return text if self.lifted else mask_phone(text, self.rules)

    def text(self, text: str, names: Iterable[str] = ()) -> str:
        """A free text, as it may be shown."""
        return text if self.lifted else mask_text(text, self.rules, names=(*self.names, *names))
