"""Experiments on what may never happen to a text: lost, doubled, forged, misread."""
