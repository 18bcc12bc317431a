"""What an infusion brings with it."""
