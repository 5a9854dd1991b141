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
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import chain, islice
from typing import Any

from saltloop.analysis.batch.engine import Engine, Job
from saltloop.analysis.batch.structures import build_one
from saltloop.analysis.batch.work import Done, Task, solve_chunk
from saltloop.analysis.spawned import Spawned, ignore_interrupts
from saltloop.analysis.variation import Build
from saltloop.errors import STOPPED, InputError, Place, SolveError, message
from saltloop.formulation.arrays import Arrays
from saltloop.scenario.space import Values

NO_DASK = message(
    "R302",
    ("--dask needs the package distributed, which is not installed", "--dask 需要 distributed 包，尚未安装"),
    ("pip install 'saltloop[dask]', here and on the machines of the cluster", "请在本机和集群各机执行 pip install 'saltloop[dask]'"),
)
NO_SCHEDULER = message(
    "R303",
    ("no Dask scheduler answers at {address}: {reason}", "{address} 没有 Dask 调度器应答：{reason}"),
    (
        "start one with `dask scheduler`, and workers with `dask worker ADDRESS --nthreads 1 --no-nanny`",
        "请用 dask scheduler 启动调度器，用 dask worker 地址 --nthreads 1 --no-nanny 启动工作进程",
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
        """Listen, if this is the main thread, and unless whoever started the command wants interrupts ignored."""
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        """Listen no longer."""
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, *_: object) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)


def in_this_process(job: Job, kinds: list[Values], chunks: Chunks, interrupts: Interrupts) -> Iterator[Done]:
    """Solve chunks here, one after another.

    Args:
        job: what all cases share.
        kinds: a case of each structure.
        chunks: the cases.
        interrupts: asked before each case.
    """
    _learn(job, kinds, None)
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
    ignore_interrupts()
    _own.update(engine=Engine(job), event=event)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _work(chunk: list[Task]) -> Done:
    return solve_chunk(_own["engine"], chunk, _own["event"].is_set)


def _build(values: Values) -> Arrays | None:
    return build_one(_own["engine"].variation, values)


def _learn(job: Job, kinds: list[Values], build: Build | None) -> None:
    """Measure every structure before the first case is sent, its programmes built side by side."""
    for values in kinds:
        # A value that is wrong is told by the case that has it.
        with suppress(InputError):
            job.variation.learn(values, build)


def in_a_pool(job: Job, kinds: list[Values], chunks: Chunks, interrupts: Interrupts, workers: int) -> Iterator[Done]:
    """Solve chunks in processes of this machine; a process that dies costs its chunk, which is sent again.

    Args:
        job: what all cases share; what is measured of its structures reaches the processes through its shelf.
        kinds: a case of each structure.
        chunks: the cases.
        interrupts: lets each process finish the case at hand and give what it has.
        workers: number of processes.

    Raises:
        SolveError: processes die again and again, as they do when memory is short.
    """
    breaks, back = 0, []  # type: tuple[int, list[list[Task]]]
    source = iter(chunks)
    while True:
        context = Spawned()
        stop = context.Event()
        waiting: dict[Future[Done], list[Task]] = {}
        try:
            with ProcessPoolExecutor(workers, context, _start, (job, stop)) as pool:
                _learn(job, kinds, lambda cases, pool=pool: [*pool.map(_build, cases)])  # type: ignore[misc]
                yield from _from_pool(pool, chain(back, source), waiting, workers * _AHEAD, interrupts, stop)
            return
        except BrokenProcessPool as error:
            breaks, back = breaks + 1, [*waiting.values()]
            if breaks > _MOST_BREAKS:
                raise _stopped(
                    "the worker processes end again and again; memory may be short: try fewer --workers. What is finished is kept",
                    "工作进程反复退出，可能内存不足：请减少 --workers。已完成的结果均已保留",
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


def _build_on_dask(job: Job, values: Values) -> Arrays | None:
    return build_one(job.variation.with_pack(job.pack), values)


def on_dask(job: Job, kinds: list[Values], chunks: Chunks, interrupts: Interrupts, address: str) -> Iterator[Done]:
    """Solve chunks on a Dask cluster; a worker that is lost costs the chunks it had, which the scheduler sends to others.

    Results come back over the network, so the workers need neither the data nor the folder of results.

    Args:
        job: what all cases share; sent once, after its structures are measured.
        kinds: a case of each structure.
        chunks: the cases.
        interrupts: asked after each chunk.
        address: of the scheduler, such as tcp://host:8786.

    Raises:
        InputError: R302, R303.
        SolveError: it has no workers, or they end again and again.
    """
    client = _client(address)
    distributed: Any = importlib.import_module("distributed")
    try:
        bare = _shared(client, job)
        _learn(job, kinds, lambda cases: client.gather([_sent(client, _build_on_dask, bare, values) for values in cases]))
        shared = _shared(client, job)
        threads = max(1, sum(client.nthreads().values()))
        source, under_way, finished = iter(chunks), dict[Any, list[Task]](), distributed.as_completed()

        def send(chunk: list[Task]) -> None:
            future = _sent(client, _on_dask, shared, chunk)
            under_way[future] = chunk
            finished.add(future)

        for chunk in islice(source, threads * _AHEAD):
            send(chunk)
        for future in finished:
            chunk = under_way.pop(future)
            try:
                yield future.result()
            except CancelledError:
                # Its worker was lost with the answer before it was fetched, perhaps the only one that had the job: without it all that is sent is lost at once.
                if shared.status != "finished":
                    shared = _shared(client, job)
                send(chunk)
                continue
            _stop_if(interrupts)
            for following in islice(source, 1):
                send(following)
    except distributed.KilledWorker as error:
        raise _stopped(
            "the workers of the Dask cluster end again and again; memory may be short there. What is finished is kept",
            "Dask 集群的工作进程反复退出，可能内存不足。已完成的结果均已保留",
        ) from error
    except CancelledError as error:
        raise _stopped(
            "the Dask cluster lost the workers that prepared the study: run the same command again. What is finished is kept",
            "Dask 集群失去了正在准备研究的工作进程：请再次运行同一命令。已完成的结果均已保留",
        ) from error
    finally:
        client.close()


def _shared(client: Any, job: Job) -> Any:
    """A job on all workers that there are.

    Raises:
        SolveError: there are none.
    """
    try:
        return client.scatter(job, broadcast=True, hash=False)
    except TimeoutError as error:
        raise _stopped(
            "the Dask cluster has no workers: start some, and run the same command again. What is finished is kept",
            "Dask 集群没有工作进程：请启动后再次运行同一命令。已完成的结果均已保留",
        ) from error


def _stopped(en: str, zh: str) -> SolveError:
    return SolveError(STOPPED, lambda language: zh if language == "zh" else en)


def _sent(client: Any, work: Callable[..., Any], shared: Any, what: Any) -> Any:
    """Work on its way to the cluster, tried again where a worker is lost."""
    return client.submit(work, shared, what, pure=False, retries=_RETRIES)


def _client(address: str) -> Any:
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise InputError(NO_DASK.at(Place())) from error
    try:
        return distributed.Client(address, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(NO_SCHEDULER.at(Place(), address=address, reason=error)) from error


Where = Callable[[Job, list[Values], Chunks, Interrupts], Iterator[Done]]
