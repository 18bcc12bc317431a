"""The doors behind the links in texts: what each kind of link opens, and for whom."""
