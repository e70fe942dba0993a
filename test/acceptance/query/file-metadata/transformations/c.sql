CREATE STREAMING TABLE c AS SELECT *, _metadata.file_name AS name FROM STREAM b;
CREATE STREAMING TABLE d AS SELECT id, _metadata.file_size AS size FROM STREAM delta.`land`;
