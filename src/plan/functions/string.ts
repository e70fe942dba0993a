import { BINARY, BOOLEAN, INTEGER, LONG, map, STRING } from '../../types/data-type.ts'
import { printed, scalar } from './define.ts'
import {
  ANY,
  arrayOf,
  type FunctionDefinition,
  macro,
  native,
  optional,
  type PrintedCall,
  type Signature,
  signature,
  T,
  type TypedCall,
  template,
  variadic,
} from './signature.ts'

const ALWAYS = { nullable: 'always' } as const
const NEVER = { nullable: 'never' } as const

/** String functions. Positions count characters from 1. */
export const stringFunctions: readonly FunctionDefinition[] = [
  scalar('ascii', signature([STRING], INTEGER), native('ascii')),
  scalar('btrim', signature([STRING, optional(STRING, ' ')], STRING), native('trim')),
  scalar('chr char', signature([LONG], STRING), macro('chr')),
  scalar(
    'concat ||',
    [
      signature([variadic(STRING)], STRING),
      signature([variadic(arrayOf(T))], arrayOf(T)),
      signature([variadic(BINARY)], BINARY),
    ],
    printed(printConcat),
  ),
  scalar(
    'concat_ws',
    [
      signature([STRING, variadic(STRING)], STRING, { nullable: firstIsNullable }),
      signature([STRING, variadic(ANY)], STRING, { nullable: firstIsNullable }),
    ],
    printed(printConcatWs),
  ),
  scalar('contains', signature([STRING, STRING], BOOLEAN), native('contains')),
  scalar(
    'elt',
    signature([INTEGER, variadic(STRING, 1)], STRING, ALWAYS),
    template('millrace.elt({0}, [{1*}])'),
  ),
  scalar('endswith', signature([STRING, STRING], BOOLEAN), native('ends_with')),
  scalar('find_in_set', signature([STRING, STRING], INTEGER), macro('find_in_set', { cast: true })),
  scalar('initcap', signature([STRING], STRING), macro('initcap')),
  scalar('instr', signature([STRING, STRING], INTEGER), native('instr', { cast: true })),
  scalar('left', signature([STRING, INTEGER], STRING), macro('left')),
  scalar('length char_length character_length len', [
    signature([STRING], INTEGER, { duckdb: native('length', { cast: true }) }),
    signature([BINARY], INTEGER, { duckdb: native('octet_length', { cast: true }) }),
  ]),
  scalar('levenshtein', [
    signature([STRING, STRING], INTEGER, { duckdb: macro('levenshtein', { cast: true }) }),
    signature([STRING, STRING, INTEGER], INTEGER, { duckdb: macro('levenshtein_within', { cast: true }) }),
  ]),
  scalar(
    'locate position',
    signature([STRING, STRING, optional(INTEGER, 1)], INTEGER),
    macro('locate', { cast: true }),
  ),
  scalar('lower lcase', signature([STRING], STRING), native('lower')),
  scalar('lpad', signature([STRING, INTEGER, optional(STRING, ' ')], STRING), macro('lpad')),
  scalar('ltrim', trims('ltrim')),
  scalar('luhn_check', signature([STRING], BOOLEAN, ALWAYS), macro('luhn_check')),
  scalar(
    'mask',
    signature(
      [STRING, optional(STRING, 'X'), optional(STRING, 'x'), optional(STRING, 'n'), optional(STRING, null)],
      STRING,
      ALWAYS,
    ),
    macro('mask'),
  ),
  scalar('overlay', signature([STRING, STRING, INTEGER, optional(INTEGER, -1)], STRING), macro('overlay')),
  scalar('quote', signature([STRING], STRING, ALWAYS), macro('quote')),
  scalar('repeat', signature([STRING, INTEGER], STRING), native('repeat')),
  scalar('replace', signature([STRING, STRING, optional(STRING, '')], STRING), native('replace')),
  scalar('reverse', [
    signature([STRING], STRING, { duckdb: native('reverse') }),
    signature([arrayOf(T)], arrayOf(T), { duckdb: native('list_reverse') }),
  ]),
  scalar('right', signature([STRING, INTEGER], STRING, ALWAYS), macro('right')),
  scalar('rpad', signature([STRING, INTEGER, optional(STRING, ' ')], STRING), macro('rpad')),
  scalar('rtrim', trims('rtrim')),
  scalar('soundex', signature([STRING], STRING), macro('soundex')),
  scalar('space', signature([INTEGER], STRING), template("repeat(' ', {0})")),
  scalar('split_part', signature([STRING, STRING, INTEGER], STRING, ALWAYS), macro('split_part')),
  scalar('startswith', signature([STRING, STRING], BOOLEAN), native('starts_with')),
  scalar(
    'str_to_map',
    signature([STRING, optional(STRING, ','), optional(STRING, ':')], map(STRING, STRING)),
    macro('str_to_map'),
  ),
  scalar('substring substr', [
    signature([STRING, INTEGER, optional(INTEGER)], STRING, { duckdb: printed(printSubstring) }),
    signature([BINARY, INTEGER, optional(INTEGER, null)], BINARY, { duckdb: macro('substring_binary') }),
  ]),
  scalar('substring_index', signature([STRING, STRING, INTEGER], STRING), macro('substring_index')),
  scalar('translate', signature([STRING, STRING, STRING], STRING), native('translate')),
  scalar('trim', trims('trim')),
  scalar('upper ucase', signature([STRING], STRING), native('upper')),
  scalar('uuid', signature([], STRING, NEVER), template('uuid()::VARCHAR'), { volatility: 'random' }),
]

/** Spark names what is trimmed off before the text: `trim('x', s)`, which is what `TRIM('x' FROM s)` stands for. */
function trims(name: string): readonly Signature[] {
  return [
    signature([STRING], STRING, { duckdb: template(`${name}({0}, ' ')`) }),
    signature([STRING, STRING], STRING, { duckdb: template(`${name}({1}, {0})`) }),
  ]
}

function firstIsNullable(call: TypedCall): boolean {
  return call.nullables[0]!
}

function printConcat(args: readonly string[]): string {
  return args.length === 0 ? "''" : `(${args.join(' || ')})`
}

function printConcatWs(args: readonly string[], call: PrintedCall): string {
  const [separator, ...rest] = args
  if (rest.length === 0) return `CASE WHEN ${separator} IS NOT NULL THEN '' END`
  if (call.types.every((type) => type.kind === 'string')) return `concat_ws(${args.join(', ')})`
  const lists = rest.map((sql, i) => {
    const type = call.types[i + 1]!
    if (type.kind === 'array') return call.castText(sql, type, { ...type, elementType: STRING }, 'ansi')
    return `[${call.castText(sql, type, STRING, 'ansi')}]`
  })
  return `millrace.concat_ws(${separator}, [${lists.join(', ')}])`
}

/** A positive literal position, the common case, needs no macro. */
function printSubstring(args: readonly string[], call: PrintedCall): string {
  const [, position, length] = call.literals
  const isPlain =
    typeof position === 'number' && position !== 0 && (length === undefined || Number(length) > 0)
  if (isPlain && (args.length === 2 || typeof length === 'number')) return `substring(${args.join(', ')})`
  return args.length === 2
    ? `millrace.substring_from(${args.join(', ')})`
    : `millrace.substring(${args.join(', ')})`
}
