"""Lines that stay open: patients' and staff's sockets, and what they may ask."""
