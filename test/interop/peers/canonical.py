"""Rows of an Arrow table in the canonical form of the golden tables: one JSON array a line, sorted by UTF-8 bytes."""

import base64
import datetime
import decimal
import json
import math

import pyarrow as pa

EPOCH = datetime.datetime(1970, 1, 1)


def canonical_rows(table):
    kinds = [field.type for field in table.schema]
    columns = [microseconds(column).to_pylist() for column in table.columns]
    lines = [dumps([canonical(v, k) for v, k in zip(row, kinds)]) for row in zip(*columns)]
    return sorted(lines, key=lambda line: line.encode())


def microseconds(column):
    """Timestamps as numbers: Python's own end where the years 0 and 10000 begin."""
    kind = column.type
    return column.cast(pa.timestamp("us", kind.tz)).cast(pa.int64()) if pa.types.is_timestamp(kind) else column


def canonical(value, kind):
    if value is None:
        return None
    if pa.types.is_struct(kind):
        return [canonical(value[field.name], field.type) for field in kind]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_list_view(kind):
        return [canonical(item, kind.value_type) for item in value]
    if pa.types.is_map(kind):
        pairs = [[canonical(k, kind.key_type), canonical(v, kind.item_type)] for k, v in value]
        return sorted(pairs, key=lambda pair: dumps(pair[0]).encode())
    if pa.types.is_int64(kind):
        return str(value)
    if pa.types.is_decimal(kind):
        return f"{value:f}" if isinstance(value, decimal.Decimal) else str(value)
    if pa.types.is_floating(kind):
        return value + 0.0 if math.isfinite(value) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return base64.b64encode(value).decode()
    if pa.types.is_date(kind):
        return value.isoformat()
    if pa.types.is_timestamp(kind):
        moment = EPOCH + datetime.timedelta(microseconds=value) if isinstance(value, int) else value.replace(tzinfo=None)
        # strftime leaves out the zeros of early years.
        return moment.isoformat(timespec="microseconds") + ("Z" if kind.tz else "")
    return value


def dumps(value):
    return json.dumps(numbers(value), separators=(",", ":"), ensure_ascii=False)


def numbers(value):
    """Whole floats as JavaScript prints them."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e21 else value
    if isinstance(value, list):
        return [numbers(each) for each in value]
    return value
