"""The encoder that training starts from."""
