"""Rows of every type, to write with `deltalake`."""

import datetime
import decimal

import pyarrow as pa


def generated(numbers):
    return pa.table(
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
