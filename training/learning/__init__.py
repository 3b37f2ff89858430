"""The training loop: steps that depend on seed and step number alone, so that a run can stop anywhere and go on alike."""
