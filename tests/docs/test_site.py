"""The documentation builds without a warning: no broken link, no page outside the contents, no docstring in disorder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sphinx")
pytest.importorskip("myst_parser")
pytest.importorskip("furo")

ROOT = Path(__file__).parents[2]


def built(source: Path, into: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """A build as `make docs` does it."""
    return subprocess.run([sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", *options, "-c",
                           "docs", ".", str(into)], cwd=source, capture_output=True, text=True)


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    done = built(ROOT, tmp_path / "site")
    assert done.returncode == 0, done.stderr
    pages = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*.html")}
    assert {"index.html", "README.html", "docs/add-a-drug.html", "validation/K1.html", "docs/_api/firing.html"} <= pages
    assert "depolarisation_block" in (tmp_path / "site" / "docs" / "api.html").read_text()
    assert "elimination_half_life" in (tmp_path / "site" / "docs" / "experiment-files.html").read_text()


@pytest.mark.slow
def test_a_broken_link_fails_the_build(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for name in ("conf.py", "generate.py"):
        (tmp_path / "docs" / name).write_text((ROOT / "docs" / name).read_text())
    (tmp_path / "docs" / "index.md").write_text("# Title\n\n[there](index.md) and [nowhere](nowhere.md)\n")
    done = built(tmp_path, tmp_path / "site", "-D", "html_additional_pages.index=page.html")
    assert done.returncode != 0
    assert "nowhere.md" in done.stderr
    assert "index.md'" not in done.stderr
