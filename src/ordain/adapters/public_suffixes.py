"""The Public Suffix List as its package brings it, read when first asked: its part kept by ICANN and registries."""

from __future__ import annotations

from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList


@cache
def _listed() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)


@lru_cache(maxsize=4096)
def public_suffix(name: str) -> str:
    """The longest suffix of a name (A-labels) below which the public registers; its last label if none is listed."""
    return _listed().publicsuffix(name) or name.rpartition(".")[2]
