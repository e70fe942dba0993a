"""Apache Spark with Delta Lake as a peer: runs Spark SQL in one session."""

import glob
import logging
import os
import re
import sys
import tempfile

os.environ["TZ"] = "UTC"

from canonical import canonical_rows  # noqa: E402
from pyspark.errors import PySparkException  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql.functions import col, to_json  # noqa: E402
from pyspark.sql.types import VariantType  # noqa: E402
from serve import serve  # noqa: E402

SETTINGS = {
    "spark.driver.memory": "1500m",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.databricks.delta.vacuum.parallelDelete.enabled": "false",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
    "spark.sql.warehouse.dir": tempfile.mkdtemp(prefix="millrace-spark-"),
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.databricks.delta.optimizeMetadataQuery.enabled": "false",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.databricks.delta.retentionDurationCheck.enabled": "false",
}


def session(jars):
    logging.disable()
    builder = SparkSession.builder.master("local[2]").config("spark.jars", ",".join(glob.glob(f"{jars}/*.jar")))
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


spark = session(sys.argv[1])


def run(request):
    """Runs statements one after the other. `settings` hold for them only."""
    settings = request.get("settings", {})
    for key, value in settings.items():
        spark.conf.set(key, value)
    try:
        for statement in request["statements"]:
            spark.sql(statement).collect()
    finally:
        for key in settings:
            spark.conf.unset(key)


def rows(request):
    """A query's rows; variants as their JSON text."""
    data = spark.sql(request["query"])
    for field in data.schema:
        if isinstance(field.dataType, VariantType):
            data = data.withColumn(field.name, to_json(col(f"`{field.name}`")))
    return canonical_rows(data.toArrow())


def condition_of(error):
    """Errors of tasks name their condition in the text alone."""
    named = re.search(r"\[(DELTA_[A-Z0-9_.]+)\]", str(error))
    if named:
        return named[1]
    return error.getCondition() if isinstance(error, PySparkException) else None


serve({"run": run, "rows": rows}, condition_of)
