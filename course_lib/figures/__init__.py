"""Figures to move: each is one anywidget for the book's page and for a live notebook, with a picture for print."""
