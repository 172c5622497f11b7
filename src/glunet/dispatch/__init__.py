"""Many points: planned into batches, run on this machine's cores or on a cluster, resumed from what is stored."""
