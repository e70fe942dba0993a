-- Everything stays text, as it was sent: silver decides what it means. A file is named for the day of its export.
CREATE OR REFRESH STREAMING TABLE bronze_orders
COMMENT 'Raw orders and returns'
TBLPROPERTIES (quality = 'bronze')
AS SELECT *, to_date(substring(_metadata.file_name, 1, 10)) AS export_day
FROM STREAM read_files('${landing_path}/orders', format => 'csv', inferColumnTypes => false);

CREATE OR REFRESH STREAMING TABLE bronze_customer
COMMENT 'Raw customers'
TBLPROPERTIES (quality = 'bronze')
AS SELECT *, to_date(substring(_metadata.file_name, 1, 10)) AS export_day
FROM STREAM read_files('${landing_path}/customer', format => 'json', inferColumnTypes => false);

CREATE OR REFRESH STREAMING TABLE bronze_product
COMMENT 'Raw products'
TBLPROPERTIES (quality = 'bronze')
AS SELECT *, to_date(substring(_metadata.file_name, 1, 10)) AS export_day
FROM STREAM read_files('${landing_path}/product', format => 'json', inferColumnTypes => false);

CREATE OR REFRESH STREAMING TABLE bronze_region
COMMENT 'Raw regions'
TBLPROPERTIES (quality = 'bronze')
AS SELECT *, to_date(substring(_metadata.file_name, 1, 10)) AS export_day
FROM STREAM read_files('${landing_path}/region', format => 'csv', inferColumnTypes => false);
