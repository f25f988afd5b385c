"""Training the encoder that ships with the package, and shipping it."""
