"""The port to whoever holds a signing key: this process, a USB token at a desk, or a remote service.

A signature is asked for over the DER of the CMS signed attributes (RFC 5652, 5.4), never over the PDF, so
the document stays here. A key in this process answers at once (`Signed`). A token in the signer's browser
or a remote service (Cloud Signature Consortium `signHash`) answers `Awaiting` with a ticket, and the
signature is collected later, by a second call or by a callback that ends in the *sign* act.
"""

from typing import Literal, Protocol

import msgspec

Mechanism = Literal["sha256_rsa", "sha256_ecdsa"]


class Identity(msgspec.Struct, frozen=True):
    """Who signs: certificate and issuers in DER, leaf first. `development` marks a key without legal value."""

    certificate: bytes
    chain: tuple[bytes, ...] = ()
    development: bool = False


class Request(msgspec.Struct, frozen=True):
    """What the holder of the key signs. `digest` is SHA-256 of `attributes`; `title` is shown to the signer."""

    attributes: bytes
    digest: bytes
    mechanism: Mechanism
    title: str


class Signed(msgspec.Struct, frozen=True, tag="signed"):
    """The raw signature: PKCS #1 v1.5 for RSA, DER ECDSA-Sig-Value for ECDSA."""

    signature: bytes


class Awaiting(msgspec.Struct, frozen=True, tag="awaiting"):
    """The signer still has to confirm elsewhere; ask again with the ticket."""

    ticket: str


class Declined(msgspec.Struct, frozen=True, tag="declined"):
    """The signer or the service said no. `reason` is a constant, not the service's words."""

    reason: str


Answer = Signed | Awaiting | Declined


class Signer(Protocol):
    """Implemented by the development key, by a PKCS #11 token and by a remote signing service."""

    def identity(self) -> Identity:
        """The certificate that the signature will be made with; read before *prepare*."""
        ...

    def ask(self, request: Request) -> Answer:
        """Begin, and where the key is at hand finish, one signature."""
        ...

    def collect(self, ticket: str) -> Answer:
        """The state of a signature that `ask` answered with `Awaiting`."""
        ...
