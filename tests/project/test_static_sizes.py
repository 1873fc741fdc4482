"""What pages load stays small, and is the same program without its comments."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.base import ContentFile

from project.static import HashedStatic, minified
from tests.node import bundled_node, system_node

STATIC = settings.BASE_DIR / "static"
SCRIPTS = STATIC / "js"
TESTS = settings.BASE_DIR / "tests" / "js"


def test_all_our_scripts_together_are_at_most_60_kilobytes_as_served() -> None:
    sizes = {path.name: len(minified(path.read_bytes())) for path in SCRIPTS.rglob("*.js")}
    assert {"room.js", "live.js"} < sizes.keys()
    assert sum(sizes.values()) <= 60_000, sorted(sizes.items(), key=lambda item: -item[1])


def test_no_act_is_lost_on_the_way() -> None:
    """The minifier takes `void (a && b())` for nothing at all, and leaves an empty function."""
    for path in SCRIPTS.glob("*.js"):
        source = path.read_text()
        empty = source.count("=> {}")
        assert minified(source.encode()).decode().count("=>{}") == empty, path.name


def test_our_stylesheet_is_at_most_45_kilobytes() -> None:
    size = (STATIC / "css" / "parley.css").stat().st_size
    assert size <= 45_000, f"parley.css has {size} bytes"


def test_what_is_served_passes_the_tests_of_the_source(tmp_path: Path) -> None:
    scripts = tmp_path / "static" / "js"
    scripts.mkdir(parents=True)
    for path in SCRIPTS.glob("*.js"):
        (scripts / path.name).write_bytes(minified(path.read_bytes()))
    shutil.copytree(TESTS, tmp_path / "tests" / "js")
    shutil.copy(TESTS.parent / "texts.json", tmp_path / "tests")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    tests = [str(path) for path in (tmp_path / "tests" / "js").glob("*.test.js")]
    run = subprocess.run(
        [system_node() or bundled_node(), "--test", *tests],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:]


def test_collected_scripts_are_small_and_import_each_other_by_hashed_names(
    tmp_path: Path,
) -> None:
    sources = {
        "js/words.js": b"/** Words. */\nexport const word = 1;\n",
        "js/page.js": b'// A page.\nimport { word } from "./words.js";\nword;\n',
    }
    source = StaticFilesStorage(location=tmp_path / "source", base_url="/static/")
    storage = HashedStatic(location=tmp_path / "served", base_url="/static/")
    for name, text in sources.items():
        source.save(name, ContentFile(text))
        storage.save(name, ContentFile(text))
    made = storage.post_process({name: (source, name) for name in sources})
    served = {name: tmp_path / "served" / hashed for name, hashed, _ in made}

    assert served["js/words.js"].read_text() == "export const word=1"
    words = served["js/words.js"].name
    assert served["js/page.js"].read_text() == f'import{{word}}from"./{words}";word'
