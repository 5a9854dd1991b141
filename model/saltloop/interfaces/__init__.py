"""Ways in and out for people: the command line and the pages."""
