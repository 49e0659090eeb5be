"""The user's frames at this moment: those on the stack, then those where the task or the thread was made.

A frame is kept as the JSON that is sent, `[file, line, column, function, last line]`, a way of reaching the frames
behind it as a JSON string. Nothing here holds on to a frame object, so no variable of the program lives longer.
"""

import contextvars
import itertools
import sys
import threading
from json import dumps
from opcode import opmap

from .files import USER, _kinds, absolute, kind_of

#: Most user frames of a span; most frames that are looked at for them.
most_frames = 8
most_steps = 1000
_steps = range(most_steps)

TASK = '"task"'
THREAD = '"thread"'
ENTRY = '"entry"'
PARENT = '"parent"'
#: Where a thread was started that has worked on other things since: a guess.
WORKER = '"worker"'
#: Where a span was made, well after the call that it is about began: a guess.
LATE = '"late"'
#: Some of these frames ran the event loop, but which cannot be told: a guess.
ASYNC = '"async"'

_markers = frozenset([TASK, THREAD, ENTRY, PARENT, WORKER, LATE, ASYNC])

#: id of a code object → that object, and the JSON by position in it.
_codes = {}
_has_positions = sys.version_info >= (3, 11)
_enter = {opmap[name] for name in ("BEFORE_WITH", "BEFORE_ASYNC_WITH") if name in opmap and sys.version_info < (3, 13)}

#: The task that runs in this thread; whether an event loop does. Set by `carry` once there is asyncio.
current_task = None
is_loop_running = None


class Origin:
    """The user's frames where a task was made, or work was handed to a thread."""

    __slots__ = ("items", "number", "starter")

    def __init__(self, items, starter=None):
        self.items = items
        #: Later ones are greater.
        self.number = next(_numbers)
        self.starter = starter


_numbers = itertools.count(1)

class _Work(threading.local):
    origin = None


#: Origin of the work that this thread does at the moment, if it was handed in.
work = _Work()

#: Origin of what another thread gave to an event loop, or a task to a worker, in the context that it runs in.
handed = contextvars.ContextVar("llm_trace_inspector_handed", default=None)


def on_stack(frame, root=None):
    """Up to eight user frames from `frame` outwards; and whether the search ended at an event loop."""
    found = []
    kinds = _kinds
    for _ in _steps:
        if frame is None:
            break
        code = frame.f_code
        try:
            kind = kinds[code.co_filename]
        except KeyError:
            kind = kind_of(code.co_filename)
        if kind:
            if kind is USER:
                found.append(_place(frame, code))
                if len(found) == most_frames:
                    return found, False
            elif code.co_name in kind:
                return found, True
        if frame is root:
            return found, True
        frame = frame.f_back
    return found, False


def _place(frame, code):
    known = _codes.get(id(code))
    if known is None or known[0] is not code:
        if len(_codes) > 4096:
            _codes.clear()
        known = _codes[id(code)] = (code, {})
    at = frame.f_lasti
    text = known[1].get(at)
    if text is None:
        text = known[1][at] = _json(frame, code, at)
    return text


def _json(frame, code, at):
    line, column, end = frame.f_lineno, None, None
    if _has_positions and at >= 0:
        position = _position(code, at // 2)
        if position is not None and position[0] is not None:
            line, end, column = position[0], position[1], position[2]
    place = [
        absolute(code.co_filename),
        line,
        None if column is None else column + 1,
        getattr(code, "co_qualname", code.co_name),
        end,
    ]
    return dumps(place, separators=(",", ":"))


def _position(code, index):
    """(first line, last line, first column, last column) of the instruction."""
    positions = list(itertools.islice(code.co_positions(), index + 1))
    if len(positions) <= index:
        return None
    if _enter:
        # Before 3.13 entering a `with` has the place of the whole statement; the call before it is what is meant.
        operations = code.co_code
        for before in range(index, max(index - 8, 0), -1):
            if positions[before] != positions[index]:
                break
            if operations[2 * before] in _enter:
                return positions[before - 1]
    return positions[index]


def _thread_origin():
    """The origin of what this thread does, and whether it is a guess."""
    origin = work.origin
    given = handed.get()
    if origin is None:
        origin = getattr(threading._active.get(threading.get_ident()), "_llm_trace_inspector", None)
    if given is not None and (origin is None or origin.number < given.number):
        return given, THREAD
    if origin is not None and origin.starter is not None and not origin.starter.is_waiting():
        return origin, WORKER
    return origin, THREAD


def collect(frame):
    """What is known of how the program came to `frame`, innermost first: `(items, number)`; `number` grows with the
    time at which it was found out."""
    task = task_origin = root = None
    if current_task is not None:
        task = current_task()
        if task is not None:
            task_origin = getattr(task, "_llm_trace_inspector", None)
            if task_origin is not None:
                root = getattr(task.get_coro(), "cr_frame", None)
    found, in_loop = on_stack(frame, root)
    if len(found) >= most_frames:
        return found, next(_numbers)
    if task_origin is not None and (in_loop or not found):
        origin, marker = task_origin, TASK
    elif in_loop:
        origin, marker = (None if task is not None else handed.get()), THREAD
    else:
        origin, marker = _thread_origin()
        if found and task is None and is_loop_running is not None and is_loop_running():
            found.insert(0, ASYNC)
    if origin is None or not origin.items:
        return found, next(_numbers)
    number = next(_numbers) if found else origin.number
    found.append(marker)
    kept = sum(item not in _markers for item in found)
    for item in origin.items:
        if item not in _markers:
            if kept == most_frames:
                break
            kept += 1
        found.append(item)
    return found, number


def first_place(items):
    """The innermost frame, without the markers before it."""
    for item in items:
        if item not in _markers:
            return item
    return None
