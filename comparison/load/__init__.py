"""The load: many people, in one process that costs much less than the server they talk to."""
