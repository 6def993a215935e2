"""Drivers: the only code that opens devices of the machine. One file per kind of connection."""
