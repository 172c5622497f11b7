"""The report: stored results as one HTML file that can be explored offline. Knows no Brian2."""
