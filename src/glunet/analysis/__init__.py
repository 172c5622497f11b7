"""Measures of activity: arrays in, arrays out. Nothing here opens a file or draws."""
