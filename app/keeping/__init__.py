"""What is kept and how long, what is given to a patient, and what is let go of for good."""
