"""Pages of people and of what they publish. One file a subject."""
