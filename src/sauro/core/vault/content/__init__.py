"""What an uploaded file is, judged by its bytes alone: its name and the type that a browser claims decide nothing."""
