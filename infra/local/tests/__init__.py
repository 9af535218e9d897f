"""End-to-end tests over a second local stack that runs beside `make dev`."""
