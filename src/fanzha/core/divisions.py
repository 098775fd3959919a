"""Administrative division codes: two digits for a province, four for a prefecture, six for a county, nine below it."""

from __future__ import annotations

from typing import Final

from fanzha.core.errors import BadInput

# The first two digits; the list below them changes every year and is the statistics office's, not this program's.
PROVINCES: Final = frozenset(
    {
        "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
        "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
    }
)  # fmt: skip
COUNTY_DIGITS: Final = 6
LENGTHS: Final = (2, 4, COUNTY_DIGITS, 9, 12)  # GB/T 2260; below the county GB/T 10114 goes on


def check_division(code: str, where: str) -> str:
    """The code, without blanks around it; empty stays empty. Raises BadInput, which names `where`, for what is none."""
    bare = code.strip()
    if not bare:
        return ""
    if not (bare.isascii() and bare.isdecimal() and len(bare) in LENGTHS and bare[:2] in PROVINCES):
        raise BadInput(
            f"{where}: {code!r} is no administrative division (GB/T 2260): write 6 digits such as 530102, "
            "or the first 4 or 2 of them for a whole prefecture or province"
        )
    if bare[2:4] == "00" and bare[4:].strip("0"):
        raise BadInput(f"{where}: {code!r} is no administrative division (GB/T 2260): no county lies in prefecture 00")
    # 530100 and 5301 are the same prefecture; by prefix only the short one covers its counties.
    while 2 < len(bare) <= COUNTY_DIGITS and bare.endswith("00"):
        bare = bare[:-2]
    return bare
