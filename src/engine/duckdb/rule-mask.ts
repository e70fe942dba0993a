import type { Expression } from '../../plan/expression.ts'
import type { Relation, Rule } from '../../plan/relation.ts'
import { LONG } from '../../types/data-type.ts'
import type { RuleCount } from '../engine.ts'
import { quoteIdentifier, quoteString } from './quote.ts'

/** Last column of rejected rows: the names of all rules that the row broke, warnings included. */
export const FAILED_EXPECTATIONS = '_failed_expectations'

/** Bits of one mask column; a BIGINT keeps its sign bit free. */
const BITS = 62

export interface MaskedQuery {
  /** The query with its mask columns at the end: bit i is set where rule i IS NOT TRUE. */
  readonly query: Relation
  /** The mask columns, quoted. */
  readonly columns: readonly string[]
  /** DuckDB condition: a rule that drops or fails is broken. */
  readonly isRejected: string
  /** DuckDB expression: the names of the broken rules. */
  readonly failedNames: string
}

/** Evaluates every rule on every row as one bit of a mask. */
export function maskedQuery(query: Relation, rules: readonly Rule[]): MaskedQuery {
  const groups = Array.from({ length: Math.ceil(rules.length / BITS) }, (_, i) =>
    rules.slice(i * BITS, (i + 1) * BITS),
  )
  const names = groups.map((_, i) => `__rule_mask_${i}`)
  const columns = names.map(quoteIdentifier)
  return {
    query: {
      kind: 'WithColumns',
      input: query,
      columns: groups.map((group, i) => ({ name: names[i]!, expression: maskOf(group) })),
    },
    columns,
    isRejected: groups.map((group, i) => `(${columns[i]} & ${rejectingBits(group)}) <> 0`).join(' OR '),
    failedNames: failedNames(rules, columns),
  }
}

/** Counts of each rule over all rows, from the number of rows per mask. */
export function ruleCounts(
  rules: readonly Rule[],
  groups: readonly { readonly masks: readonly bigint[]; readonly count: bigint }[],
  total: bigint,
): RuleCount[] {
  return rules.map((rule, i) => {
    const bit = 1n << BigInt(i % BITS)
    const failed = groups
      .filter((each) => (each.masks[Math.floor(i / BITS)]! & bit) !== 0n)
      .reduce((sum, each) => sum + each.count, 0n)
    return { name: rule.name, passed: total - failed, failed }
  })
}

function maskOf(rules: readonly Rule[]): Expression {
  return rules.map((rule, i) => bitUnlessTrue(rule.condition, 1n << BigInt(i))).reduce(bitOr)
}

function bitUnlessTrue(condition: Expression, bit: bigint): Expression {
  return { kind: 'CaseWhen', branches: [{ condition, value: long(0n) }], otherwise: long(bit) }
}

function bitOr(left: Expression, right: Expression): Expression {
  return { kind: 'UnresolvedFunction', name: '|', arguments: [left, right] }
}

function long(value: bigint): Expression {
  return { kind: 'Literal', value, dataType: LONG }
}

function rejectingBits(rules: readonly Rule[]): bigint {
  return rules.reduce((bits, rule, i) => (rule.action === 'warn' ? bits : bits | (1n << BigInt(i))), 0n)
}

function failedNames(rules: readonly Rule[], columns: readonly string[]): string {
  const names = rules.map(
    (rule, i) =>
      `CASE WHEN ${columns[Math.floor(i / BITS)]} & ${1n << BigInt(i % BITS)} <> 0 THEN ${quoteString(rule.name)} END`,
  )
  return `list_filter([${names.join(', ')}], lambda name: name IS NOT NULL)`
}
