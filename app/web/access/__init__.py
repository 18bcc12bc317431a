"""Who may open which address: the whole of it, in two tables, a line for each route.

`staff` is the console's: the least role that gets in. `others` says it of every other address. A
route that stands in neither fails the build (tests/house/test_access_matrix.py), which also tries
each of them as everybody who could come along.
"""
