"""Pythons for which there is no hook: out of the way, and on with the next sitecustomize."""

import os
import sys


def run(file):
    here = os.path.normcase(os.path.dirname(os.path.abspath(file)))
    rest = [entry for entry in sys.path if os.path.normcase(os.path.abspath(entry or ".")) != here]
    sys.path[:] = rest
    import imp

    imp.load_module("sitecustomize", *imp.find_module("sitecustomize", rest))
