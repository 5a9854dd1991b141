"""What is done with scenarios, programmes and runs: solving, explaining failure, later comparing."""
