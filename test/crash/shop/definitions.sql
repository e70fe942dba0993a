-- Every kind of flow whose rows do not depend on where one batch ends and the next begins.
CREATE STREAMING TABLE bronze_orders AS
SELECT * FROM STREAM read_files('data/orders', format => 'json',
  schema => 'id BIGINT, customer BIGINT, amount BIGINT, version BIGINT');

CREATE STREAMING TABLE silver_orders (
  CONSTRAINT positive EXPECT (amount > 0) ON VIOLATION DROP ROW,
  CONSTRAINT has_customer EXPECT (customer IS NOT NULL)
) TBLPROPERTIES ('pipelines.quarantine' = 'rejected_orders')
AS SELECT * FROM STREAM bronze_orders;

CREATE STREAMING TABLE distinct_orders AS
SELECT DISTINCT id, customer FROM STREAM silver_orders;

CREATE STREAMING TABLE order_history;
CREATE FLOW order_versions AS AUTO CDC INTO order_history
FROM STREAM silver_orders KEYS (id) SEQUENCE BY version STORED AS SCD TYPE 2;

CREATE MATERIALIZED VIEW customers AS
SELECT id, concat('customer ', id) AS name FROM read_files('data/customers', format => 'json', schema => 'id BIGINT');

CREATE STREAMING TABLE facts AS
SELECT o.id, o.version, o.amount, c.name FROM STREAM silver_orders o LEFT JOIN customers c ON o.customer = c.id;

CREATE MATERIALIZED VIEW totals AS
SELECT name, count(*) AS n, sum(amount) AS amount FROM facts GROUP BY name;
