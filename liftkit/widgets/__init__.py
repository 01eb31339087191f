"""Widgets for notebooks: one file a widget, thin views over controllers that run without a kernel or a browser."""
