-- One row an order, with all that reports ask for. Its money goes back once, whoever claims it.
CREATE OR REFRESH MATERIALIZED VIEW gold_sales
COMMENT 'Orders with customer, product and region, and what came back of them'
TBLPROPERTIES (quality = 'gold')
CLUSTER BY (order_date)
AS WITH returns AS (
  SELECT
    order_id,
    max(amount) FILTER (WHERE NOT is_fraud) AS refund,
    count_if(is_fraud) AS fraud_attempts
  FROM silver_order
  WHERE status = 'returned'
  GROUP BY order_id
)
SELECT
  sale.order_id,
  sale.order_date,
  trunc(sale.order_date, 'month') AS order_month,
  sale.ship_date,
  datediff(sale.ship_date, sale.order_date) AS days_to_ship,
  customer_id,
  customer_name,
  product_id,
  product_name,
  category,
  region_id,
  region_name,
  sale.quantity,
  sale.amount,
  coalesce(returns.refund, 0) AS refund,
  sale.amount - coalesce(returns.refund, 0) AS net_amount,
  coalesce(returns.fraud_attempts, 0) AS fraud_attempts
FROM silver_order AS sale
  LEFT JOIN silver_customer USING (customer_id)
  LEFT JOIN silver_product USING (product_id)
  LEFT JOIN silver_region USING (region_id)
  LEFT JOIN returns ON returns.order_id = sale.order_id
WHERE sale.status = 'completed';

CREATE OR REFRESH MATERIALIZED VIEW gold_region_sales
COMMENT 'Sales by month and region'
TBLPROPERTIES (quality = 'gold')
AS SELECT
  order_month,
  region_name,
  count(*) AS orders,
  count(DISTINCT customer_id) AS customers,
  sum(amount) AS sales,
  sum(refund) AS refunds,
  sum(net_amount) AS net_sales
FROM gold_sales
GROUP BY order_month, region_name;

CREATE OR REFRESH MATERIALIZED VIEW gold_product_returns
COMMENT 'How often each product comes back'
TBLPROPERTIES (quality = 'gold')
AS SELECT
  product_name,
  category,
  count(*) AS orders,
  count_if(refund > 0) AS returned,
  round(100 * count_if(refund > 0) / count(*), 1) AS return_percent
FROM gold_sales
GROUP BY product_name, category;

CREATE OR REFRESH MATERIALIZED VIEW gold_return_fraud
COMMENT 'Who asked more than once for the money of one order, and for how much'
TBLPROPERTIES (quality = 'gold')
AS SELECT
  customer_id,
  customer_name,
  email,
  order_id,
  count(*) AS fraud_attempts,
  sum(amount) AS amount_claimed,
  max(return_date) AS last_attempt
FROM silver_order JOIN silver_customer USING (customer_id)
WHERE is_fraud
GROUP BY customer_id, customer_name, email, order_id;
