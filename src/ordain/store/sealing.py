"""Secrets at rest: hashed where they are only compared, sealed where they must be used (DESIGN §9)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from functools import lru_cache

import argon2
from cryptography.fernet import Fernet, InvalidToken


def hashed(secret: str) -> str:
    """For secrets long enough not to be guessed (consumer keys): SHA-256, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


_passwords = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id as OWASP has it for many sign-ins at once: 19 MiB, two passes."""


def password_hash(password: str) -> str:
    """For what people choose: argon2id with a salt. Takes some 20 ms of a processor: call it in a thread."""
    return _passwords.hash(password)


def password_fits(password: str, expected: str | None) -> bool:
    """Whether this is the password. It takes as long where there is none. In a thread, too."""
    try:
        return _passwords.verify(expected or _nobodys(), password)
    except argon2.exceptions.VerifyMismatchError:
        return False


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return password_hash(secrets.token_hex())


class WrongSecret(ValueError):
    """It was sealed with another secret."""


class Sealer:
    """Seals and unseals with one key, derived from the setting `secret`."""

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))
        self._digests = hashlib.sha256(b"digests " + secret.encode()).digest()
        # Every signed request needs its application's secret: unsealing one takes longer than all else about it.
        self.unseal = lru_cache(maxsize=1024)(self._unseal)

    def seal(self, secret: str) -> bytes:
        """The secret as it may lie in the database."""
        return self._fernet.encrypt(secret.encode())

    def seal_bytes(self, secret: bytes) -> bytes:
        """The same for what is no text."""
        return self._fernet.encrypt(secret)

    def digest(self, said: bytes) -> str:
        """What tells equal from different, and lets nobody without the setting `secret` try what it may have been."""
        return hmac.new(self._digests, said, hashlib.sha256).hexdigest()

    def _unseal(self, sealed: bytes) -> str:
        return self.unseal_bytes(sealed).decode()

    def unseal_bytes(self, sealed: bytes) -> bytes:
        """What was sealed. Raises WrongSecret."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            message = "the setting `secret` is not the one this was sealed with"
            raise WrongSecret(message) from error
