"""Devices under test, one file each."""
