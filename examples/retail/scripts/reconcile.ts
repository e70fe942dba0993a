import { executeSql } from 'millrace/delta'
import { expectFacts } from './expected-facts.ts'
import { type Figure, figures } from './figures.ts'

/**
 * `node scripts/reconcile.ts` compares each table of the pipeline with what other queries give, row by row and exactly. It must run while the
 * batches are recorded, every hundred by default; `--collect` computes the facts of new batches and compares nothing.
 */
const facts = await expectFacts()
if (!process.argv.includes('--collect')) {
  const compared = []
  for (const figure of figures(facts)) compared.push(await compare(figure))
  console.log(JSON.stringify(compared, null, 2))
  process.exitCode = compared.every(({ missing, unexpected }) => missing + unexpected === 0) ? 0 : 1
}

async function compare({ name, actual, expected }: Figure) {
  const [rows] = await executeSql(`
    WITH both AS (
      SELECT *, 1 AS actual, 0 AS expected FROM (${actual})
      UNION ALL
      SELECT *, 0, 1 FROM (${expected})
    ),
    counted AS (
      SELECT * EXCEPT (actual, expected), sum(actual) AS is_there, sum(expected) AS is_expected FROM both GROUP BY ALL
    )
    SELECT sum(is_there) AS rows, sum(greatest(is_expected - is_there, 0)) AS missing,
      sum(greatest(is_there - is_expected, 0)) AS unexpected
    FROM counted`)
  return {
    figure: name,
    rows: Number(rows!.rows ?? 0),
    missing: Number(rows!.missing ?? 0),
    unexpected: Number(rows!.unexpected ?? 0),
  }
}
