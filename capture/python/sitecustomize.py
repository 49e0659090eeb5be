"""Python imports this module when it starts, because its folder is on PYTHONPATH: it makes OpenTelemetry's SDK, should
the program import it, record which lines of the user's own code made each span.

Nothing else changes for the program: this folder leaves sys.path again, the next `sitecustomize` on the path runs as
it would have, and where there is none, importing the name fails as it would have. Any Python may come by here, so this
file keeps to what all of them can read. It is short because it is compiled at each start where no bytecode is kept.
"""

import sys

_kept = sys.dont_write_bytecode
# Bytecode of our own folder is always kept: a start must not cost more because the program's is not.
sys.dont_write_bytecode = False
try:
    if sys.version_info >= (3, 8):
        from _llm_trace_inspector import start as _start
    else:
        from _llm_trace_inspector import older as _start
finally:
    sys.dont_write_bytecode = _kept
_start.run(__file__)
