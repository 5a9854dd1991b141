"""What a run leaves behind: tables, files, verification."""
