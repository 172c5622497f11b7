"""The scoreboard: published observations (``targets.toml``, ``sources.toml``), the experiments and functions that score the
circuit against them (`glunet.validation.rows` tells how to add some), the table, its pages, and how robust it is."""
