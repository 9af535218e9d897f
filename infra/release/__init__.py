"""What `make release` puts together: the functions for both architectures, the web app, their sums, and what they are made of."""
