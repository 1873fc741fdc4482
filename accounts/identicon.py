"""The avatar everybody has: two sides, one picture. A name in, SVG text out.

Nothing leaves the machine. A 2 x 2 grid of round shapes on a pale ground; the left column is one
voice, the right column the other. Eight trios of colour and ten shapes in four cells give 80,000
pictures. Pure: no Django, no I/O.
"""

from hashlib import sha256

# ground, left voice, right voice
COLOURS = [
    ("#dcefe6", "#0f6f52", "#f4b928"),
    ("#dbeaf2", "#1f5f8b", "#f08a5d"),
    ("#efe3f1", "#7a3f86", "#f2a541"),
    ("#f6e3da", "#b5492b", "#2f7f8c"),
    ("#e8edd3", "#5c7022", "#d9652b"),
    ("#f8e1e6", "#b03a5b", "#3f6fb0"),
    ("#e2e7ec", "#3d4f63", "#e0a526"),
    ("#d8f0ef", "#107a7d", "#e4604f"),
]
QUARTER = "M0 0h40a40 40 0 0 1-40 40z"
HALF = "M0 0h40a20 20 0 0 1-40 0z"
LEAF = "M0 0h20a20 20 0 0 1 20 20v20h-20a20 20 0 0 1-20-20z"
SHAPES = [(path, turn) for path in (QUARTER, HALF) for turn in (0, 90, 180, 270)] + [
    (LEAF, 0),
    (LEAF, 90),
]
CELLS = [(0, 0), (0, 40), (40, 0), (40, 40)]


def identicon(name: str, *, salt: str = "v1") -> str:
    """Return the SVG of `name`: the same for ever, so that it may be cached for ever."""
    digest = sha256(f"{salt}:{name}".encode()).digest()
    ground, left, right = COLOURS[digest[0] % len(COLOURS)]
    parts = [f'<path fill="{ground}" d="M0 0h80v80H0z"/>']
    for byte, (x, y) in zip(digest[1:], CELLS, strict=False):
        path, turn = SHAPES[byte % len(SHAPES)]
        voice = right if x else left
        parts.append(
            f'<path fill="{voice}" d="{path}" transform="translate({x} {y}) rotate({turn} 20 20)"/>'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80">{"".join(parts)}</svg>\n'
