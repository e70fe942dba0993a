-- Impressions and clicks that come late and twice, joined, in windows and in sessions. A batch is a file of each.
CREATE TEMPORARY VIEW impressions AS
SELECT * FROM STREAM read_files('data/impressions', format => 'json', maxFilesPerTrigger => '1',
  schema => 'ad BIGINT, time TIMESTAMP, page STRING');
CREATE TEMPORARY VIEW clicks AS
SELECT * FROM STREAM read_files('data/clicks', format => 'json', maxFilesPerTrigger => '1',
  schema => 'ad BIGINT, time TIMESTAMP, page STRING');

CREATE STREAMING TABLE matched AS
SELECT i.ad, i.time, i.page, c.time AS clicked, c.ad AS clicked_ad
FROM STREAM(impressions) AS i WATERMARK time DELAY OF INTERVAL 5 MINUTES
FULL JOIN STREAM(clicks) AS c WATERMARK time DELAY OF INTERVAL 5 MINUTES
ON i.ad = c.ad AND c.time BETWEEN i.time AND i.time + INTERVAL 10 MINUTES;

CREATE STREAMING TABLE sessions AS
SELECT page, session_window.start, session_window.end, count(*) AS clicks, count(DISTINCT ad) AS ads
FROM STREAM(clicks) WATERMARK time DELAY OF INTERVAL 5 MINUTES
GROUP BY page, session_window(time, '2 minutes');

CREATE STREAMING TABLE windows AS
SELECT page, window.start, count(*) AS shown, sum(ad) AS ads
FROM STREAM(impressions) WATERMARK time DELAY OF INTERVAL 5 MINUTES
GROUP BY page, window(time, '10 minutes', '5 minutes');

CREATE STREAMING TABLE per_page AS
SELECT page, count(*) AS shown, max(time) AS last FROM STREAM(impressions) GROUP BY page;
