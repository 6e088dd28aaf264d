"""The contract between node and centre: messages, topics, codec, delivery ledger. Pure: Pydantic only."""
