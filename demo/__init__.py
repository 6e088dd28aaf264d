"""The whole system on one machine: broker, centre and node as three supervised processes, and who plays the people.

It starts the programs by their command line and uses the centre by its public API, as anyone outside would: it
imports neither of them. A sixth folder beside the design's five, because it belongs to none of them.
"""
