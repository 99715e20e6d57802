"""Pages as people ask for them: who asks, what is asked, how long the server takes, how much comes over the line."""
