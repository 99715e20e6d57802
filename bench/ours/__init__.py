"""Our own side of the comparisons: the product, opened from outside as an operator would."""
