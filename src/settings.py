"""Everything that the environment decides, read once at start and checked before anything runs.

Values come from the process environment, else from a `.env` file (design: the environment wins).
A value that cannot be used is a problem of one line, which names the variable and says what it
takes, and never repeats the value, because it may be a secret.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "EXIT_BAD_SETTINGS",
    "EXIT_UNAVAILABLE",
    "Listen",
    "Settings",
    "SettingsError",
    "load_settings",
]

# EX_CONFIG of sysexits.h: supervisors can be told not to restart on it.
EXIT_BAD_SETTINGS: Final = 78
EXIT_UNAVAILABLE: Final = 69  # EX_UNAVAILABLE: worth another try later

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{3,}")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_DATABASE_URL = re.compile(r"[a-z][a-z0-9_]*\+[a-z0-9_]+://.*")
_FERNET_BYTES = 32
# Only these prefixes are ours; PANOPTES_TEST_ belongs to the test set-up.
_OURS = "PANOPTES_"
_OURS_BUT_NOT_SETTINGS = "PANOPTES_TEST_"


class Listen(NamedTuple):
    """Where the health and webhook server listens."""

    host: str
    port: int

    @property
    def text(self) -> str:
        """As in an address."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class SettingsError(Exception):
    """The settings cannot be used; `problems` has one line for each variable."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the lines in a stable order."""
        super().__init__("\n".join(problems))
        self.problems = problems


def _url(value: str) -> str:
    """An https URL, or http on this very machine."""
    parts = urlsplit(value.strip())
    allowed = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not allowed or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("not a usable address")
    return value.strip()


def _heartbeat(value: str) -> SecretStr:
    """As above, with a query if need be. Who knows it can report in our name: a secret."""
    _url(value.strip().partition("?")[0])
    return SecretStr(value.strip())


def _base_url(value: str) -> str:
    return _url(value).rstrip("/") + "/"


def _bot_api_base(value: str) -> str:
    url = _url(value).rstrip("/")
    if not url.endswith("/bot"):
        raise ValueError("the bot token is appended to it")
    return url


def _token(value: str) -> SecretStr:
    if not _TOKEN.fullmatch(value.strip()):
        raise ValueError("not a token")
    return SecretStr(value.strip())


def _user_ids(value: str) -> frozenset[int]:
    words = re.split(r"[,;\s]+", value.strip(" ,;\t\n"))
    numbers = frozenset(int(word) for word in words if word.isascii() and word.isdecimal())
    if len(numbers) != len(set(words)) or 0 in numbers:
        raise ValueError("not user ids")
    return numbers


def _switch(value: str) -> bool:
    known = {"true": True, "1": True, "yes": True, "on": True}
    known |= {"false": False, "0": False, "no": False, "off": False}
    return known[value.strip().lower()] if value.strip().lower() in known else _refuse()


def _refuse() -> Any:
    raise ValueError("not one of the words")


def _listen(value: str) -> Listen:
    parts = urlsplit(f"//{value.strip()}")
    if not parts.hostname or not parts.port or parts.path or parts.username:
        raise ValueError("not host:port")
    return Listen(parts.hostname, parts.port)


def _fernet_keys(value: str) -> tuple[SecretStr, ...]:
    keys = [key for key in re.split(r"[,\s]+", value.strip()) if key]
    for key in keys:
        try:
            usable = len(base64.urlsafe_b64decode(key)) == _FERNET_BYTES
        except (binascii.Error, ValueError):
            usable = False
        if not usable:
            raise ValueError("not a key")
    return tuple(SecretStr(key) for key in keys)


def _database_url(value: str) -> SecretStr:
    if not _DATABASE_URL.fullmatch(value.strip()):
        raise ValueError("not a database URL")
    return SecretStr(value.strip())


def _webhook_secret(value: str) -> SecretStr:
    if not _WEBHOOK_SECRET.fullmatch(value.strip()):
        raise ValueError("not usable as a header")
    return SecretStr(value.strip())


def _word(value: str) -> str:
    return value.strip().upper()


def _lower(value: str) -> str:
    return value.strip().lower()


_HTTPS = "an https:// address (http:// only on this machine)"


def _field(name: str, takes: str, default: Any = ...) -> Any:
    """A setting: the variable that carries it and, in words, what that variable takes."""
    return Field(default, validation_alias=name, description=takes)


