"""The world's formats, each in a file that yields plain records and knows no cooperative."""
