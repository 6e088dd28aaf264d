"""What the API takes and gives: the Pydantic models behind the OpenAPI document, one module for each noun."""
