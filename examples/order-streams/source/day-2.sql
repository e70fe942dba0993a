-- Customer 3 has moved, customer 4 is known by now.
MERGE INTO dlt_demo.source.customers AS known
USING (VALUES (3, 'Cleo Dale', 'London', 'corporate'), (4, 'Dan Eaves', 'Bath', 'consumer'))
  AS fresh (customer_id, customer_name, city, segment)
ON known.customer_id = fresh.customer_id
WHEN MATCHED THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;

INSERT INTO dlt_demo.source.orders VALUES
  (1007, 3, 'COMPLETE', TIMESTAMP '2026-02-02 10:00:00', 64.80),
  (1008, 4, 'COMPLETE', TIMESTAMP '2026-04-01 18:45:00', 12.00),
  (1009, 1, 'CLOSED', TIMESTAMP '2026-04-01 19:00:00', 33.10),
  (1010, 2, 'PENDING', TIMESTAMP '2026-12-31 23:00:00', 99.95);
