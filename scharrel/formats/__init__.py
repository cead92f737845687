"""The world's formats, each in a file that knows no cooperative."""
