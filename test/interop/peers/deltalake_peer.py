"""delta-rs as a peer: reads, writes and maintains Delta tables with the `deltalake` package."""

import pyarrow as pa
from canonical import canonical_rows
from deltalake import DeltaTable, QueryBuilder, write_deltalake
from generated import generated
from serve import serve


def query(request):
    """The rows of a query over the table `t`, which DataFusion runs."""
    table = DeltaTable(request["path"], version=request.get("version"))
    return pa.table(QueryBuilder().register("t", table).execute(request["query"]))


def rows(request):
    return canonical_rows(query(request))


def describe(request):
    table = DeltaTable(request["path"])
    return {
        "version": table.version(),
        "files": len(table.file_uris()),
        "operations": [entry.get("operation") for entry in table.history()],
        "transactions": {app: table.transaction_version(app) for app in request.get("apps", [])},
    }


def scan(request):
    """The rows of a version through PyArrow, which skips files by `filters`."""
    table = DeltaTable(request["path"], version=request.get("version"))
    filters = [tuple(each) for each in request["filters"]] if "filters" in request else None
    return canonical_rows(table.to_pyarrow_table(filters=filters))


def changes(request):
    """The change feed from version `from` on, columns in the order of the names given."""
    feed = DeltaTable(request["path"]).load_cdf(starting_version=request["from"])
    return canonical_rows(pa.table(feed).select(request["columns"]))


def generate(request):
    """Appends or creates a table of generated rows of every type."""
    data = generated(range(request.get("from", 0), request.get("from", 0) + request["rows"]))
    options = {"partition_by": request.get("partitionBy"), "configuration": request.get("properties")}
    write_deltalake(request["path"], data, mode="append", **options)


def append(request):
    """Appends a query's rows over the table `t`."""
    write_deltalake(request["path"], query(request), mode="append")


def merge(request):
    """Merges a query's rows over the table `t`: `set` for the rows that match, all columns of those that do not."""
    source = query(request)
    merged = DeltaTable(request["path"]).merge(source, "t.id = s.id", source_alias="s", target_alias="t")
    merged.when_matched_update(request["set"]).when_not_matched_insert_all().execute()


def delete(request):
    DeltaTable(request["path"]).delete(request["where"])


def update(request):
    DeltaTable(request["path"]).update(request["set"], predicate=request["where"])


def optimize(request):
    table = DeltaTable(request["path"])
    table.optimize.z_order(request["zOrder"]) if "zOrder" in request else table.optimize.compact()


def vacuum(request):
    """Deletes whatever no version needs, however young."""
    table = DeltaTable(request["path"])
    return len(table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True))


def checkpoint(request):
    DeltaTable(request["path"]).create_checkpoint()


serve(
    {
        action.__name__: action
        for action in (rows, describe, scan, changes, generate, append, merge, delete, update, optimize, vacuum, checkpoint)
    }
)
