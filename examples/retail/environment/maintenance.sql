-- Small files are put together, files of no version deleted after a week, and statistics brought up to date. Readers and the pipeline may go on
-- meanwhile. Its own tables a pipeline also looks after by itself; the landing tables are nobody else's.
OPTIMIZE delta.`data/landing/customers`;
OPTIMIZE delta.`data/landing/products`;
OPTIMIZE delta.`data/landing/stores`;
OPTIMIZE delta.`data/landing/sales`;
OPTIMIZE bronze_customers;
OPTIMIZE bronze_products;
OPTIMIZE bronze_stores;
OPTIMIZE bronze_sales;
OPTIMIZE dim_customers;
OPTIMIZE dim_products;
OPTIMIZE dim_stores;
OPTIMIZE silver_sales;
OPTIMIZE silver_returns;
OPTIMIZE gold_sales_facts;
OPTIMIZE gold_daily_store_sales;
OPTIMIZE gold_product_performance;
OPTIMIZE gold_customer_ltv;

VACUUM delta.`data/landing/customers`;
VACUUM delta.`data/landing/products`;
VACUUM delta.`data/landing/stores`;
VACUUM delta.`data/landing/sales`;
VACUUM bronze_customers;
VACUUM bronze_products;
VACUUM bronze_stores;
VACUUM bronze_sales;
VACUUM dim_customers;
VACUUM dim_products;
VACUUM dim_stores;
VACUUM silver_sales;
VACUUM silver_returns;
VACUUM gold_sales_facts;
VACUUM gold_daily_store_sales;
VACUUM gold_product_performance;
VACUUM gold_customer_ltv;

ANALYZE TABLE gold_sales_facts COMPUTE STATISTICS;
ANALYZE TABLE gold_daily_store_sales COMPUTE STATISTICS;
ANALYZE TABLE gold_product_performance COMPUTE STATISTICS;
ANALYZE TABLE gold_customer_ltv COMPUTE STATISTICS;
