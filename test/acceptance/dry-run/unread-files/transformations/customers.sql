-- No folder can add a column: all of them are known before a file was read.
CREATE TEMPORARY VIEW closed AS
SELECT * FROM STREAM read_files('data', format => 'json', schema => 'id BIGINT, city STRING, seq BIGINT', partitionColumns => '');
CREATE STREAMING TABLE customers;
AUTO CDC INTO customers FROM STREAM closed KEYS (id) SEQUENCE BY sent;

-- A folder `region=...` may.
CREATE TEMPORARY VIEW open AS
SELECT * FROM STREAM read_files('data', format => 'json', schema => 'id BIGINT, city STRING, seq BIGINT');
CREATE STREAMING TABLE regions;
AUTO CDC INTO regions FROM STREAM open KEYS (region) SEQUENCE BY seq;
