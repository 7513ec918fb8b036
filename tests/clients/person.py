"""Somebody with a browser: signs in on the pages, and agrees or refuses when a program asks to act for them."""

from __future__ import annotations

import re
from html import unescape

import requests

PASSWORD = "correct horse battery staple"


class Person:
    """Somebody with a browser, signed in."""

    def __init__(self, url: str, nic: str, password: str = PASSWORD) -> None:
        """Sign in to the account."""
        self.url = url
        self.browser = requests.Session()
        self.browser.trust_env = False
        page = self.browser.get(f"{url}/sign-in", timeout=30).text
        self.send("/sign-in", page, name=nic, password=password)

    def send(self, path: str, page: str, **filled: str) -> requests.Response:
        """Fill in the form that a page has for this path; fields that are not named stay as they came."""
        form = page[page.index(f'action="{path}"') :].partition("</form>")[0]
        fields = re.findall(r'<input [^>]*name="(\w+)"[^>]* value="([^"]*)"', form)
        held = {name: unescape(value) for name, value in fields}
        answer = self.browser.post(f"{self.url}{path}", {**held, **filled}, timeout=30, allow_redirects=False)
        assert answer.status_code in (200, 303), answer.text
        return answer

    def decide(self, url: str, decision: str) -> requests.Response:
        """Open the page a program leads to, and answer: "accept" or "refuse"."""
        page = self.browser.get(url, timeout=30)
        assert page.status_code == 200, page.text
        return self.send("/auth/", page.text, decision=decision, validity="1")
