"""The jobs of the contests, done with `deltalake`. One job as JSON in argv, one answer as JSON on stdout."""

import json
import os
import statistics
import sys
import time

import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import DeltaTable, QueryBuilder, write_deltalake


def open_table(job):
    """Opens the newest version and counts its files."""
    table = DeltaTable(job["path"])
    return {"version": table.version(), "files": len(table.file_uris())}


def checkpoint(job):
    DeltaTable(job["path"]).create_checkpoint()
    return {}


def append(job):
    source = ds.dataset(job["source"], format="parquet")
    write_deltalake(job["path"], source.scanner().to_reader(), mode="append")
    return {}


def merge(job):
    source = ds.dataset(job["source"], format="parquet").scanner().to_reader()
    merged = DeltaTable(job["path"]).merge(source, "t.id = s.id", source_alias="s", target_alias="t")
    metrics = merged.when_matched_update_all().when_not_matched_insert_all().execute()
    return {"updated": metrics["num_target_rows_updated"], "inserted": metrics["num_target_rows_inserted"]}


def optimize(job):
    DeltaTable(job["path"]).optimize.compact()
    return {"files": len(DeltaTable(job["path"]).file_uris())}


def read(job):
    """Runs a query, `times` over; the middle time counts. The table is opened each time, or held and brought up to date."""
    taken = []
    held = DeltaTable(job["path"]) if job.get("held") else None
    for _ in range(job["times"]):
        begin = time.perf_counter()
        table = held or DeltaTable(job["path"])
        if held:
            held.update_incremental()
        found = pa.table(QueryBuilder().register("t", table).execute(job["query"])).to_pylist()
        taken.append((time.perf_counter() - begin) * 1000)
    return {"ms": statistics.median(taken), "rows": [[str(value) for value in row.values()] for row in found]}


jobs = {"open": open_table, "checkpoint": checkpoint, "append": append, "merge": merge, "optimize": optimize, "read": read}
job = json.loads(sys.argv[1])
start, cpu = time.perf_counter(), time.process_time()
facts = jobs[job["action"]](job)
times = {"ms": (time.perf_counter() - start) * 1000, "cpuMs": (time.process_time() - cpu) * 1000}
print(json.dumps({**times, **facts}), flush=True)
os._exit(0)
