"""The contract between node and centre: messages, topics, codec and the delivery ledger. Pure: Pydantic and the standard library."""
