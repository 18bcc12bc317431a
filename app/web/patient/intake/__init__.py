"""A packet of forms on the phone: its pages, what they keep, and the way out of every corner."""
