CREATE STREAMING TABLE customers TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')
AS SELECT id, name FROM STREAM read_files('data', format => 'json');

CREATE TEMPORARY VIEW changes
AS SELECT id, _change_type AS change FROM STREAM customers WITH (readChangeFeed = true)
WHERE _change_type <> 'update_preimage';

CREATE STREAMING TABLE audit AS SELECT * FROM STREAM changes;
