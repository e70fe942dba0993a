CREATE OR REFRESH MATERIALIZED VIEW gold_daily_sales
COMMENT 'Sales by day and region'
TBLPROPERTIES (quality = 'gold')
CLUSTER BY (date, region)
AS SELECT
  to_date(order_date) AS date,
  region,
  count(order_id) AS order_count,
  sum(amount) AS total_sales,
  avg(amount) AS avg_order_value,
  count(DISTINCT customer_id) AS unique_customers
FROM silver_orders_enriched
WHERE status = 'completed'
GROUP BY to_date(order_date), region;

CREATE OR REFRESH MATERIALIZED VIEW gold_customer_ltv
COMMENT 'What each customer is worth'
TBLPROPERTIES (quality = 'gold')
AS SELECT
  customer_id,
  customer_name,
  customer_segment,
  count(order_id) AS total_orders,
  sum(amount) AS lifetime_value,
  min(order_date) AS first_order_date,
  max(order_date) AS last_order_date,
  avg(amount) AS avg_order_value,
  datediff(max(order_date), min(order_date)) AS customer_tenure_days
FROM silver_orders_enriched
WHERE status = 'completed'
GROUP BY customer_id, customer_name, customer_segment;

CREATE OR REFRESH STREAMING TABLE gold_hourly_metrics
COMMENT 'Orders by hour: an hour is written once it is over'
TBLPROPERTIES (quality = 'gold')
AS SELECT
  window(order_date, '1 hour').start AS hour_start,
  window(order_date, '1 hour').end AS hour_end,
  region,
  status,
  count(order_id) AS order_count,
  sum(amount) AS total_amount
FROM STREAM silver_orders WATERMARK order_date DELAY OF INTERVAL 1 HOUR
GROUP BY window(order_date, '1 hour'), region, status;

CREATE OR REFRESH MATERIALIZED VIEW gold_orders_clustered
COMMENT 'Orders laid out for queries by customer and time'
TBLPROPERTIES (quality = 'gold')
CLUSTER BY (customer_id, order_date)
AS SELECT * FROM silver_orders_enriched;
