-- Each row is cleaned when it comes, and never again.
CREATE OR REFRESH STREAMING TABLE clean_orders (
  CONSTRAINT valid_order_id EXPECT (order_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT valid_customer_id EXPECT (customer_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT valid_amount EXPECT (amount > 0) ON VIOLATION DROP ROW,
  CONSTRAINT valid_status EXPECT (status IN ('completed', 'returned')) ON VIOLATION DROP ROW,
  CONSTRAINT return_has_id EXPECT ((status = 'returned') = (return_id IS NOT NULL)) ON VIOLATION DROP ROW,
  CONSTRAINT dates_as_sent EXPECT (size(repaired_dates) = 0),
  CONSTRAINT dates_in_order EXPECT (
    order_date <= coalesce(ship_date, order_date)
    AND coalesce(ship_date, order_date) <= coalesce(return_date, export_day)
  ) ON VIOLATION FAIL UPDATE
)
COMMENT 'Orders and returns with standard ids and repaired dates, copies included'
TBLPROPERTIES (quality = 'silver', 'pipelines.quarantine' = 'rejected_orders')
AS WITH typed AS (
  SELECT
    try_cast(regexp_extract(order_id, '${id_pattern}') AS BIGINT) AS order_id,
    try_cast(regexp_extract(customer_id, '${id_pattern}') AS BIGINT) AS customer_id,
    try_cast(regexp_extract(product_id, '${id_pattern}') AS BIGINT) AS product_id,
    try_cast(regexp_extract(region_id, '${id_pattern}') AS BIGINT) AS region_id,
    try_cast(regexp_extract(return_id, '${id_pattern}') AS BIGINT) AS return_id,
    lower(trim(status)) AS status,
    try_cast(quantity AS INT) AS quantity,
    try_cast(regexp_replace(amount, '[$,]', '') AS DECIMAL(10, 2)) AS amount,
    -- A date comes in one of three forms. A day that does not exist is missing.
    transform(array(order_date, ship_date, return_date), day -> coalesce(
      try_to_date(day, 'yyyy-MM-dd'),
      try_to_date(day, 'dd/MM/yyyy'),
      try_to_date(day, 'MMM d, yyyy')
    )) AS days,
    export_day
  FROM STREAM bronze_orders
),
plausible AS (
  -- So is a placeholder, and a day after the export.
  SELECT *, transform(days, day -> CASE WHEN day BETWEEN DATE '${first_day}' AND export_day THEN day END) AS sent
  FROM typed
),
shipped AS (
  SELECT
    *,
    -- Nothing is shipped before it is ordered: such days were exchanged. An order without a day is of the day of
    -- its shipping, else of its export.
    coalesce(least(sent[0], sent[1]), export_day) AS order_date,
    CASE WHEN sent[1] IS NOT NULL THEN greatest(sent[0], sent[1]) END AS ship_date
  FROM plausible
),
returned AS (
  SELECT
    *,
    -- Nothing comes back before it is shipped. A return without a day, or with such a one, is of the day of its export.
    CASE
      WHEN status <> 'returned' THEN NULL
      WHEN sent[2] >= coalesce(ship_date, order_date) THEN sent[2]
      ELSE export_day
    END AS return_date
  FROM shipped
)
SELECT
  order_id,
  customer_id,
  product_id,
  region_id,
  order_date,
  ship_date,
  quantity,
  amount,
  status,
  return_id,
  return_date,
  array_compact(array(
    CASE WHEN NOT order_date <=> sent[0] THEN 'order_date' END,
    CASE WHEN NOT ship_date <=> sent[1] THEN 'ship_date' END,
    CASE WHEN status = 'returned' AND NOT return_date <=> sent[2] THEN 'return_date' END
  )) AS repaired_dates,
  export_day
FROM returned;

CREATE OR REFRESH MATERIALIZED VIEW silver_order
COMMENT 'Orders and returns, each once; is_fraud: the customer has returned this order before'
TBLPROPERTIES (quality = 'silver')
AS WITH once AS (
  -- Of the copies of an order, or of a return, the one with the fewest repaired dates; of those the newest.
  SELECT *
  FROM clean_orders
  QUALIFY row_number() OVER (
    PARTITION BY order_id, customer_id, return_id
    ORDER BY size(repaired_dates), export_day DESC, order_date, ship_date, return_date
  ) = 1
),
numbered AS (
  SELECT
    * EXCEPT (export_day),
    CASE WHEN status = 'returned' THEN
      row_number() OVER (PARTITION BY customer_id, order_id, status ORDER BY return_date, return_id)
    END AS return_number
  FROM once
)
SELECT *, coalesce(return_number > 1, false) AS is_fraud
FROM numbered;
