CREATE TEMPORARY VIEW events AS
SELECT *, to_timestamp(sent) AS sent_at FROM STREAM read_files('data', format => 'json', schema => 'id INT, city STRING, changed BIGINT, sent STRING');

CREATE STREAMING TABLE newest;
AUTO CDC INTO newest FROM STREAM events KEYS (id) SEQUENCE BY changed COLUMNS (id, city);

CREATE STREAMING TABLE versions;
AUTO CDC INTO versions FROM STREAM events KEYS (id) SEQUENCE BY struct(changed, sent_at) COLUMNS (id, city) STORED AS SCD TYPE 2;

CREATE STREAMING TABLE known;
AUTO CDC INTO known FROM STREAM events KEYS (id) SEQUENCE BY changed SYSTEM SEQUENCE BY sent_at COLUMNS (id, city) STORED AS BITEMPORAL;

CREATE STREAMING TABLE inferred;
AUTO CDC INTO inferred FROM STREAM read_files('data', format => 'json') KEYS (id) SEQUENCE BY changed STORED AS SCD TYPE 2;
