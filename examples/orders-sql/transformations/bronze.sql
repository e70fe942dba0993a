CREATE OR REFRESH STREAMING TABLE bronze_orders
COMMENT 'Raw orders, as they landed'
TBLPROPERTIES (quality = 'bronze')
AS SELECT
  *,
  _metadata.file_path AS source_file,
  current_timestamp() AS ingestion_timestamp
FROM STREAM read_files(
  '${source_path}/orders',
  format => 'json',
  -- Some upstream systems send amounts as text: keep them as they come, silver decides.
  schemaHints => 'order_id BIGINT, customer_id BIGINT, amount STRING'
);

CREATE OR REFRESH MATERIALIZED VIEW bronze_customers
COMMENT 'Raw customer reference data'
TBLPROPERTIES (quality = 'bronze')
AS SELECT * FROM parquet.`${source_path}/customers`;
