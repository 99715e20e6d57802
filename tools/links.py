"""Every relative link and picture of the documentation leads somewhere."""

import re
from pathlib import Path

from tools.tree import ROOT, files

LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def anchors(text: str) -> set[str]:
    """Give the anchors of a page's headings, as the common code hosts make them."""
    found: set[str] = set()
    for heading in re.findall(
        r"^#{1,6}\s+(.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE
    ):
        plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        found.add(plain.replace(" ", "-"))
    return found


def faults(root: Path = ROOT) -> list[str]:
    """Give one sentence for each link to a file or heading that is not there."""
    sentences = []
    for page in files(root, {".md"}):
        for target in LINK.findall(CODE.sub("", page.read_text())):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            place = (page.parent / name) if name else page
            if not place.exists():
                sentences.append(f"{page.relative_to(root)} links to {target}, which is not there")
            elif anchor and place.suffix == ".md" and anchor not in anchors(place.read_text()):
                sentences.append(f"{page.relative_to(root)} links to {target}; that page has no such heading")
    return sentences
