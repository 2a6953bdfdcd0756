"""What an operator is given by the Plume portal, as people paste it, and as the client keeps it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from src.net.errors import PlumeInputError

__all__ = ["Credential", "SecretDict", "normalize_auth_header", "validate_partner_id"]

_MAX_PASTED = 4096
_BAD_HEADER = (
    "the authorization header is the word Basic followed by one long code, exactly as the portal "
    "shows it"
)
_BAD_PARTNER = "a partner id is one word of letters and digits, usually 24 of them"

_QUOTES = re.compile(r"[\"'`´‘’“”„«»<>{},;\\]")
_LABEL = re.compile(
    r"^\s*(?:(?:-H|--header)\s*)?(?:(?:proxy-)?authorization(?:\s*header)?[\s:=]*)?", re.IGNORECASE
)
# Printable text never encodes to base64 that starts with these letters in any case: the first
# or second byte would be a control character or no UTF-8. So the word can always be cut off.
_SCHEME = re.compile(r"^(?:basic[\s:=]*)+", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+")
_PARTNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SCOPE = re.compile(r"(?:scope[\s:=]*)?partner_?id[\s:=]*(\S+?)(?:\s+role:\S+)?", re.IGNORECASE)

_SECRET_KEYS = frozenset({"auth_header", "access_token", "client_secret"})


class SecretDict(dict[str, Any]):
    """A plain dictionary whose repr, and so any log line, leaves the secrets out."""

    def __repr__(self) -> str:
        """Every key, with the secret ones masked."""
        shown = {key: "***" if key in _SECRET_KEYS else value for key, value in self.items()}
        return repr(shown)


@dataclass(frozen=True)
class Credential:
    """Whose token to ask for, and where. Equal credentials share one token."""

    sso_url: str
    auth_header: str
    partner_id: str

    @cached_property
    def key(self) -> str:
        """Names the credential without containing it."""
        text = "\n".join((self.sso_url, self.auth_header, self.partner_id))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def client_id(self) -> str:
        """The public half of the header, which some report calls ask for."""
        code = self.auth_header.partition(" ")[2]
        return base64.b64decode(code).decode().partition(":")[0]

    def __repr__(self) -> str:
        """The partner, never the header."""
        return f"Credential(partner_id={self.partner_id!r}, auth_header='***')"


def normalize_auth_header(text: str) -> str:
    """The header as `Basic <base64 of id:secret>`, repaired from the shapes people paste.

    Takes `Authorization: Basic ...`, `Basic: ...`, the bare code, curl's `-H '...'`, quotes, line
    breaks, URL-safe base64 and missing padding. Raises PlumeInputError for anything that does not
    decode to an id and a secret; the message never contains what was pasted.
    """
    code = _SCHEME.sub("", _LABEL.sub("", _plain(text, _BAD_HEADER)).lstrip())
    code = "".join(code.split()).replace("-", "+").replace("_", "/").rstrip("=")
    if not _BASE64.fullmatch(code):
        raise PlumeInputError(_BAD_HEADER)
    try:
        pair = base64.b64decode(code + "=" * (-len(code) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        # Without `from`: the chained error would carry the pasted bytes.
        raise PlumeInputError(_BAD_HEADER) from None
    client_id, _, secret = pair.partition(":")
    if not (client_id.strip() and secret.strip() and pair.isprintable()):
        raise PlumeInputError(_BAD_HEADER)
    return "Basic " + base64.b64encode(pair.encode()).decode()


def validate_partner_id(text: str) -> str:
    """The partner id, also out of a pasted `partnerId:... role:partnerIdAdmin` scope.

    Raises PlumeInputError for anything with more than one word or unusual characters, because
    it becomes part of the scope that is asked for.
    """
    plain = _plain(text, _BAD_PARTNER).strip()
    scope = _SCOPE.fullmatch(plain)
    partner_id = scope.group(1) if scope else plain
    if not _PARTNER.fullmatch(partner_id):
        raise PlumeInputError(_BAD_PARTNER)
    return partner_id


def _plain(pasted: object, complaint: str) -> str:
    """Without quotes and invisible characters; no pattern ever sees an endless text."""
    if not isinstance(pasted, str) or len(pasted) > _MAX_PASTED:
        raise PlumeInputError(complaint)
    return _QUOTES.sub(" ", "".join(c for c in pasted if unicodedata.category(c) != "Cf"))
