"""Calibration: parameters of a circuit fitted to rows of a targets file, a whole generation as one network."""
