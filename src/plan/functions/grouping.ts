import { BYTE, LONG } from '../../types/data-type.ts'
import { scalar } from './define.ts'
import { ANY, type FunctionDefinition, native, signature, variadic } from './signature.ts'

/** Which grouping set a row of ROLLUP, CUBE or GROUPING SETS belongs to; without arguments, by all grouping columns. */
export const groupingFunctions: readonly FunctionDefinition[] = [
  scalar('grouping', signature([ANY], BYTE, { nullable: 'never' }), native('grouping', { cast: true })),
  scalar(
    'grouping_id',
    signature([variadic(ANY)], LONG, { nullable: 'never' }),
    native('grouping', { cast: true }),
  ),
]
