import { bound, type Macro, plain } from './macro.ts'
import { raise } from './raise.ts'

/** Refusals that the user's own query asks for. */
export const conditionalMacros: readonly Macro[] = [
  plain('raise_error', ['message'], raise('USER_RAISED_EXCEPTION', { errorMessage: '{message}' })),
  plain(
    'raise_condition',
    ['condition', 'parameters'],
    `error({condition} || coalesce(list_aggregate(list_transform(map_entries({parameters}), ` +
      `lambda raised: '|' || raised.key || '=' || coalesce(raised.value, 'NULL')), 'string_agg', ''), ''))`,
  ),
  bound(
    'assert_true',
    ['passes', 'message'],
    `CASE WHEN {passes} THEN NULL ELSE ${raise('USER_RAISED_EXCEPTION', { errorMessage: '{message}' })} END`,
  ),
]
