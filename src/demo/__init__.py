"""The embedded Plume cloud and Telegram server, for --demo and for the tests."""
