"""The environment is read once, checked completely, and never repeated in a complaint."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from pydantic import SecretStr

import plume_api_client
from src.settings import Listen, Settings, SettingsError, load_settings

ROOT = Path(__file__).resolve().parent.parent
TOKEN = {"TELEGRAM_BOT_TOKEN": "123456:FAKE-token"}
FERNET = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def _load(**environment: str) -> Settings:
    return load_settings({**TOKEN, **environment}, dotenv=None)


def test_only_the_token_is_required() -> None:
    settings = _load()
    assert settings.telegram_bot_token.get_secret_value() == "123456:FAKE-token"
    assert settings.telegram_api_base == "https://api.telegram.org/bot"
    assert settings.is_open
    assert settings.data_dir == Path("data")


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("TELEGRAM_API_BASE", "http://127.0.0.1:8081/bot/", "telegram_api_base",
         "http://127.0.0.1:8081/bot"),
        ("PLUME_API_BASE", "https://cloud.example/api", "plume_api_base",
         "https://cloud.example/api/"),
        ("PLUME_SSO_URL", " http://localhost:1/token ", "plume_sso_url",
         "http://localhost:1/token"),
        ("PLUME_REPORTS_BASE", "http://[::1]:9/reports/", "plume_reports_base",
         "http://[::1]:9/reports/"),
        ("PLUME_WINDOW_CALLS", "900", "plume_window_calls", 900),
        ("PLUME_POLL_RATE", "2.5", "plume_poll_rate", 2.5),
        ("PANOPTES_ADMINS", "1, 2;3", "admins", frozenset({1, 2, 3})),
        ("PANOPTES_ALLOWED_USERS", "42,", "allowed_users", frozenset({42})),
        ("PANOPTES_ALLOW_ACTIONS", "Yes", "allow_actions", True),
        ("PANOPTES_ALLOW_ACTIONS", "off", "allow_actions", False),
        ("PANOPTES_DATA_DIR", "/srv/panoptes", "data_dir", Path("/srv/panoptes")),
        ("PANOPTES_DATABASE_URL", "postgresql+asyncpg://u:p@h/d", "database_url",
         SecretStr("postgresql+asyncpg://u:p@h/d")),
        ("PANOPTES_SECRET_KEYS", f"{FERNET},{FERNET}", "secret_keys", (SecretStr(FERNET),) * 2),
        ("PANOPTES_WATCH_INTERVAL", "300", "watch_interval", 300),
        ("PANOPTES_WATCH_CONFIRM_LOOKS", "3", "watch_confirm_looks", 3),
        ("PANOPTES_WATCH_CONFIRM_SECONDS", "0", "watch_confirm_s", 0),
        ("PANOPTES_LISTEN", "0.0.0.0:8080", "listen", Listen("0.0.0.0", 8080)),
        ("PANOPTES_LISTEN", "[::1]:80", "listen", Listen("::1", 80)),
        ("PANOPTES_WEBHOOK_SECRET", "a-b_C9", "webhook_secret", SecretStr("a-b_C9")),
        (
            "PANOPTES_HEARTBEAT_URL",
            " https://up.example/push/abc?status=up ",
            "heartbeat_url",
            SecretStr("https://up.example/push/abc?status=up"),
        ),
        ("PANOPTES_LOG_LEVEL", "debug", "log_level", "DEBUG"),
        ("PANOPTES_LOG_FORMAT", "JSON", "log_format", "json"),
    ],
)  # fmt: skip
def test_a_value_is_read_as_what_it_means(
    variable: str, text: str, field: str, value: object
) -> None:
    assert getattr(_load(**{variable: text}), field) == value


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("TELEGRAM_BOT_TOKEN", "hunter2"),
        ("TELEGRAM_API_BASE", "https://api.telegram.org"),
        ("TELEGRAM_API_BASE", "http://example.org/bot"),
        ("PLUME_API_BASE", "ftp://example.org/"),
        ("PLUME_API_BASE", "https://user:hunter2@example.org/"),
        ("PLUME_API_BASE", "https://example.org/?key=hunter2"),
        ("PLUME_SSO_URL", "hunter2"),
        ("PLUME_SSO_URL", "https://[hunter2/"),
        ("PLUME_WINDOW_CALLS", "2001"),
        ("PLUME_WINDOW_CALLS", "many"),
        ("PLUME_POLL_RATE", "0"),
        ("PANOPTES_ADMINS", "@ann"),
        ("PANOPTES_ADMINS", "0"),
        ("PANOPTES_ALLOW_ACTIONS", "perhaps"),
        ("PANOPTES_DATABASE_URL", "hunter2"),
        ("PANOPTES_SECRET_KEYS", "hunter2"),
        ("PANOPTES_SECRET_KEYS", "MTIzNDU2"),
        ("PANOPTES_WATCH_INTERVAL", "0"),
        ("PANOPTES_WATCH_CONFIRM_LOOKS", "0"),
        ("PANOPTES_WATCH_CONFIRM_SECONDS", "soon"),
        ("PANOPTES_LISTEN", "8080"),
        ("PANOPTES_LISTEN", "host:99999"),
        ("PANOPTES_WEBHOOK_URL", "http://example.org"),
        ("PANOPTES_WEBHOOK_SECRET", "hunter 2"),
        ("PANOPTES_HEARTBEAT_URL", "http://up.example/push/hunter2"),
        ("PANOPTES_LOG_LEVEL", "loud"),
        ("PANOPTES_LOG_FORMAT", "xml"),
    ],
)
def test_a_bad_value_is_one_line_that_names_the_variable_and_not_the_value(
    variable: str, text: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        _load(**{variable: text})
    (line,) = caught.value.problems
    assert line.startswith(f"{variable}: takes ")
    assert "hunter" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"PANOPTES_LOG_LEVEL": "loud", "PANOPTES_ADMIN": "1"}, dotenv=None)
    assert [line.partition(":")[0] for line in caught.value.problems] == [
        "TELEGRAM_BOT_TOKEN",
        "PANOPTES_LOG_LEVEL",
        "PANOPTES_ADMIN",
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("PANOPTES_ADMIN", "; did you mean PANOPTES_ADMINS?"), ("PANOPTES_XYZZY", "")],
)
def test_a_misspelt_setting_stops_the_start(name: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        _load(**{name: "1"})
    assert caught.value.problems == [f"{name}: is not a setting of Panoptes{hint}"]


def test_the_test_set_ups_own_variables_are_none_of_its_business() -> None:
    assert _load(PANOPTES_TEST_DATABASE_URL="x", PATH="/bin").is_open


def test_a_webhook_needs_somewhere_to_listen() -> None:
    url = {"PANOPTES_WEBHOOK_URL": "https://bot.example/hook"}
    with pytest.raises(SettingsError, match="needs PANOPTES_LISTEN"):
        _load(**url)
    assert _load(**url, PANOPTES_LISTEN="127.0.0.1:8443").webhook_url == url["PANOPTES_WEBHOOK_URL"]


@pytest.mark.parametrize("variable", ["PANOPTES_ADMINS", "PANOPTES_ALLOWED_USERS"])
def test_naming_anybody_closes_the_bot(variable: str) -> None:
    assert not _load(**{variable: "7"}).is_open


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("TELEGRAM_BOT_TOKEN=1:fromfile\nPANOPTES_LOG_LEVEL=ERROR\nPANOPTES_LISTEN=\n")
    settings = load_settings({"PANOPTES_LOG_LEVEL": "DEBUG"}, file)
    assert settings.log_level == "DEBUG"
    assert settings.telegram_bot_token.get_secret_value() == "1:fromfile"
    assert settings.listen is None


def test_without_arguments_the_process_environment_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(os.environ, "TELEGRAM_BOT_TOKEN", "5:process")
    assert load_settings().telegram_bot_token.get_secret_value() == "5:process"


def test_secrets_are_not_printed() -> None:
    secrets = {
        "PANOPTES_SECRET_KEYS": FERNET,
        "PANOPTES_DATABASE_URL": "postgresql+asyncpg://u:hunter2@h/d",
        "PANOPTES_WEBHOOK_SECRET": "hunter2",
    }
    shown = repr(_load(**secrets))
    assert not [secret for secret in ("FAKE-token", FERNET, "hunter2") if secret in shown]


def _shown(value: Any) -> str:
    """A default as the example file writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or value in (frozenset(), ()):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_the_example_file_lists_every_setting_with_its_default() -> None:
    example = dotenv_values(ROOT / ".env.example")
    fields = {str(f.validation_alias): f for f in Settings.model_fields.values()}
    assert set(example) == set(fields)
    assert {name: value for name, value in example.items() if name not in TOKEN} == {
        name: _shown(f.default) for name, f in fields.items() if not f.is_required()
    }
    assert example["TELEGRAM_BOT_TOKEN"] == ""


def test_the_example_file_is_a_valid_configuration_once_it_has_a_token() -> None:
    example = {name: value or "" for name, value in dotenv_values(ROOT / ".env.example").items()}
    assert load_settings({**example, **TOKEN}, dotenv=None) == _load()


def test_the_bot_and_a_script_ask_the_same_cloud_by_default() -> None:
    plume_api_client.user_auth.clear()
    plume_api_client.set_user_auth(0, {"auth_header": "aWQ6c2VjcmV0", "partner_id": "p1"})
    scripts = plume_api_client.user_auth.pop(0)
    settings = _load()
    assert scripts["sso_url"] == settings.plume_sso_url
    assert scripts["plume_api_base"] == settings.plume_api_base
    assert scripts["plume_reports_base"] == settings.plume_reports_base
