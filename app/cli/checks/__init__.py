"""What `afterglow doctor` looks at, each in a module of its own."""