class Settings(BaseModel):
    """The configuration of one process. Secrets print as asterisks."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, extra="forbid")

    telegram_bot_token: Annotated[SecretStr, BeforeValidator(_token)] = _field(
        "TELEGRAM_BOT_TOKEN", "takes the token that @BotFather gave you (123456:ABC...)"
    )
    telegram_api_base: Annotated[str, BeforeValidator(_bot_api_base)] = _field(
        "TELEGRAM_API_BASE", f"takes {_HTTPS} that ends in /bot", "https://api.telegram.org/bot"
    )
    plume_api_base: Annotated[str, BeforeValidator(_base_url)] = _field(
        "PLUME_API_BASE",
        f"takes {_HTTPS}",
        "https://piranha-gamma.prod.us-west-2.aws.plumenet.io/api/",
    )
    plume_reports_base: Annotated[str, BeforeValidator(_base_url)] = _field(
        "PLUME_REPORTS_BASE",
        f"takes {_HTTPS}",
        "https://piranha-gamma.prod.us-west-2.aws.plumenet.io/reports/",
    )
    plume_sso_url: Annotated[str, BeforeValidator(_url)] = _field(
        "PLUME_SSO_URL",
        f"takes the token address from the Plume portal, {_HTTPS}",
        "https://external.sso.plume.com/oauth2/ausc034rgdEZKz75I357/v1/token",
    )
    plume_window_calls: Annotated[int, Field(ge=1, le=2000)] = _field(
        "PLUME_WINDOW_CALLS", "takes a whole number from 1 to 2000 (calls per 300 s)", 1800
    )
    plume_poll_rate: Annotated[float, Field(gt=0, le=50)] = _field(
        "PLUME_POLL_RATE", "takes a number above 0, at most 50 (polling calls per second)", 5.0
    )
    admins: Annotated[frozenset[int], BeforeValidator(_user_ids)] = _field(
        "PANOPTES_ADMINS", "takes Telegram user ids with commas between them", frozenset()
    )
    allowed_users: Annotated[frozenset[int], BeforeValidator(_user_ids)] = _field(
        "PANOPTES_ALLOWED_USERS", "takes Telegram user ids with commas between them", frozenset()
    )
    allow_actions: Annotated[bool, BeforeValidator(_switch)] = _field(
        "PANOPTES_ALLOW_ACTIONS", "takes true or false", default=False
    )
    data_dir: Path = _field("PANOPTES_DATA_DIR", "takes the path of a folder", Path("data"))
    database_url: Annotated[SecretStr | None, BeforeValidator(_database_url)] = _field(
        "PANOPTES_DATABASE_URL",
        "takes an async SQLAlchemy URL (sqlite+aiosqlite://, postgresql+asyncpg://)",
        None,
    )
    secret_keys: Annotated[tuple[SecretStr, ...], BeforeValidator(_fernet_keys)] = _field(
        "PANOPTES_SECRET_KEYS", "takes Fernet keys with commas between them, newest first", ()
    )
    watch_interval: Annotated[int, Field(ge=1, le=86400)] = _field(
        "PANOPTES_WATCH_INTERVAL", "takes whole seconds from 1 to 86400", 60
    )
    watch_confirm_looks: Annotated[int, Field(ge=1, le=20)] = _field(
        "PANOPTES_WATCH_CONFIRM_LOOKS", "takes a whole number from 1 to 20", 2
    )
    watch_confirm_s: Annotated[int, Field(ge=0, le=3600)] = _field(
        "PANOPTES_WATCH_CONFIRM_SECONDS", "takes whole seconds from 0 to 3600", 180
    )
    listen: Annotated[Listen | None, BeforeValidator(_listen)] = _field(
        "PANOPTES_LISTEN", "takes host:port, such as 127.0.0.1:8080", None
    )
    webhook_url: Annotated[str | None, BeforeValidator(_url)] = _field(
        "PANOPTES_WEBHOOK_URL", f"takes {_HTTPS}; needs PANOPTES_LISTEN", None
    )
    webhook_secret: Annotated[SecretStr | None, BeforeValidator(_webhook_secret)] = _field(
        "PANOPTES_WEBHOOK_SECRET", "takes 1 to 256 letters, digits, _ and -", None
    )
    heartbeat_url: Annotated[SecretStr | None, BeforeValidator(_heartbeat)] = _field(
        "PANOPTES_HEARTBEAT_URL", f"takes {_HTTPS}", None
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_word)] = (
        _field("PANOPTES_LOG_LEVEL", "takes DEBUG, INFO, WARNING or ERROR", "INFO")
    )
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = _field(
        "PANOPTES_LOG_FORMAT", "takes text or json", "text"
    )

    @property
    def is_open(self) -> bool:
        """Nobody is named, so everybody may talk to the bot with own credentials."""
        return not (self.admins or self.allowed_users)


def _variables() -> dict[str, str]:
    """Each variable with what it takes."""
    fields = Settings.model_fields.values()
    return {str(field.validation_alias): str(field.description) for field in fields}


def load_settings(
    environment: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")
) -> Settings:
    """Read and check everything; raises SettingsError with one line for each problem.

    An empty value counts as not set. `environment` defaults to the process's own.
    """
    given: dict[str, str | None] = dict(dotenv_values(dotenv)) if dotenv else {}
    given |= dict(os.environ if environment is None else environment)
    variables = _variables()
    values = {name: given[name] for name in variables if (given.get(name) or "").strip()}
    problems = _unknown_names(given, variables)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        names = dict.fromkeys(str(item["loc"][0]) for item in error.errors())
        raise SettingsError(
            [f"{name}: {variables[name]}" for name in names] + problems
        ) from None  # the original error may show a secret
    if settings.webhook_url and not settings.listen:
        problems.append(f"PANOPTES_WEBHOOK_URL: {variables['PANOPTES_WEBHOOK_URL']}")
    if problems:
        raise SettingsError(problems)
    return settings


def _unknown_names(given: Mapping[str, str | None], variables: Mapping[str, str]) -> list[str]:
    """A misspelt PANOPTES_ADMIN would silently leave the bot open to everybody."""
    problems = []
    for name in sorted(given):
        ours = name.startswith(_OURS) and not name.startswith(_OURS_BUT_NOT_SETTINGS)
        if ours and name not in variables:
            close = difflib.get_close_matches(name, variables, n=1, cutoff=0.8)
            hint = f"; did you mean {close[0]}?" if close else ""
            problems.append(f"{name}: is not a setting of Panoptes{hint}")
    return problems
