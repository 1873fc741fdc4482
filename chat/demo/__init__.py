"""Data to try Parley with: a small team's rooms (`team`), and any number of people, rooms and
messages (`crowd`).

What is told here happened in the past, which the actions cannot express: they know only the
present moment, and announce what they do. So rooms are made by the actions, and their history is
written as rows under the room's lock (`actions.changing`), which numbers it like any other. Nobody
is told: the rooms are new, and nobody has them open.
"""
