"""Pure analysis: models in, typed dictionaries out."""
