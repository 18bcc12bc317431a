"""People who ask to become patients: their number confirmed, their first talk booked."""
