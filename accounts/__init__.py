"""People: who they are, how they come in, when their access ends, and what they publish.

Knows nothing of chat.
"""
