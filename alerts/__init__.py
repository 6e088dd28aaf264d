"""Facts in, decisions out: rules, the alert engine and its lives. Pure: no clock, network, disk or NumPy."""
