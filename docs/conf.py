"""Sphinx settings; the build treats warnings as errors."""

project = "Ginsen"
author = "The Ginsen authors"
copyright = "2026, The Ginsen authors"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "Ginsen 銀線"
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
