"""What a patient is asked before and around an infusion: packets, drafts, and what follows."""
