"""People: who they are, how they come in, and when their access ends. Knows nothing of chat."""
