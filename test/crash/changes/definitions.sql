-- Change events of two sources, applied to a table of newest rows and to one of versions.
CREATE TEMPORARY VIEW first_events AS
SELECT * FROM STREAM read_files('data/first', format => 'json', maxFilesPerTrigger => '1',
  schema => 'id BIGINT, name STRING, amount BIGINT, gone BOOLEAN, seq BIGINT');
CREATE TEMPORARY VIEW second_events AS
SELECT * FROM STREAM read_files('data/second', format => 'json', maxFilesPerTrigger => '1',
  schema => 'id BIGINT, name STRING, amount BIGINT, gone BOOLEAN, seq BIGINT');

CREATE STREAMING TABLE newest;
CREATE FLOW newest_of_first AS AUTO CDC INTO newest FROM STREAM first_events KEYS (id)
IGNORE NULL UPDATES APPLY AS DELETE WHEN gone SEQUENCE BY seq COLUMNS * EXCEPT (gone, seq) STORED AS SCD TYPE 1;
CREATE FLOW newest_of_second AS AUTO CDC INTO newest FROM STREAM second_events KEYS (id)
IGNORE NULL UPDATES APPLY AS DELETE WHEN gone SEQUENCE BY seq COLUMNS * EXCEPT (gone, seq) STORED AS SCD TYPE 1;

CREATE STREAMING TABLE versions TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true');
CREATE FLOW versions_of_first AS AUTO CDC INTO versions FROM STREAM first_events KEYS (id)
APPLY AS DELETE WHEN gone SEQUENCE BY seq COLUMNS * EXCEPT (gone, seq) STORED AS SCD TYPE 2
TRACK HISTORY ON * EXCEPT (amount);
CREATE FLOW versions_of_second AS AUTO CDC INTO versions FROM STREAM second_events KEYS (id)
APPLY AS DELETE WHEN gone SEQUENCE BY seq COLUMNS * EXCEPT (gone, seq) STORED AS SCD TYPE 2
TRACK HISTORY ON * EXCEPT (amount);

-- Every change that the feed tells, added up, is what the table holds.
CREATE STREAMING TABLE told AS
SELECT id, name, amount, __START_AT AS since, __END_AT AS until, _change_type AS change
FROM STREAM table_changes('versions', 0);
CREATE MATERIALIZED VIEW told_rows AS
SELECT id, name, amount, since, until FROM told GROUP BY ALL
HAVING sum(CASE WHEN change IN ('insert', 'update_postimage') THEN 1 ELSE -1 END) > 0;
