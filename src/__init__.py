"""Everything of Panoptes behind its two top modules."""
