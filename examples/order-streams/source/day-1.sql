-- What other systems keep in dlt_demo.source: orders are only ever appended, customers change in place.
CREATE TABLE dlt_demo.source.orders (
  order_id BIGINT,
  customer_id BIGINT,
  order_status STRING,
  order_timestamp TIMESTAMP,
  amount DECIMAL(10, 2)
);

CREATE TABLE dlt_demo.source.customers (
  customer_id BIGINT,
  customer_name STRING,
  city STRING,
  segment STRING
);

INSERT INTO dlt_demo.source.customers VALUES
  (1, 'Ada Brook', 'Leeds', 'consumer'),
  (2, 'Ben Castle', 'York', 'corporate'),
  (3, 'Cleo Dale', 'Hull', 'consumer');

-- Customer 4 is not known yet. Neither status of order 1003 and 1006 is one that the pipeline looks at.
INSERT INTO dlt_demo.source.orders VALUES
  (1001, 1, 'COMPLETE', TIMESTAMP '2026-01-30 09:15:00', 120.50),
  (1002, 2, 'PENDING', TIMESTAMP '2026-01-30 23:59:59', 80.00),
  (1003, 1, 'CANCELED', TIMESTAMP '2026-01-31 00:00:00', 15.25),
  (1004, 3, 'COMPLETE', TIMESTAMP '2026-01-31 12:30:00', 42.00),
  (1005, 4, 'PENDING', TIMESTAMP '2026-02-01 08:00:00', 310.00),
  (1006, 2, NULL, TIMESTAMP '2026-02-01 09:00:00', 7.99);
