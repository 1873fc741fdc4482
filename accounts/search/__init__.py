"""Finding things by the words in them. Knows nothing of what the things are."""
