"""What can go wrong on the way to the Plume cloud, as facts for callers to put into words.

PlumeAPIError
├─ PlumeInputError            refused here, before any call: a bad id, argument, header or URL
├─ PlumeNotConfiguredError    this user has no credentials yet
├─ PlumeAuthError             no token for these credentials; `reason` says which part is wrong
├─ PlumePermissionError       403: the credentials are good, this object is not theirs
├─ PlumeNotFoundError         404
│  └─ PlumeNotVisibleError    401 even with a new token: not found, or not yours
├─ PlumeRejectedError         400, 409, 422, 501...: the request makes no sense to the cloud
├─ PlumeRateLimitedError      429, the firewall, or our own budget; `blocked_for_s` says how long
├─ PlumeServerError           500, 502, 503, 504
├─ PlumeTimeoutError          no complete answer before the deadline
├─ PlumeConnectionError       no connection, or it broke
└─ PlumeResponseError         an answer that cannot be read: HTML, cut JSON, too large, wrong shape

Messages hold facts only: never a body, a token, a header or wording for people.
"""

from __future__ import annotations

from typing import Literal

__all__ = [
    "AuthReason",
    "PlumeAPIError",
    "PlumeAuthError",
    "PlumeConnectionError",
    "PlumeInputError",
    "PlumeNotConfiguredError",
    "PlumeNotFoundError",
    "PlumeNotVisibleError",
    "PlumePermissionError",
    "PlumeRateLimitedError",
    "PlumeRejectedError",
    "PlumeResponseError",
    "PlumeServerError",
    "PlumeTimeoutError",
]

# header: client id or secret; partner: partner id or not enabled for machine-to-machine;
# rights: the client may not ask for this; other: none of these can be told from the answer.
AuthReason = Literal["header", "partner", "rights", "other"]


class PlumeAPIError(Exception):
    """Root of the tree. `status`, `path` and `request_id` are None where there was no answer."""

    def __init__(
        self,
        message: str = "the Plume cloud could not be used",
        *,
        status: int | None = None,
        path: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.path = path
        self.request_id = request_id

    def __str__(self) -> str:
        """The message, then what is known of the call, for logs."""
        facts = (
            f"status {self.status}" if self.status is not None else "",
            self.path or "",
            f"request {self.request_id}" if self.request_id else "",
        )
        known = ", ".join(fact for fact in facts if fact)
        return f"{self.args[0]} ({known})" if known else str(self.args[0])


class PlumeInputError(PlumeAPIError):
    """An argument was refused before any call. The message is one sentence, without the value."""


class PlumeNotConfiguredError(PlumeAPIError):
    """The user has no credentials; `set_user_auth` comes first."""


class PlumeAuthError(PlumeAPIError):
    """The token was refused for good: asking again with the same credentials will not help."""

    def __init__(
        self,
        message: str = "the token was refused",
        *,
        reason: AuthReason = "other",
        status: int | None = None,
        path: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, status=status, path=path, request_id=request_id)
        self.reason: AuthReason = reason


class PlumePermissionError(PlumeAPIError):
    """Another partner's object, or a right that these credentials lack."""


class PlumeNotFoundError(PlumeAPIError):
    """The location, node, device or report does not exist, or its customer is archived."""


class PlumeNotVisibleError(PlumeNotFoundError):
    """A 401 that a new token did not cure, which is how Plume says "not found or not yours"."""


class PlumeRejectedError(PlumeAPIError):
    """The cloud read the request and refuses it; repeating it unchanged is useless."""


class PlumeRateLimitedError(PlumeAPIError):
    """Too many calls. `firewall`: the cloud blocks this address for every user.

    `blocked_for_s` is the wait in seconds, None when the cloud did not say.
    """

    def __init__(
        self,
        message: str = "too many calls",
        *,
        blocked_for_s: float | None = None,
        firewall: bool = False,
        status: int | None = None,
        path: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, status=status, path=path, request_id=request_id)
        self.blocked_for_s = blocked_for_s
        self.firewall = firewall


class PlumeServerError(PlumeAPIError):
    """The cloud failed; the same request may work later."""


class PlumeTimeoutError(PlumeAPIError):
    """The caller's deadline passed. A write may have been carried out all the same."""


class PlumeConnectionError(PlumeAPIError):
    """No connection, or it broke before the answer was complete."""


class PlumeResponseError(PlumeAPIError):
    """There was an answer with a good status, but not one that can be read."""
