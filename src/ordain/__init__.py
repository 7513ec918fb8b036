"""Ordain: a domain-name order engine that speaks the OVHcloud Order API."""

__version__ = "0.1.0"
