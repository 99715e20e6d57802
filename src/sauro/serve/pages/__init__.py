"""Pages of the one-stop room: for citizens, and for officials."""
