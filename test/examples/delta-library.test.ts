import { expect, test } from 'vitest'
import { runProgram } from './run-program.ts'

test('the library’s example: a table is made, filled, changed, merged, looked back at and maintained', () => {
  expect(runProgram('examples/delta-library/stock.ts')).toMatchInlineSnapshot(`
    "deliveries: 1 items more, 1 new

    now
    ┌─────────┬──────────┬────────┬────────┐
    │ (index) │ item     │ pieces │ price  │
    ├─────────┼──────────┼────────┼────────┤
    │ 0       │ 'apple'  │ 200    │ '0.35' │
    │ 1       │ 'pear'   │ 40     │ '0.66' │
    │ 2       │ 'quince' │ 25     │ '1.20' │
    └─────────┴──────────┴────────┴────────┘

    as delivered first
    ┌─────────┬─────────┬────────┬────────┐
    │ (index) │ item    │ pieces │ price  │
    ├─────────┼─────────┼────────┼────────┤
    │ 0       │ 'apple' │ 120    │ '0.35' │
    │ 1       │ 'pear'  │ 40     │ '0.60' │
    │ 2       │ 'plum'  │ 0      │ '0.20' │
    └─────────┴─────────┴────────┴────────┘

    what the deliveries changed
    apple: update_postimage, 200 pieces
    apple: update_preimage, 120 pieces
    quince: insert, 25 pieces

    less than nothing is refused: DELTA_VIOLATE_CONSTRAINT_WITH_VALUES

    OPTIMIZE: 2 files became 1
    worth 136.00 in version 6, after:
      6 OPTIMIZE
      5 WRITE
      4 MERGE
      3 DELETE
      2 UPDATE
      1 WRITE
      0 CREATE TABLE
    "
  `)
})
