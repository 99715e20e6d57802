"""The second factor: what allauth keeps of it is sealed, and speaks our words."""

import base64
import os
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sauro.core.vault import keyring

_FORM, _NONCE = "1.", 12


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Seals secrets under a key of the installation's keyring, so that the database alone opens no account."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This did not work. Try again, with a new code if you use codes."),
    }

    def encrypt(self, text: str) -> str:
        """Seal the secret of one-time codes or the seed of recovery codes."""
        nonce = os.urandom(_NONCE)
        return (
            _FORM + base64.b64encode(nonce + _key().encrypt(nonce, text.encode(), b"sauro.factor.1")).decode()
        )

    def decrypt(self, encrypted_text: str) -> str:
        """Open what ``encrypt`` sealed. Raises InvalidTag for anything else."""
        sealed = base64.b64decode(encrypted_text.removeprefix(_FORM))
        return _key().decrypt(sealed[:_NONCE], sealed[_NONCE:], b"sauro.factor.1").decode()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """A name for a new passkey, which its holder may change before it is kept."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """What the device keeps: the login, and no name of a person."""
        return {**super().get_public_key_credential_user_entity(user), "display_name": user.get_username()}


def _key() -> AESGCM:
    return AESGCM(keyring.current().token_digest("second-factor", "secret"))
