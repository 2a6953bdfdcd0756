"""Telegram handlers, one file per command family."""
