import { PipelineError } from '../../errors/index.ts'
import { array, BOOLEAN, type DataType, INTEGER, STRING } from '../../types/data-type.ts'
import { printed, scalar } from './define.ts'
import { groupCount, isPlainText, toRe2, toRe2Replacement } from './java-regex.ts'
import {
  type FunctionDefinition,
  optional,
  type PrintedCall,
  signature,
  type TypedCall,
} from './signature.ts'

/**
 * Functions of regular expressions. Spark's are Java's, ours RE2's: literal patterns are rewritten, or refused where RE2
 * cannot do them; patterns from a column are RE2's as they stand.
 */
export const regexpFunctions: readonly FunctionDefinition[] = [
  scalar(
    'rlike regexp regexp_like',
    signature([STRING, STRING], result(BOOLEAN)),
    form((args) => `regexp_matches(${args.join(', ')})`),
  ),
  scalar(
    'regexp_count',
    signature([STRING, STRING], result(INTEGER)),
    form((args) => `len(regexp_extract_all(${args.join(', ')}))`, { cast: true }),
  ),
  scalar(
    'regexp_extract',
    signature([STRING, STRING, optional(INTEGER, 1)], result(STRING, 2)),
    form((args) => `regexp_extract(${args.join(', ')})`),
  ),
  scalar(
    'regexp_extract_all',
    signature([STRING, STRING, optional(INTEGER, 1)], result(array(STRING), 2)),
    form((args) => `regexp_extract_all(${args.join(', ')})`),
  ),
  scalar(
    'regexp_instr',
    signature([STRING, STRING], result(INTEGER)),
    form((args) => `millrace.regexp_instr(${args.join(', ')})`, { cast: true }),
  ),
  scalar(
    'regexp_replace',
    signature([STRING, STRING, STRING, optional(INTEGER, 1)], result(STRING)),
    form(printReplace),
  ),
  scalar(
    'regexp_substr',
    signature([STRING, STRING], result(STRING), { nullable: 'always' }),
    form((args) => `millrace.regexp_substr(${args.join(', ')})`),
  ),
  scalar(
    'split',
    signature([STRING, STRING, optional(INTEGER, -1)], result(array(STRING, false))),
    form(printSplit),
  ),
]

/** The result type, once the literal pattern and the group's number are known to be good. */
function result(type: DataType, groupIndex?: number): (call: TypedCall) => DataType {
  return (call) => {
    const pattern = call.literals[1]
    if (typeof pattern !== 'string') return type
    toRe2(pattern, 'regexp')
    const group = groupIndex === undefined ? undefined : call.literals[groupIndex]
    if (typeof group === 'number' && (group < 0 || group > groupCount(pattern))) {
      throw new PipelineError('INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX', {
        groupIndex: String(group),
        groupCount: String(groupCount(pattern)),
      })
    }
    return type
  }
}

/** The arguments with a literal pattern in RE2's syntax. */
function form(
  print: (args: readonly string[], call: PrintedCall) => string,
  options: { readonly cast?: boolean } = {},
) {
  return printed((args, call) => {
    const pattern = call.literals[1]
    const re2 = typeof pattern === 'string' ? call.quote(toRe2(pattern, call.call.function)) : args[1]!
    return print([args[0]!, re2, ...args.slice(2)], call)
  }, options)
}

function printReplace(args: readonly string[], call: PrintedCall): string {
  const [text, pattern, replacement, position] = args
  const literal = call.literals[2]
  const re2 =
    typeof literal === 'string'
      ? call.quote(toRe2Replacement(literal))
      : `millrace.re2_replacement(${replacement})`
  return call.literals[3] === 1
    ? `regexp_replace(${text}, ${pattern}, ${re2}, 'g')`
    : `millrace.regexp_replace_from(${text}, ${pattern}, ${re2}, ${position})`
}

function printSplit(args: readonly string[], call: PrintedCall): string {
  const [text, pattern, limit] = args
  const [, literal, count] = call.literals
  if (typeof count !== 'number' || count > 0) return `millrace.split_limit(${text}, ${pattern}, ${limit})`
  return typeof literal === 'string' && isPlainText(literal)
    ? `string_split(${text}, ${call.quote(literal)})`
    : `string_split_regex(${text}, ${pattern})`
}
