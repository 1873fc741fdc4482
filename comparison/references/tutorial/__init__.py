"""A chat as Channels' tutorial builds it (parts 1 to 3), with its Redis layer, on Daphne."""
