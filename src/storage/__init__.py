"""What survives a restart: SQL storage with encrypted credentials."""
