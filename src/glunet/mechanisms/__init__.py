"""Physics: one file per mechanism, grouped by what it is. The catalogue walks these folders; there is no list."""
