"""How older databases reach the newest schema; applied at start by `src.storage.migrate`."""
