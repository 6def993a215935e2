"""Drivers: the only place that opens ports of the machine. One file per kind of connection."""
