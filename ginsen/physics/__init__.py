"""Equations and solvers as pure functions: networks, junctions, Kirchhoff."""
