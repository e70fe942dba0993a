"""Records what Apache Spark answers to every query of query-cases.json, as queries.golden.json.

    pip install "pyspark==4.1.*"        (needs Java 17)
    TZ=UTC python test/golden/record-queries.py

An answer is the columns ([name, type, nullable]) and the rows, or the condition of the error. Values are written as in
record-functions.py. Rows of a query without ORDER BY are compared as a set.
"""
import importlib
import json
import pathlib

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

functions = importlib.import_module("record-functions")
HERE = pathlib.Path(__file__).parent


def main():
    cases = json.loads((HERE / "query-cases.json").read_text())
    spark = functions.session()
    for name, query in cases["tables"].items():
        spark.sql(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")
    sections = {
        section: {query: answer(spark, query) for query in queries}
        for section, queries in cases["sections"].items()
    }
    (HERE / "queries.golden.json").write_text(text_of(spark.version, sections))


def answer(spark, query):
    try:
        frame = spark.sql(query)
        fields = frame.schema.fields
        columns = [[f.name, f.dataType.simpleString(), f.nullable] for f in fields]
        rows = [[functions.value(v, f.dataType) for v, f in zip(row, fields)] for row in frame.collect()]
        return {"columns": columns, "rows": rows}
    except PySparkException as error:
        return {"error": functions.condition(error)}
    except Py4JJavaError as error:
        return {"error": "UNKNOWN: " + str(error.java_exception).split("\n")[0]}


def text_of(version, sections):
    """JSON with one query a line."""
    text = functions.text
    bodies = [
        f"{text(name)}: {{\n" + ",\n".join(f"{text(query)}: {text(found)}" for query, found in answers.items()) + "\n}"
        for name, answers in sections.items()
    ]
    return f'{{\n"spark": {text(version)},\n"sections": {{\n' + ",\n".join(bodies) + "\n}\n}\n"


if __name__ == "__main__":
    main()
