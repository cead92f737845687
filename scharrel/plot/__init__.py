"""Drawing what rules do: curves, labels, on the screen and on paper."""
