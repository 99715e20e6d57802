"""Where the built style sheets and scripts are: reads the manifest that Vite writes."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.templatetags.static import static

MANIFEST = Path(__file__).parent / "static" / "dist" / "manifest.json"


class NotBuilt(RuntimeError):
    """The front end has not been built, or knows no entry of this name."""


@dataclass(frozen=True)
class Entry:
    """One entry of the build: its style sheets and its script, as paths below the static folder."""

    styles: tuple[str, ...]
    script: str


def entry(name: str) -> Entry:
    """Give the entry `citizen` or `official`. Raises NotBuilt with what to do."""
    try:
        changed = MANIFEST.stat().st_mtime_ns
    except FileNotFoundError:
        raise NotBuilt(
            "The pages have no style sheet yet. Run `make run`, or `npm run build` in frontend/."
        ) from None
    item = _read(changed).get(f"src/{name}.ts")
    if item is None:
        raise NotBuilt(f"The front end has no entry “{name}”. Entries are listed in frontend/vite.config.ts.")
    return Entry(tuple(f"dist/{style}" for style in item.get("css", ())), f"dist/{item['file']}")


# Keyed by the file's time, so that a new build is seen without a restart.
@lru_cache(maxsize=2)
def _read(changed: int) -> dict[str, Any]:
    items: dict[str, Any] = json.loads(MANIFEST.read_text())
    return items


def addresses(name: str) -> Entry:
    """Give the entry with full addresses, as the static file storage serves them."""
    found = entry(name)
    return Entry(tuple(static(style) for style in found.styles), static(found.script))
