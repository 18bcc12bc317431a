"""Questions as pages ask them: what stands where, and by which control."""
