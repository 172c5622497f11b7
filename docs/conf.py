"""How the documentation is built: `make docs`.

The source folder is the repository itself, so that README, docs/, validation/ and the others are pages as they stand, with
the links that work in a checkout as well. What follows from the code is written by `generate.py` before each build.
"""

import sys
from pathlib import Path

import glunet

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(Path(__file__).parent))

import generate  # noqa: E402 - lies beside this file

generate.write_all(Path(__file__).parent)

project = "glunet"
author = copyright = "The glunet contributors"
version = release = glunet.__version__

root_doc = "docs/index"
include_patterns = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md", "docs/_api/*.md", "validation/*.md",
                    "benchmarks/README.md", "benchmarks/results/*.md"]
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]

myst_heading_anchors = 3
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"          # the docstrings say them, with shapes and units
viewcode_line_numbers = True
highlight_language = "text"
smartquotes = False                 # what stands in quotes is meant to be copied

html_theme = "furo"
html_title = f"glunet {glunet.__version__}"
html_copy_source = False
html_additional_pages = {"index": "to_start.html"}      # the root of the site leads to docs/index.html
templates_path = ["_templates"]
