"""The process around the bot: its life from start to stop, and what operators ask of it."""
