"""Carries the user's frames to where the work is done: tasks, threads, executors.

Only once OpenTelemetry's SDK is there: programs without it run the interpreter's own functions.
"""

import contextvars
import functools
import sys
import threading
import weakref

from . import frames
from .files import USER, kind_of
from .hook import report


def origin_here(frame, starter=None):
    return frames.Origin(frames.collect(frame)[0], starter)


def _remember(holder, frame, starter=None):
    try:
        holder._llm_trace_inspector = origin_here(frame, starter)
    except Exception:
        report()


def patch_asyncio(module):
    from asyncio import events, tasks

    running = events._get_running_loop
    if sys.version_info >= (3, 12):
        current = tasks.current_task
    else:
        current = tasks._current_tasks.get

    def current_task():
        loop = running()
        return None if loop is None else current(loop)

    frames.current_task = current_task
    frames.is_loop_running = lambda: running() is not None
    _patch_loop(module.BaseEventLoop)


def patch_uvloop(module):
    _patch_loop(module.Loop)


def _patch_loop(loop):
    create = loop.create_task

    @functools.wraps(create)
    def create_task(*args, **kwargs):
        task = create(*args, **kwargs)
        _remember(task, sys._getframe(1))
        return task

    loop.create_task = create_task
    call = loop.call_soon_threadsafe

    @functools.wraps(call)
    def call_soon_threadsafe(self, callback, *args, context=None):
        # A future that is done tells the loop in this way: no work of the user's.
        if getattr(callback, "__module__", None) != "asyncio.futures":
            try:
                origin = origin_here(sys._getframe(1))
                context = contextvars.copy_context() if context is None else context.copy()
                context.run(frames.handed.set, origin)
            except Exception:
                report()
        return call(self, callback, *args, context=context)

    loop.call_soon_threadsafe = call_soon_threadsafe


def patch_threads():
    start = threading.Thread.start
    # Threads that were there before have none; asking them is quicker with a default.
    threading.Thread._llm_trace_inspector = None

    @functools.wraps(start)
    def start_with_origin(self):
        try:
            caller = sys._getframe(1)
            _remember(self, caller, None if _is_users(self, caller) else Starter(caller))
        except Exception:
            report()
        return start(self)

    threading.Thread.start = start_with_origin


def _is_users(thread, caller):
    """Whether the program itself starts the thread: then it does this work and no other."""
    if kind_of(caller.f_code.co_filename) is USER:
        return True
    target = getattr(thread, "_target", None)
    while isinstance(target, functools.partial):
        target = target.func
    code = getattr(target, "__code__", None) or getattr(type(thread).run, "__code__", None)
    return code is not None and kind_of(code.co_filename) is USER


class Starter:
    """Who had a library start a thread. While the same call is still under way, the thread works for it."""

    __slots__ = ("ident", "code", "at", "task")

    def __init__(self, frame):
        self.ident = threading.get_ident()
        self.code = None
        self.task = None
        steps = frames.most_steps
        while frame is not None and steps:
            if kind_of(frame.f_code.co_filename) is USER:
                self.code, self.at = frame.f_code, frame.f_lasti
                break
            frame = frame.f_back
            steps -= 1
        if frames.current_task is not None:
            task = frames.current_task()
            self.task = None if task is None else weakref.ref(task)

    def is_waiting(self):
        if self.code is None:
            return False
        return self._is_in(sys._current_frames().get(self.ident), "f_back") or self._is_awaiting()

    def _is_in(self, frame, link):
        steps = frames.most_steps
        while frame is not None and steps:
            if frame.f_code is self.code and frame.f_lasti == self.at:
                return True
            frame = getattr(frame, link)
            steps -= 1
        return False

    def _is_awaiting(self):
        task = self.task and self.task()
        waiting = task.get_coro() if task is not None and not task.done() else None
        steps = frames.most_steps
        while waiting is not None and steps:
            frame = getattr(waiting, "cr_frame", None) or getattr(waiting, "gi_frame", None)
            if frame is not None and frame.f_code is self.code and frame.f_lasti == self.at:
                return True
            waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "gi_yieldfrom", None)
            steps -= 1
        return False


def patch_executors(module):
    item = module._WorkItem
    initialize, run = item.__init__, item.run

    @functools.wraps(initialize)
    def initialize_with_origin(self, *args, **kwargs):
        initialize(self, *args, **kwargs)
        _remember(self, sys._getframe(1))

    @functools.wraps(run)
    def run_with_origin(self, *args, **kwargs):
        before = frames.work.origin
        frames.work.origin = getattr(self, "_llm_trace_inspector", None) or _nowhere
        try:
            return run(self, *args, **kwargs)
        finally:
            frames.work.origin = before

    item.__init__ = initialize_with_origin
    item.run = run_with_origin


#: Work of which nobody knows who handed it in. Not the same as no work: the thread's own start is older than it.
_nowhere = frames.Origin([])


def carried(function, frame):
    """`function`, as work that was handed in at `frame`."""
    origin = origin_here(frame)

    @functools.wraps(function)
    def run(*args, **kwargs):
        before = frames.work.origin
        frames.work.origin = origin
        try:
            return function(*args, **kwargs)
        finally:
            frames.work.origin = before

    return run


def patch_anyio(module):
    """Its worker threads are its own, and take their work from a queue, with the context that it is to run in."""
    copy = module.copy_context

    def copy_context():
        context = copy()
        try:
            context.run(frames.handed.set, origin_here(sys._getframe(1)))
        except Exception:
            report()
        return context

    module.copy_context = copy_context


def patch_pools(module):
    """Pools of threads only: what is sent to another process must stay what it is."""
    pool = module.ThreadPool

    def wrap(name):
        method = getattr(pool, name)

        @functools.wraps(method)
        def with_origin(self, func, *args, **kwargs):
            try:
                func = carried(func, sys._getframe(1))
            except Exception:
                report()
            return method(self, func, *args, **kwargs)

        setattr(pool, name, with_origin)

    for name in ("apply_async", "_map_async", "imap", "imap_unordered"):
        wrap(name)
