"""One file per command; a file here is a command of the program."""
