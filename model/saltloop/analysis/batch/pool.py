"""Where chunks are solved: in this process, in a pool of processes, or on a Dask cluster. Each gives finished chunks as they come.

Only a few chunks are on their way at a time, so that neither side holds many results.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from typing import Any

from saltloop.analysis.batch.engine import Engine, Job
from saltloop.analysis.batch.work import Done, Task, solve_chunk
from saltloop.errors import STOPPED, InputError, Place, SolveError, message

NO_DASK = message(
    "R302",
    ("--dask needs the package distributed, which is not installed", "--dask 需要 distributed 包，尚未安装"),
    ("pip install 'saltloop[dask]', here and on the machines of the cluster", "请在本机和集群各机执行 pip install 'saltloop[dask]'"),
)
NO_SCHEDULER = message(
    "R303",
    ("no Dask scheduler answers at {address}: {reason}", "{address} 没有 Dask 调度器应答：{reason}"),
    (
        "start one with `dask scheduler`, and workers with `dask worker ADDRESS --nthreads 1`",
        "请用 dask scheduler 启动调度器，用 dask worker 地址 --nthreads 1 启动工作进程",
    ),
)
_AHEAD = 2
_MOST_BREAKS = 3
_RETRIES = 5
_PATIENCE = 0.2
Chunks = Iterator[list[Task]]


class Interrupts:
    """While it is open, the first interrupt is noted and what is finished is kept; a second one stops at once."""

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        """Listen, if this is the main thread."""
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        """Listen no longer."""
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, *_: object) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)


def in_this_process(job: Job, chunks: Chunks, interrupts: Interrupts) -> Iterator[Done]:
    """Solve chunks here, one after another.

    Args:
        job: what all cases share.
        chunks: the cases.
        interrupts: asked before each case.
    """
    engine = Engine(job)
    for chunk in chunks:
        yield solve_chunk(engine, chunk, lambda: interrupts.asked)
        _stop_if(interrupts)


def _stop_if(interrupts: Interrupts) -> None:
    if interrupts.asked:
        raise KeyboardInterrupt


_own: dict[str, Any] = {}


def _start(job: Job, event: Any) -> None:
    """What a process of the pool does first: it obeys its parent alone, and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _own.update(engine=Engine(job), event=event)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _work(chunk: list[Task]) -> Done:
    return solve_chunk(_own["engine"], chunk, _own["event"].is_set)


def in_a_pool(job: Job, chunks: Chunks, interrupts: Interrupts, workers: int) -> Iterator[Done]:
    """Solve chunks in processes of this machine; a process that dies costs its chunk, which is sent again.

    Args:
        job: what all cases share.
        chunks: the cases.
        interrupts: lets each process finish the case at hand and give what it has.
        workers: number of processes.

    Raises:
        SolveError: processes die again and again, as they do when memory is short.
    """
    breaks, back = 0, []  # type: tuple[int, list[list[Task]]]
    source = iter(chunks)
    while True:
        context = multiprocessing.get_context("spawn")
        stop = context.Event()
        waiting: dict[Future[Done], list[Task]] = {}
        try:
            with ProcessPoolExecutor(workers, context, _start, (job, stop)) as pool:
                yield from _from_pool(pool, chain(back, source), waiting, workers * _AHEAD, interrupts, stop)
            return
        except BrokenProcessPool as error:
            breaks, back = breaks + 1, [*waiting.values()]
            if breaks > _MOST_BREAKS:
                raise SolveError(
                    STOPPED,
                    lambda language: (
                        "the worker processes end again and again; memory may be short: try fewer --workers. What is finished is kept"
                        if language != "zh"
                        else "工作进程反复退出，可能内存不足：请减少 --workers。已完成的结果均已保留"
                    ),
                ) from error


def _from_pool(
    pool: ProcessPoolExecutor, chunks: Chunks, waiting: dict[Future[Done], list[Task]], ahead: int, interrupts: Interrupts, stop: Any
) -> Iterator[Done]:
    """Finished chunks as they come."""
    while not interrupts.asked:
        for chunk in islice(chunks, ahead - len(waiting)):
            waiting[pool.submit(_work, chunk)] = chunk
        if not waiting:
            return
        for future in wait(waiting, timeout=_PATIENCE, return_when=FIRST_COMPLETED).done:
            done = future.result()
            del waiting[future]
            yield done
    stop.set()
    for future in [each for each in waiting if not each.cancel()]:
        yield future.result()
    raise KeyboardInterrupt


def _on_dask(job: Job, chunk: list[Task]) -> Done:
    """What a worker of a cluster does; it keeps the engine of the study that it works on."""
    key = id(job)
    if _own.get("key") != key:
        _own.update(key=key, engine=Engine(job), job=job)
    return solve_chunk(_own["engine"], chunk)


def on_dask(job: Job, chunks: Chunks, interrupts: Interrupts, address: str) -> Iterator[Done]:
    """Solve chunks on a Dask cluster; a worker that is lost costs the chunks it had, which the scheduler sends to others.

    Results come back over the network, so the workers need neither the data nor the folder of results.

    Args:
        job: what all cases share; sent once.
        chunks: the cases.
        interrupts: asked after each chunk.
        address: of the scheduler, such as tcp://host:8786.

    Raises:
        InputError: R302, R303.
    """
    client = _client(address)
    distributed: Any = importlib.import_module("distributed")
    try:
        shared = client.scatter(job, broadcast=True, hash=False)
        threads = max(1, sum(client.nthreads().values()))
        source, sent = iter(chunks), distributed.as_completed()
        for chunk in islice(source, threads * _AHEAD):
            sent.add(client.submit(_on_dask, shared, chunk, pure=False, retries=_RETRIES))
        for future in sent:
            yield future.result()
            _stop_if(interrupts)
            for chunk in islice(source, 1):
                sent.add(client.submit(_on_dask, shared, chunk, pure=False, retries=_RETRIES))
    finally:
        client.close()


def _client(address: str) -> Any:
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise InputError(NO_DASK.at(Place())) from error
    try:
        return distributed.Client(address, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(NO_SCHEDULER.at(Place(), address=address, reason=error)) from error


Where = Callable[[Job, Chunks, Interrupts], Iterator[Done]]
