"""Watching homes: the engine, who is told what, and the thin jobs around them."""
