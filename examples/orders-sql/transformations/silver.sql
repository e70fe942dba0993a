-- The rules stand before the dedupe: a bad first copy of an order must not shadow a good second one.
CREATE TEMPORARY VIEW typed_orders (
  CONSTRAINT valid_customer EXPECT (customer_id IS NOT NULL),
  CONSTRAINT valid_order_id EXPECT (order_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT valid_amount EXPECT (amount > 0 AND amount < 100000) ON VIOLATION DROP ROW,
  CONSTRAINT valid_status EXPECT (status IN ('pending', 'completed', 'cancelled')) ON VIOLATION FAIL UPDATE
)
TBLPROPERTIES ('pipelines.quarantine' = 'rejected_orders')
AS SELECT
  order_id,
  customer_id,
  try_cast(amount AS DECIMAL(10, 2)) AS amount,
  status,
  to_timestamp(order_date) AS order_date,
  region
FROM STREAM bronze_orders;

-- An order that is sent twice is sent with the same content, so DISTINCT leaves one.
CREATE OR REFRESH STREAMING TABLE silver_orders
COMMENT 'Valid orders, each once'
TBLPROPERTIES (quality = 'silver')
AS SELECT DISTINCT * FROM STREAM typed_orders;

CREATE OR REFRESH STREAMING TABLE quarantine_orders
COMMENT 'Orders that broke a rule, and which'
AS SELECT
  order_id, customer_id, amount, status, order_date, region,
  CASE
    WHEN order_id IS NULL THEN 'missing_order_id'
    WHEN amount IS NULL THEN 'missing_amount'
    WHEN amount <= 0 THEN 'invalid_amount_negative'
    WHEN amount >= 100000 THEN 'invalid_amount_too_high'
    ELSE 'invalid_status'
  END AS quarantine_reason
FROM STREAM rejected_orders;

CREATE OR REFRESH MATERIALIZED VIEW silver_customers
COMMENT 'Customers, each once'
TBLPROPERTIES (quality = 'silver', delta.enableChangeDataFeed = true)
AS SELECT DISTINCT * FROM bronze_customers;

CREATE OR REFRESH STREAMING TABLE customer_changes
COMMENT 'What was inserted, updated and deleted in silver_customers, and when'
AS SELECT * FROM STREAM table_changes('silver_customers', 0);

CREATE OR REFRESH MATERIALIZED VIEW silver_orders_enriched
COMMENT 'Orders with what is known of their customers'
TBLPROPERTIES (quality = 'silver')
AS SELECT * FROM silver_orders LEFT JOIN silver_customers USING (customer_id);
