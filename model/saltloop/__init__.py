"""saltloop: material-flow optimisation of salt-lake circular economies."""

__version__ = "0.1.0"
