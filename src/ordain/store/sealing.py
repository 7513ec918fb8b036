"""Secrets at rest: hashed where they are only compared, sealed where they must be used (DESIGN §9)."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken


def hashed(secret: str) -> str:
    """For secrets long enough not to be guessed (consumer keys): SHA-256, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


class WrongSecret(ValueError):
    """It was sealed with another secret."""


class Sealer:
    """Seals and unseals with one key, derived from the setting `secret`."""

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))
        # Every signed request needs its application's secret: unsealing one takes longer than all else about it.
        self.unseal = lru_cache(maxsize=1024)(self._unseal)

    def seal(self, secret: str) -> bytes:
        """The secret as it may lie in the database."""
        return self._fernet.encrypt(secret.encode())

    def _unseal(self, sealed: bytes) -> str:
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            message = "the setting `secret` is not the one this was sealed with"
            raise WrongSecret(message) from error
