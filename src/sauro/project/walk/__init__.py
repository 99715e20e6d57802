"""The guided walk of the demonstration: three roles, each in a few real steps under a simulated account.

It owns what the guide says and where each visitor is in it (in their session); it does nothing for them but sign them
in and, where asked, fill in an example. What they do on the way is done by themselves, through the same pages.
"""
