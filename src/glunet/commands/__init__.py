"""Commands of the command line beyond the everyday ones, a file each, joined in `glunet.cli`."""
