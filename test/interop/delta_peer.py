"""The other side of the interop tests: reads and writes Delta tables with the `deltalake` package.

One request as JSON on stdin, one answer as JSON on stdout.
"""

import base64
import datetime
import decimal
import json
import math
import os
import sys

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

EPOCH = datetime.datetime(1970, 1, 1)


def canonical(value, kind):
    """A value in the canonical form of the golden tables."""
    if value is None:
        return None
    if pa.types.is_struct(kind):
        return [canonical(value[field.name], field.type) for field in kind]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [canonical(item, kind.value_type) for item in value]
    if pa.types.is_map(kind):
        pairs = [[canonical(k, kind.key_type), canonical(v, kind.item_type)] for k, v in value]
        return sorted(pairs, key=lambda pair: dumps(pair[0]).encode())
    if pa.types.is_int64(kind) or pa.types.is_decimal(kind):
        return f"{value:f}" if isinstance(value, decimal.Decimal) else str(value)
    if pa.types.is_floating(kind):
        return value + 0.0 if math.isfinite(value) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return base64.b64encode(value).decode()
    if pa.types.is_date(kind):
        return value.isoformat()
    if pa.types.is_timestamp(kind):
        text = (EPOCH + datetime.timedelta(microseconds=value)).strftime("%Y-%m-%dT%H:%M:%S.%f")
        return text + ("Z" if kind.tz else "")
    return value


def dumps(value):
    def number(item):
        if isinstance(item, float):
            return int(item) if item.is_integer() and abs(item) < 1e21 else item
        if isinstance(item, list):
            return [number(each) for each in item]
        return item

    return json.dumps(number(value), separators=(",", ":"), ensure_ascii=False)


def columns_of(table):
    """Columns as Python values; timestamps as microseconds, which Python's own lack before the year 1."""
    for field, column in zip(table.schema, table.columns):
        if pa.types.is_timestamp(field.type):
            yield field.type, column.cast(pa.timestamp("us", field.type.tz)).cast(pa.int64()).to_pylist()
        else:
            yield field.type, column.to_pylist()


def rows(table):
    kinds, values = zip(*columns_of(table))
    lines = [dumps([canonical(v, k) for v, k in zip(row, kinds)]) for row in zip(*values)]
    return sorted(lines, key=lambda line: line.encode())


def read(request):
    table = DeltaTable(request["path"], version=request.get("version"))
    filters = [tuple(each) for each in request["filters"]] if "filters" in request else None
    data = table.to_pyarrow_table(filters=filters)
    return {
        "version": table.version(),
        "rows": rows(data),
        "files": len(table.file_uris()),
        "operations": [entry.get("operation") for entry in table.history()],
        "transactions": {app: table.transaction_version(app) for app in request.get("apps", [])},
    }


def write(request):
    """Appends or creates a table of generated rows of every type."""
    count = request["rows"]
    numbers = list(range(request.get("from", 0), request.get("from", 0) + count))
    data = pa.table(
        {
            "id": pa.array(numbers, pa.int64()),
            "name": pa.array([f"é{n} %/" if n % 3 else None for n in numbers]),
            "price": pa.array([decimal.Decimal(n) / 100 for n in numbers], pa.decimal128(20, 2)),
            "day": pa.array([datetime.date(2026, 1, 1 + n % 28) for n in numbers]),
            "at": pa.array([n * 1_000_003 for n in numbers], pa.timestamp("us", "UTC")),
            "tags": pa.array([[str(n), None] for n in numbers], pa.list_(pa.string())),
            "nested": pa.array([{"x": n, "y": n / 2} for n in numbers]),
        }
    )
    write_deltalake(
        request["path"], data, mode="append", partition_by=request.get("partitionBy"), name=request.get("name")
    )
    table = DeltaTable(request["path"])
    if request.get("checkpoint"):
        table.create_checkpoint()
    return {"version": table.version(), "rows": rows(table.to_pyarrow_table())}


def append(request):
    """Appends the rows of a table to itself."""
    table = DeltaTable(request["path"])
    write_deltalake(table, table.to_pyarrow_table(), mode="append")
    return {"version": DeltaTable(request["path"]).version()}


request = json.load(sys.stdin)
answer = {"read": read, "write": write, "append": append}[request["action"]](request)
sys.stdout.write(json.dumps(answer))
sys.stdout.flush()
# Threads of the packages may abort an orderly exit.
os._exit(0)
