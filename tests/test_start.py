"""What a server that starts does not load, because no answer of most servers needs it. Read in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import msgspec

PUT_OFF = {
    "aiosmtplib": "mails",
    "babel.messages": "the languages of those who speak them",
    "facturx": "bills",
    "lxml": "XML: registries over EPP, bills and charts",
    "opentelemetry": "traces",
    "pygal": "charts",
    "rich": "reports on a terminal",
    "segno": "QR codes",
    "signxml": "trademark holders' files",
    "stripe": "cards",
    "tomlkit": "the catalogue's files written",
    "typst": "bills",
}
"""Libraries by what they are loaded for when it is wanted."""


def test_a_server_starts_without_what_only_some_need() -> None:
    loaded = "import sys, json, ordain.serving, ordain.cli; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True)
    assert not PUT_OFF.keys() & set(msgspec.json.decode(done.stdout, type=list[str]))
