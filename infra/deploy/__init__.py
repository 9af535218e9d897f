"""What `make deploy` and `make destroy` do; README.md has the commands."""
