"""People and their addresses in the admin. The chat registers people, with what moderators do."""

from . import addresses, groups

__all__ = ["addresses", "groups"]
