import { BOOLEAN, INTEGER, map, STRING, VOID } from '../../types/data-type.ts'
import { printDataType } from '../../types/ddl.ts'
import { sameStructure, sameType } from '../../types/same-type.ts'
import { call } from '../build.ts'
import type { Expression } from '../expression.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { printed, rewritten, scalar } from './define.ts'
import {
  ANY,
  type FunctionDefinition,
  macro,
  optional,
  type PrintedCall,
  type ResolveContext,
  type ResolvedArguments,
  signature,
  T,
  type TypedCall,
  template,
  variadic,
} from './signature.ts'

/** Functions that choose between values, or refuse them. */
export const conditionalFunctions: readonly FunctionDefinition[] = [
  scalar(
    'assert_true',
    signature([BOOLEAN, optional(STRING, 'The condition is not true!')], VOID, { nullable: 'always' }),
    macro('assert_true'),
  ),
  scalar(
    'coalesce',
    signature([variadic(T, 1)], T, { nullable: (call) => call.nullables.every(Boolean) }),
    template('coalesce({*})'),
  ),
  scalar(
    'if',
    signature([BOOLEAN, T, T], T, { nullable: (call) => call.nullables.slice(1).some(Boolean) }),
    template('CASE WHEN {0} THEN {1} ELSE {2} END'),
  ),
  {
    name: 'nullif',
    kind: 'scalar',
    arity: { min: 2, max: 2 },
    resolve: resolveNullIf,
    duckdb: printed(printNullIf),
  },
  rewritten('nullifzero', { min: 1, max: 1 }, ([value]) => call('nullif', value!, zero())),
  rewritten('nvl ifnull', { min: 2, max: 2 }, (args) => call('coalesce', ...args)),
  rewritten('nvl2', { min: 3, max: 3 }, ([tested, given, otherwise]) =>
    call('if', call('isnotnull', tested!), given!, otherwise!),
  ),
  scalar('raise_error', [
    signature([STRING], VOID, { nullable: 'always', duckdb: macro('raise_error') }),
    signature([STRING, map(STRING, STRING)], VOID, { nullable: 'always', duckdb: macro('raise_condition') }),
  ]),
  scalar(
    'typeof',
    signature([ANY], STRING, { nullable: 'never' }),
    printed((_, call) => call.quote(typeText(call))),
  ),
  rewritten('zeroifnull', { min: 1, max: 1 }, ([value]) => call('coalesce', value!, zero())),
]

/** The value keeps its type; only the comparison is of the common wider one. */
function resolveNullIf(
  [value, other]: readonly ResolvedExpression[],
  context: ResolveContext,
): ResolvedArguments {
  const isAlike = sameStructure(value!.dataType, other!.dataType)
  const common = isAlike ? value!.dataType : context.widen([value!, other!])
  return { arguments: [value!, context.cast(other!, common)], dataType: value!.dataType, nullable: true }
}

/** DuckDB's own nullif names its first argument twice. */
function printNullIf([value, other]: readonly string[], call: PrintedCall): string {
  const [type, common] = call.types
  const widened = sameType(type!, common!)
    ? 'null_if'
    : call.castText('null_if', type!, common!, call.ansi ? 'ansi' : 'try')
  return `list_transform([${value}], lambda null_if: CASE WHEN (${widened} = ${other}) IS NOT TRUE THEN null_if END)[1]`
}

function zero(): Expression {
  return { kind: 'Literal', value: 0, dataType: INTEGER }
}

function typeText(call: TypedCall): string {
  return printDataType(call.types[0]!)
}
