const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

/**
 * Words that cannot begin an expression as a column's name; in backticks they can. A function may still have such a name
 * (`left(s, 2)`), and behind a dot every word is a name (`hour_window.end`).
 */
export const notAColumn = words(
  `SELECT FROM WHERE GROUP HAVING ORDER BY LIMIT UNION INTERSECT EXCEPT JOIN INNER CROSS LEFT RIGHT FULL NATURAL ON USING
  AS AND OR WHEN THEN ELSE WITH LATERAL IN IS LIKE ILIKE RLIKE REGEXP BETWEEN QUALIFY DISTINCT ALL CREATE INSERT INTO`,
)

/** Words that cannot be an alias without AS: each may follow an expression or a table. */
export const notABareAlias = words(
  `FROM WHERE GROUP HAVING ORDER LIMIT OFFSET UNION INTERSECT EXCEPT MINUS SETMINUS QUALIFY WINDOW LATERAL JOIN INNER CROSS
  LEFT RIGHT FULL NATURAL SEMI ANTI ON USING AS AND OR NOT IN IS LIKE ILIKE RLIKE REGEXP BETWEEN DIV WHEN THEN ELSE END ASC
  DESC SORT CLUSTER DISTRIBUTE TABLESAMPLE PIVOT UNPIVOT WATERMARK WITH SELECT ESCAPE OUTER ASOF`,
)

/** Words with a meaning of their own at the beginning of an expression or a table. */
const special = words(
  `CASE CAST TRY_CAST EXISTS NOT NULL TRUE FALSE INTERVAL CURRENT_DATE CURRENT_TIMESTAMP CURRENT_TIME CURRENT_USER
  LOCALTIMESTAMP SESSION_USER VALUES TABLE STREAM LIVE`,
)

/** Whether a name can be written without backticks wherever a name may stand. */
export function isPlainName(name: string): boolean {
  if (!/^[A-Za-z_]\w*$/.test(name)) return false
  const word = name.toUpperCase()
  return !notAColumn.has(word) && !notABareAlias.has(word) && !special.has(word)
}

/** The words that a clause of a query or an operator begins with: what a misspelt word was most likely meant to be. */
export const clauseWords: readonly string[] = [
  ...[
    'SELECT',
    'DISTINCT',
    'FROM',
    'WHERE',
    'GROUP',
    'HAVING',
    'QUALIFY',
    'WINDOW',
    'ORDER',
    'LIMIT',
    'OFFSET',
  ],
  ...[
    'JOIN',
    'INNER',
    'CROSS',
    'LEFT',
    'RIGHT',
    'FULL',
    'OUTER',
    'NATURAL',
    'SEMI',
    'ANTI',
    'USING',
    'LATERAL',
  ],
  ...['UNION', 'INTERSECT', 'EXCEPT', 'MINUS', 'WITH', 'VALUES', 'STREAM', 'WATERMARK', 'DELAY'],
  ...[
    'AND',
    'NOT',
    'LIKE',
    'ILIKE',
    'RLIKE',
    'BETWEEN',
    'WHEN',
    'THEN',
    'ELSE',
    'END',
    'CASE',
    'OVER',
    'PARTITION',
  ],
]
