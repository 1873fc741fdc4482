"""What Parley is measured beside: as little as can be done, and what a tutorial says."""
