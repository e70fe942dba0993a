-- The rules stand in views, before the copies are put together: a bad new copy must not shadow a good old one.
CREATE TEMPORARY VIEW typed_customer (
  CONSTRAINT valid_customer_id EXPECT (customer_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT valid_email EXPECT (email IS NOT NULL)
)
AS SELECT
  try_cast(regexp_extract(customer_id, '${id_pattern}') AS BIGINT) AS customer_id,
  initcap(regexp_replace(trim(customer_name), ' +', ' ')) AS customer_name,
  nullif(regexp_extract(lower(trim(email)), '^[^@ ]+@[^@ ]+$', 0), '') AS email,
  coalesce(
    try_to_date(signup_date, 'yyyy-MM-dd'),
    try_to_date(signup_date, 'dd/MM/yyyy'),
    try_to_date(signup_date, 'MMM d, yyyy')
  ) AS signup_date,
  try_to_timestamp(updated_at) AS updated_at,
  export_day
FROM bronze_customer;

CREATE OR REFRESH MATERIALIZED VIEW silver_customer
COMMENT 'Customers, each as last updated'
TBLPROPERTIES (quality = 'silver')
AS WITH newest AS (
  SELECT *
  FROM typed_customer
  -- A copy that does not say when it was updated gives way to one that does.
  QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY updated_at DESC NULLS LAST, export_day DESC) = 1
),
first_order AS (
  SELECT customer_id, min(order_date) AS first_order_date
  FROM silver_order
  GROUP BY customer_id
)
SELECT
  customer_id,
  customer_name,
  email,
  -- Nobody orders before signing up: a later day, and a missing one, is that of the first order.
  least(
    CASE WHEN signup_date BETWEEN DATE '${first_day}' AND export_day THEN signup_date END,
    first_order_date
  ) AS signup_date,
  updated_at
FROM newest LEFT JOIN first_order USING (customer_id);

CREATE TEMPORARY VIEW typed_product (
  CONSTRAINT valid_product_id EXPECT (product_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT valid_price EXPECT (price > 0) ON VIOLATION DROP ROW
)
TBLPROPERTIES ('pipelines.quarantine' = 'rejected_products')
AS SELECT
  try_cast(regexp_extract(product_id, '${id_pattern}') AS BIGINT) AS product_id,
  initcap(trim(product_name)) AS product_name,
  coalesce(initcap(trim(category)), 'Unknown') AS category,
  try_cast(regexp_replace(price, '[$,]', '') AS DECIMAL(10, 2)) AS price,
  export_day
FROM bronze_product;

CREATE OR REFRESH MATERIALIZED VIEW silver_product
COMMENT 'Products, each as last exported'
TBLPROPERTIES (quality = 'silver')
AS SELECT * EXCEPT (export_day)
FROM typed_product
QUALIFY row_number() OVER (PARTITION BY product_id ORDER BY export_day DESC, product_name, category, price) = 1;

CREATE TEMPORARY VIEW typed_region (
  CONSTRAINT valid_region_id EXPECT (region_id IS NOT NULL) ON VIOLATION DROP ROW
)
AS SELECT
  try_cast(regexp_extract(region_id, '${id_pattern}') AS BIGINT) AS region_id,
  initcap(trim(region_name)) AS region_name,
  coalesce(upper(trim(country)), 'Unknown') AS country,
  export_day
FROM bronze_region;

CREATE OR REFRESH MATERIALIZED VIEW silver_region
COMMENT 'Regions, each as last exported'
TBLPROPERTIES (quality = 'silver')
AS SELECT * EXCEPT (export_day)
FROM typed_region
QUALIFY row_number() OVER (PARTITION BY region_id ORDER BY export_day DESC, region_name, country) = 1;
