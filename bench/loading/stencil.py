"""Text with holes: a line of a real case in which every identity can be replaced."""

import re
from collections.abc import Sequence
from operator import itemgetter
from typing import Any


class Stencil:
    """Bytes in which known values are holes, filled by position. About two microseconds for two kilobytes."""

    __slots__ = ("_choose", "_text")

    def __init__(self, text: bytes, values: Sequence[bytes]) -> None:
        places = {value: number for number, value in enumerate(values)}
        # The longest first: a value that begins another must not hide it.
        pattern = b"|".join(re.escape(value) for value in sorted(values, key=len, reverse=True))
        pieces = re.split(b"(" + pattern + b")", text)
        holes = [places[piece] for piece in pieces[1::2]]
        self._text = b"%b".join(piece.replace(b"%", b"%%") for piece in pieces[::2])
        self._choose: Any = _chooser(holes)

    def fill(self, values: Sequence[bytes]) -> bytes:
        """The text with these values in its holes, in the order the stencil was given theirs."""
        chosen: tuple[bytes, ...] = self._choose(values)
        return self._text % chosen


def _chooser(holes: list[int]) -> Any:
    if not holes:
        return lambda values: ()
    if len(holes) == 1:
        only = holes[0]
        return lambda values: (values[only],)
    return itemgetter(*holes)
