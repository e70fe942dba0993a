import { bound, type Macro, plain } from './macro.ts'
import { raise } from './raise.ts'

/** What is made of the results of DuckDB's own aggregates; an aggregate itself cannot stand in a macro with FILTER or OVER. */
export const aggregateMacros: readonly Macro[] = [
  bound(
    'sum_long',
    ['total'],
    `CASE WHEN {total} BETWEEN -9223372036854775808 AND 9223372036854775807 THEN {total}::BIGINT
      WHEN {total} IS NOT NULL THEN ${raise('ARITHMETIC_OVERFLOW', { detail: "'sum ' || {total}" })} END`,
  ),
  plain('try_sum_long', ['total'], 'TRY_CAST({total} AS BIGINT)'),
  bound('nan_to_null', ['x'], 'CASE WHEN NOT isnan({x}) THEN {x} END'),
  bound(
    'skewness',
    ['sample', 'n', 'variance'],
    `CASE WHEN {n} = 0 THEN NULL WHEN {variance} = 0 THEN NULL WHEN {n} = 2 THEN 0.0
      ELSE {sample} * ({n} - 2) / sqrt({n} * ({n} - 1)::DOUBLE) END`,
  ),
]
