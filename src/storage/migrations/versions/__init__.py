"""One module per schema version, frozen: none imports `src.storage.schema`, which moves on."""
