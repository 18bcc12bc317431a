"""Copies of all that an installation holds, and the way back from them.

Two files: the data, dated, and the keys of journal entries, of which only the newest copy is kept.
Data of any day is restored with the newest keys: so what somebody deleted stays deleted.
"""
