"""The form engine: values in, values out. No database, no clock, no HTTP."""
