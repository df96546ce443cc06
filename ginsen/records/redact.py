"""What a recording does not pass on: whose machines these are, and what opens them.

A station file names hosts, and may hold a password. A recording travels: to a supervisor, to a
journal's archive. It keeps what was measured with, not where it stands in the network.
"""

from __future__ import annotations

import re

LEFT_OUT = "(left out)"

# TCPIP and VICP resources, NI's visa:// and the like: the host follows the first separator.
_HOST = re.compile(r"((?:TCPIP|VICP|HISLIP)\d*::)[^:\"'\s]+", re.IGNORECASE)
_URL = re.compile(r"(\w+://)[^/\"'\s]+", re.IGNORECASE)
_KEY = (r"(?:[\w-]*[_-])?(?:pass(?:word|wd|phrase|code)?|secret|token|credentials?|api_?key|login"
        r"|user(?:name)?)")
_VALUE = r"\"\"\".*?\"\"\"|'''.*?'''|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|[^\s,}\]#]+"
_SECRET = re.compile(rf"((?<![\w-])[\"']?{_KEY}[\"']?\s*=\s*)({_VALUE})",
                     re.IGNORECASE | re.DOTALL)


def redacted(text: str) -> str:
    """A station file, or an instrument's answer, without hosts and without secrets.

    Left out is the host of a VISA address or of a URL, with what stands before it, and the value
    of every key that says password, passphrase, secret, token, credential, API key, user or login.
    """
    text = _SECRET.sub(rf'\1"{LEFT_OUT}"', text)
    text = _URL.sub(rf"\g<1>{LEFT_OUT}", text)
    return _HOST.sub(rf"\g<1>{LEFT_OUT}", text)
