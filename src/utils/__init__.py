"""Pure helpers: statistics, formatting, wording, time zones."""
