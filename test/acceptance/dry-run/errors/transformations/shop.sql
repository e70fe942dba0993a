CREATE OR REFRESH STREAMING TABLE orders
AS SELECT order_id, amuont FROM STREAM read_files('data', format => 'json', schema => 'order_id BIGINT, amount DOUBLE');

CREATE OR REFRESH MATERIALIZED VIEW sales
AS SELECT region, sum(amount) AS total FROM ordres GROUP BY region;

CREATE OR REFRESH MATERIALIZED VIEW total
AS SELECT cuont(*) AS n FROM sales;
