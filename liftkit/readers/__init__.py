"""Readers of the field's files: each turns one format into liftkit's 17 joints in mm, or says what is wrong."""
