"""QR codes: drawn as SVG by segno, and what the one on a receipt carries."""

import base64
import binascii
import io

import segno

from sauro.serve.documents.facts import Proof

FRAGMENT = "#checkpoint="


def svg(text: str) -> bytes:
    """The text as a QR code (ISO/IEC 18004, error level M), one SVG path without a fixed size."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=2, xmldecl=False, svgns=True, omitsize=True, nl=False
    )
    return out.getvalue()


def payload(proof: Proof) -> str:
    """The verification URL; the checkpoint rides in its fragment, which a browser never sends to the server.

    So every receipt in somebody's pocket is a witness of the journal, and the code still opens as a link.
    """
    if not proof.checkpoint:
        return proof.url
    return proof.url + FRAGMENT + base64.urlsafe_b64encode(proof.checkpoint.encode()).rstrip(b"=").decode()


def read(scanned: str) -> Proof:
    """What a scanned code holds. Raises ValueError when its checkpoint is not readable text."""
    url, mark, encoded = scanned.partition(FRAGMENT)
    if not mark:
        return Proof(url=url)
    try:
        note = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("the code holds no readable checkpoint") from error
    return Proof(url=url, checkpoint=note)
