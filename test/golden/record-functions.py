"""Records what Apache Spark answers to every case of function-cases.json, as functions.golden.json.

    pip install "pyspark==4.1.*"        (needs Java 17)
    TZ=UTC python test/golden/record-functions.py [family ...]

ANSI mode, session time zone UTC. A case is what follows SELECT. Families over a table answer one value a row of the
table, window functions in the order of `id`; generators answer rows of several columns; all others one value.

Values: null, booleans, strings; integers up to 32 bits and floats as numbers (NaN, Infinity as text); long and decimal as
exact text; binary as hex; dates and timestamps (UTC) as text; arrays; maps as [key, value] pairs; structs as lists; day-time
intervals in microseconds as text. An error is its condition.
"""
import datetime
import decimal
import json
import math
import pathlib
import re
import sys

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import types as t

HERE = pathlib.Path(__file__).parent
CASES = HERE / "function-cases.json"
GOLDEN = HERE / "functions.golden.json"


def main(wanted):
    cases = json.loads(CASES.read_text())
    golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {"families": {}}
    spark = session()
    golden["spark"] = spark.version
    for family, content in cases["families"].items():
        if wanted and family not in wanted:
            continue
        over = content.get("over")
        source = "" if over is None else from_values(over, cases["tables"][over])
        golden["families"][family] = {
            function: {case: record(spark, family, case, source) for case in texts}
            for function, texts in content["functions"].items()
        }
        print(family, flush=True)
    golden["families"] = {family: golden["families"][family] for family in cases["families"] if family in golden["families"]}
    GOLDEN.write_text(text_of(golden))


def text_of(golden):
    """JSON with one case a line, so that a change of one answer is a change of one line."""
    families = []
    for family, functions in golden["families"].items():
        bodies = []
        for function, answers in functions.items():
            lines = ",\n".join(f"{text(case)}: {text(answer)}" for case, answer in answers.items())
            bodies.append(f"{text(function)}: {{\n{lines}\n}}")
        families.append(f"{text(family)}: {{\n" + ",\n".join(bodies) + "\n}")
    body = ",\n".join(families)
    return f'{{\n"spark": {text(golden["spark"])},\n"families": {{\n{body}\n}}\n}}\n'


def text(value):
    return json.dumps(value, ensure_ascii=False)


def session():
    return (
        SparkSession.builder.master("local[1]")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.driver.memory", "1g")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC")
        .config("spark.log.level", "OFF")
        .getOrCreate()
    )


def from_values(name, table):
    rows = ", ".join("(" + ", ".join(row) + ")" for row in table["rows"])
    return f" FROM VALUES {rows} AS {name}({', '.join(table['columns'])})"


def record(spark, family, case, source):
    order = " ORDER BY id" if family in ("window", "time window") else ""
    try:
        frame = spark.sql(f"SELECT {case}{source}{order}" if family == "generator" else f"SELECT {case} AS r{source}{order}")
        fields = frame.schema.fields
        answer = {"type": frame.schema.simpleString() if family == "generator" else fields[0].dataType.simpleString()}
        if family != "generator" and not fields[0].nullable:
            answer["nullable"] = False
        rows = [[value(v, f.dataType) for v, f in zip(row, fields)] for row in frame.collect()]
    except PySparkException as error:
        return {"error": condition(error)}
    except Py4JJavaError as error:
        return {"error": "UNKNOWN: " + str(error.java_exception).split("\n")[0]}
    if family == "generator":
        return answer | {"rows": rows}
    if order:
        return answer | {"rows": [row[0] for row in rows]}
    return answer | {"value": rows[0][0]}


def condition(error):
    named = error.getCondition() if hasattr(error, "getCondition") else error.getErrorClass()
    if named:
        return named
    found = re.search(r"\[([A-Z][A-Z_0-9.]+)\]", str(error))
    return found.group(1) if found else "UNKNOWN: " + str(error).split("\n")[0]


def value(v, kind):
    if v is None or isinstance(kind, (t.BooleanType, t.StringType)):
        return v
    if isinstance(kind, (t.LongType, t.DecimalType)):
        return format(v, "f") if isinstance(v, decimal.Decimal) else str(v)
    if isinstance(kind, (t.FloatType, t.DoubleType)):
        return v if math.isfinite(v) else "NaN" if math.isnan(v) else "Infinity" if v > 0 else "-Infinity"
    if isinstance(kind, t.BinaryType):
        return v.hex()
    if isinstance(kind, t.DateType):
        return v.isoformat()
    if isinstance(kind, (t.TimestampType, t.TimestampNTZType)):
        return v.isoformat(sep=" ", timespec="microseconds")
    if isinstance(kind, t.DayTimeIntervalType):
        return str(v // datetime.timedelta(microseconds=1))
    if isinstance(kind, t.ArrayType):
        return [value(each, kind.elementType) for each in v]
    if isinstance(kind, t.MapType):
        return [[value(k, kind.keyType), value(x, kind.valueType)] for k, x in v.items()]
    if isinstance(kind, t.StructType):
        return [value(each, f.dataType) for each, f in zip(v, kind.fields)]
    return v


if __name__ == "__main__":
    main(set(sys.argv[1:]))
