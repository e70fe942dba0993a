"""SCD type 2 by a MERGE of Spark for each batch, as foreachBatch would run it.

`spark_side.py <jars> <events> <table> <batches> <deletion vectors>`; prints the seconds of each batch as JSON.

The touched keys' history is read, put in order together with the batch's events, and merged back by key and start, so that
late events find their place. Events that leave no trace in the table (a late delete that closes nothing, an upsert that
changes nothing) are forgotten with their batch, which AUTO CDC does not.
"""

import glob
import json
import logging
import os
import sys
import tempfile
import time

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as f

jars, events, table, batches, deletion_vectors = sys.argv[1:]
logging.disable()
spark = (
    SparkSession.builder.master("local[*]")
    .config("spark.jars", ",".join(glob.glob(f"{jars}/*.jar")))
    .config("spark.driver.memory", os.environ.get("BENCH_SPARK_MEMORY", "4g"))
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.databricks.delta.snapshotPartitions", "2")
    .config("spark.sql.shuffle.partitions", "4")
    .config("spark.sql.warehouse.dir", tempfile.mkdtemp(prefix="millrace-bench-spark-"))
    .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
    .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
spark.sql(
    f"""CREATE TABLE delta.`{table}` (id BIGINT, name STRING, city STRING, amount DECIMAL(12, 2), __START_AT BIGINT,
    __END_AT BIGINT) USING delta CLUSTER BY (id) TBLPROPERTIES ('delta.enableDeletionVectors' = '{deletion_vectors}')"""
)

VALUES = ["name", "city", "amount"]
by_key = Window.partitionBy("id").orderBy("seq")


def rows_after(batch, history):
    """The touched keys' history with the batch's events in it."""
    opened = history.select("id", f.col("__START_AT").alias("seq"), f.lit("U").alias("op"), *VALUES, f.lit(1).alias("source"))
    ended = history.where("__END_AT IS NOT NULL").select(
        "id", f.col("__END_AT").alias("seq"), f.lit("D").alias("op"), *[f.lit(None).alias(v) for v in VALUES], f.lit(2).alias("source")
    )
    known = batch.select("id", "seq", "op", *VALUES, f.lit(0).alias("source")).unionAll(opened).unionAll(ended)
    first = Window.partitionBy("id", "seq").orderBy("source")
    once = known.withColumn("n", f.row_number().over(first)).where("n = 1")
    before = once.withColumn("op_before", f.lag("op").over(by_key)).withColumn(
        "values_before", f.lag(f.struct(*VALUES)).over(by_key)
    )
    boundary = before.where("op = 'D' OR NOT op_before <=> 'U' OR NOT values_before <=> struct(name, city, amount)")
    closed = boundary.withColumn("__END_AT", f.lead("seq").over(by_key)).where("op = 'U'")
    return closed.select("id", *VALUES, f.col("seq").alias("__START_AT"), "__END_AT")


def apply(batch):
    keys = batch.select("id").distinct()
    history = spark.table(f"delta.`{table}`").join(f.broadcast(keys), "id", "left_semi")
    rows = rows_after(batch, history).withColumn("gone", f.lit(False))
    gone = history.join(rows, ["id", "__START_AT"], "left_anti").withColumn("gone", f.lit(True))
    source = rows.unionByName(gone).persist()
    source.createOrReplaceTempView("changed")
    spark.sql(
        f"""MERGE INTO delta.`{table}` AS t USING changed AS s ON t.id = s.id AND t.__START_AT = s.__START_AT
        WHEN MATCHED AND s.gone THEN DELETE
        WHEN MATCHED AND (NOT t.__END_AT <=> s.__END_AT OR NOT struct(t.name, t.city, t.amount) <=> struct(s.name, s.city, s.amount))
          THEN UPDATE SET name = s.name, city = s.city, amount = s.amount, __END_AT = s.__END_AT
        WHEN NOT MATCHED AND NOT s.gone THEN INSERT (id, name, city, amount, __START_AT, __END_AT)
          VALUES (s.id, s.name, s.city, s.amount, s.__START_AT, s.__END_AT)"""
    )
    source.unpersist()


seconds = []
for i in range(int(batches)):
    start = time.perf_counter()
    apply(spark.read.parquet(f"{events}/part-{i:05}.parquet"))
    seconds.append(time.perf_counter() - start)
count = spark.table(f"delta.`{table}`").count()
print(json.dumps({"seconds": seconds, "rows": count}))
