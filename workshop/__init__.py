"""What engineers make the product with, and what never travels with it: no wheel holds it, no module imports it."""
