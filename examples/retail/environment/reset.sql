-- Everything that has landed is dropped. What the pipeline has made of it goes with the next `millrace run --full-refresh-all`.
DROP TABLE IF EXISTS delta.`data/landing/customers`;
DROP TABLE IF EXISTS delta.`data/landing/products`;
DROP TABLE IF EXISTS delta.`data/landing/stores`;
DROP TABLE IF EXISTS delta.`data/landing/sales`;
