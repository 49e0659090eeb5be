"""`opentelemetry-instrument PROGRAM` puts a folder with a sitecustomize of its own before ours and starts the program:
ours goes back to the front, and runs theirs."""

from .hook import stay_first


def patch(module):
    for name in ("execl", "execv", "execvp", "execlp"):
        execute = getattr(module, name, None)
        if execute is not None:
            setattr(module, name, _after_staying_first(execute))


def _after_staying_first(execute):
    def start(*args):
        stay_first()
        return execute(*args)

    return start
