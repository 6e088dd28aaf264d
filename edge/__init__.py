"""A node: sees, measures, tells. It observes; the centre judges."""
