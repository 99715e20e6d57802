"""Under which licence each package is, and whether we may use it. Sources: the packages' own metadata, npm's lock."""

import importlib.metadata
from functools import cache

from license_expression import AND, OR, ExpressionError, LicenseSymbol, get_spdx_licensing

PERMITTED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Python-2.0", "Unlicense",
    "Zlib",
}  # fmt: skip
"""Whoever hands the product on need only keep the notices."""

SAID = {
    "Apache": "Apache-2.0", "Apache 2.0": "Apache-2.0", "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause", "BSD License": "BSD-3-Clause", "BSD 2-Clause License": "BSD-2-Clause",
    "3-Clause BSD License": "BSD-3-Clause", "BSD-0-Clause": "0BSD", "MIT License": "MIT", "MIT license": "MIT", "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}  # fmt: skip
"""Words of older metadata. What says only BSD is taken for three clauses, of which more must be kept."""

KNOWN = {
    "fido2": "BSD-2-Clause AND MPL-2.0",  # its COPYING, and the list of public suffixes that it carries
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",  # its LICENSE: the user's choice
    "pytest-django": "BSD-3-Clause",  # its LICENSE
}
"""Where metadata are a sentence, as the package's own licence file says."""

_CHANGED = "MPL binds changes to its own files; used unmodified"
_TOOL = f"{_CHANGED}, and never handed on"
EXCEPTIONS = {
    "certifi": f"{_CHANGED}: a list of authorities",
    "fido2": f"{_CHANGED}: a list of public suffixes",
    "orjson": _CHANGED,
    "psycopg": "LGPL: used unmodified, installed as its own package, so that anybody may replace it",
    "psycopg-binary": "LGPL: as psycopg",
    "psycopg-pool": "LGPL: as psycopg",
    "vietnam-provinces": "states none, and its source says GPL: open, see docs/decisions/0002-libraries.md#vietnam_provinces",
    "hypothesis": _TOOL,
    "pathspec": _TOOL,
    "axe-core": _TOOL,
    "lightningcss": _TOOL,
    "@fontsource/be-vietnam-pro": "OFL: a typeface, handed on unchanged under its own name",
}
"""Packages used under another licence, each with the reason why that is no harm."""

UNKNOWN = "NOASSERTION"

_licensing = cache(get_spdx_licensing)
"""Reading the list of all licences takes a tenth of a second."""


@cache
def of_python(name: str) -> str:
    """Give the licence of an installed package as an SPDX expression, NOASSERTION where it states none."""
    if name in KNOWN:
        return KNOWN[name]
    try:
        said = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return UNKNOWN
    if "License-Expression" in said:
        return said["License-Expression"]
    classified = [
        each.rpartition(" :: ")[2]
        for each in said.get_all("Classifier") or []
        if each.startswith("License ::")
    ]
    for words in [*(said.get_all("License") or []), *classified]:
        if (found := as_spdx(words)) != UNKNOWN:
            return found
    return UNKNOWN


def as_spdx(words: str) -> str:
    """Give an SPDX expression for what metadata say, NOASSERTION for what is none."""
    expression = SAID.get(words.strip(), words.strip())
    return expression if expression and not _symbols(expression)[1] else UNKNOWN


def _symbols(expression: str) -> tuple[set[str], bool]:
    """Licences that an expression names, and whether it is wrong."""
    licensing = _licensing()
    try:
        parsed = licensing.parse(expression, validate=True)
    except ExpressionError:
        return set(), True
    return {str(each) for each in licensing.license_keys(parsed)}, False


def permitted(expression: str) -> bool:
    """Whether an expression leaves us free: all of what is joined by AND, one of what is joined by OR."""
    licensing = _licensing()
    try:
        return _free(licensing.parse(expression, validate=True))
    except ExpressionError:
        return False


def _free(part: object) -> bool:
    if isinstance(part, LicenseSymbol):
        return part.key in PERMITTED
    if isinstance(part, OR | AND):
        found = [_free(each) for each in part.args]
        return any(found) if isinstance(part, OR) else all(found)
    return False


def excepted(name: str) -> str | None:
    """Give the exception that covers a package: its own, or that of what it is compiled for (lightningcss-linux-x64-gnu)."""
    if name in EXCEPTIONS:
        return name
    return next((each for each in ("lightningcss",) if name.startswith(f"{each}-")), None)


def faults(stated: dict[str, str]) -> list[str]:
    """Give one sentence for each package (name to expression) that may not be used, and for exceptions nobody needs."""
    wrong = {name for name, expression in stated.items() if not permitted(expression)}
    sentences = [
        f"{name} is under {stated[name]}: not permitted; choose another, or give the reason in tools/licences.py"
        for name in sorted(wrong)
        if not excepted(name)
    ]
    used = {excepted(name) for name in wrong}
    return sentences + [
        f"tools/licences.py excepts {name}, which needs it no longer"
        for name in sorted(set(EXCEPTIONS) - used)
    ]
