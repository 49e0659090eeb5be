"""Spans that a library makes, in every way in which it can come to run them. Prints a line of JSON for each span: its
name, its captured frames, and the line where the user's code caused it (the one with `# here: NAME`).

    python handover.py
"""

import asyncio
import concurrent.futures
import contextlib
import json
import multiprocessing.pool
import queue
import sys
import threading

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

lines = {}
with open(__file__, encoding="utf-8") as source:
    for number, text in enumerate(source, 1):
        if "# here: " in text:
            lines[text.split("# here: ")[1].strip()] = number


class Print(SpanExporter):
    def export(self, spans):
        for span in spans:
            frames = json.loads(span.attributes.get("llm_trace_inspector.frames", "[]"))
            sys.stdout.write(json.dumps([span.name, frames, lines[span.name]]) + "\n")
        return SpanExportResult.SUCCESS


provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(Print()))
trace.set_tracer_provider(provider)

# Code that counts as a library's, because of where it says it is.
library = {"tracer": trace.get_tracer("library"), "asyncio": asyncio, "threading": threading, "queue": queue}
exec(
    compile(
        """
def call(name):
    with tracer.start_as_current_span(name):
        pass

async def acall(name):
    await asyncio.sleep(0)
    call(name)

async def in_task(name):
    await asyncio.create_task(acall(name))

async def in_nested_tasks(name):
    await asyncio.gather(in_task(name))

def in_thread(name):
    thread = threading.Thread(target=call, args=(name,))
    thread.start()
    thread.join()

async def in_awaited_thread(name):
    done = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()
    def work():
        call(name)
        loop.call_soon_threadsafe(done.set_result, None)
    threading.Thread(target=work).start()
    await done

def on_loop_of_its_own(name):
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(acall(name), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()

class Worker:
    def __init__(self):
        self.names = queue.Queue()
        self.thread = threading.Thread(target=self.work)
        self.thread.start()
    def work(self):
        for name in iter(self.names.get, None):
            call(name)
            self.done.set()
    def do(self, name):
        self.done = threading.Event()
        self.names.put(name)
        self.done.wait()
    def stop(self):
        self.names.put(None)
        self.thread.join()
""",
        "/venv/lib/site-packages/library.py",
        "exec",
    ),
    library,
)
call, acall, in_task = library["call"], library["acall"], library["in_task"]


def deep(depth):
    if depth > 0:
        return deep(depth - 1)
    call("recursion")  # here: recursion


async def main():
    await acall("await")  # here: await
    await in_task("task")  # here: task
    await library["in_nested_tasks"]("nested tasks")  # here: nested tasks
    await asyncio.gather(acall("gather"))  # here: gather
    await asyncio.ensure_future(acall("future"))  # here: future
    await asyncio.wait_for(acall("wait_for"), 5)  # here: wait_for
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, call, "run_in_executor")  # here: run_in_executor
    await library["in_awaited_thread"]("awaited thread")  # here: awaited thread
    if sys.version_info >= (3, 9):
        await asyncio.to_thread(call, "to_thread")  # here: to_thread
    if sys.version_info >= (3, 11):
        async with asyncio.TaskGroup() as group:
            group.create_task(acall("task group"))  # here: task group
    if sys.version_info >= (3, 12):
        loop.set_task_factory(asyncio.eager_task_factory)
        await asyncio.create_task(acall("eager task"))  # here: eager task
        loop.set_task_factory(None)


call("stack")  # here: stack
deep(20)
asyncio.run(main())
asyncio.run(acall("run"))  # here: run
library["in_thread"]("library's thread")  # here: library's thread
thread = threading.Thread(target=call, args=("own thread",))
thread.start()  # here: own thread
thread.join()
library["on_loop_of_its_own"]("loop in a thread")  # here: loop in a thread
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    pool.submit(call, "submit").result()  # here: submit
    pool.submit(call, "submit again").result()  # here: submit again
    list(pool.map(call, ["map"]))  # here: map
with contextlib.closing(multiprocessing.pool.ThreadPool(1)) as threads:
    threads.apply(call, ("thread pool",))  # here: thread pool
    threads.map(call, ["thread pool's map"])  # here: thread pool's map
worker = library["Worker"]()
worker.do("queue")  # here: queue
worker.stop()
