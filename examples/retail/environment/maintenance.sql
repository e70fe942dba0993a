-- Files of no version are deleted after a week, statistics brought up to date, and small files of the landing tables put together. The pipeline and its
-- readers may go on meanwhile. Its own tables a pipeline puts in order by itself: an OPTIMIZE of the same files beside it would be a conflict.
OPTIMIZE delta.`data/landing/customers`;
OPTIMIZE delta.`data/landing/products`;
OPTIMIZE delta.`data/landing/stores`;
OPTIMIZE delta.`data/landing/sales`;

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
