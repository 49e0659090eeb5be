"""Records which lines of the user's own code made a span. See sitecustomize.py beside this folder.

At the start of a program only `hook` is imported; the rest when the program imports OpenTelemetry's SDK.
"""
