-- Every order file that lands in data/raw/orders, as it came.
CREATE OR REFRESH STREAMING TABLE bronze_orders
AS SELECT *, current_timestamp() AS ingested_at
FROM STREAM read_files('data/raw/orders', format => 'json', schemaHints => 'amount STRING');

-- The orders that make sense.
CREATE OR REFRESH STREAMING TABLE silver_orders (
  CONSTRAINT known_customer EXPECT (customer_id IS NOT NULL),
  CONSTRAINT has_id EXPECT (order_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT sane_amount EXPECT (amount > 0 AND amount < 100000) ON VIOLATION DROP ROW,
  CONSTRAINT known_status EXPECT (status IN ('pending', 'completed', 'cancelled')) ON VIOLATION FAIL UPDATE
)
AS SELECT
  order_id,
  customer_id,
  try_cast(amount AS DECIMAL(10, 2)) AS amount,
  status,
  to_timestamp(order_date) AS order_date,
  region
FROM STREAM bronze_orders;

-- Sales by day and region.
CREATE OR REFRESH MATERIALIZED VIEW gold_daily_sales
AS SELECT to_date(order_date) AS date, region, count(*) AS orders, sum(amount) AS sales
FROM silver_orders
WHERE status = 'completed'
GROUP BY ALL;
