"""Correctness while processes die: a shop's traffic, what it was told is accepted, who kills, and what must hold afterwards."""
