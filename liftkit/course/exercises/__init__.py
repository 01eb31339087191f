"""One module per lesson: right solutions, checks of a student's answer, and ``EXERCISES``, number -> exercise."""
