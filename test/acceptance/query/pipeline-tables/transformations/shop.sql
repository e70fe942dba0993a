CREATE OR REFRESH STREAMING TABLE orders (
  CONSTRAINT positive EXPECT (amount > 0) ON VIOLATION DROP ROW
)
COMMENT 'Orders that make sense'
AS SELECT order_id, CAST(amount AS DECIMAL(10, 2)) AS amount, region, to_timestamp(at) AS at
FROM STREAM read_files('data', format => 'json');

CREATE OR REFRESH MATERIALIZED VIEW sales
AS SELECT region, count(*) AS orders, sum(amount) AS total FROM orders GROUP BY region;

CREATE VIEW large_orders AS SELECT order_id, amount FROM orders WHERE amount > 1;
