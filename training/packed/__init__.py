"""A BERT over packed texts, and how its matrix products are brought to whole numbers."""
