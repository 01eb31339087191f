"""Readers of the field's files: each turns one format into liftkit's 17 joints in millimetres, or says what is wrong."""
