"""Tables of openings are brought in."""

from __future__ import annotations

from typing import Final

from fanzha import bootstrap
from fanzha.services.desk.import_openings import import_openings
from fanzha.services.desk.import_seizures import SheetFile
from fanzha.web.answers import Page
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.reports import FILES
from fanzha.web.forms import Field
from fanzha.web.routes import OFFICERS
from fanzha.web.words import N_


def _import(doing: Doing) -> Done:
    (upload, *_) = doing.values["files"]
    done = import_openings(
        doing.desk, doing.console.books.evidence, bootstrap.table_reader(), doing.actor,
        SheetFile(upload.name, upload.content), doing.values["institution"],
    )  # fmt: skip
    return Done("/openings", N_("已导入"), answer=Page("openings_imported.html", {"done": done}))


OPENING_DEEDS: Final = (
    Deed(
        "openings", "import-new", N_("导入开户登记"), OFFICERS, _import,
        (FILES, Field("institution", N_("开户机构"), hint=N_("表内未写明开户机构时填写。"), sample="")),
        rehearsed=False, hint=N_("表格须有号码一列；开户人、网点、柜员、开户时间等列按列名识别。"),
    ),
)  # fmt: skip
