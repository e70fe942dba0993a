-- The landing tables, empty: the pipeline can be started before anything lands. `millrace generate retail` fills them, or any other program that
-- appends to Delta tables.
CREATE TABLE IF NOT EXISTS delta.`data/landing/customers` (
  customer_id BIGINT,
  first_name STRING,
  last_name STRING,
  email STRING,
  age DOUBLE,
  loyalty_tier STRING,
  city STRING,
  update_timestamp STRING
) COMMENT 'New and changed customers; NULL: nothing new is known';

CREATE TABLE IF NOT EXISTS delta.`data/landing/products` (
  product_id BIGINT,
  product_name STRING,
  category STRING,
  price DOUBLE,
  status STRING,
  update_timestamp STRING
) COMMENT 'New and changed products; NULL: nothing new is known';

CREATE TABLE IF NOT EXISTS delta.`data/landing/stores` (
  store_id BIGINT,
  store_name STRING,
  city STRING,
  region STRING,
  status STRING,
  update_timestamp STRING
) COMMENT 'New and changed stores; NULL: nothing new is known';

CREATE TABLE IF NOT EXISTS delta.`data/landing/sales` (
  transaction_id BIGINT,
  customer_id BIGINT,
  product_id BIGINT,
  store_id BIGINT,
  quantity DOUBLE,
  unit_price DOUBLE,
  discount DOUBLE,
  payment_method STRING,
  sale_timestamp STRING
) COMMENT 'Sales, and returns with a negative quantity';
