import { PipelineError } from '../../errors/index.ts'
import { BINARY, type DataType, INTEGER, LONG, STRING } from '../../types/data-type.ts'
import { call } from '../build.ts'
import type { Expression } from '../expression.ts'
import { printed, rewritten, scalar } from './define.ts'
import {
  constant,
  type FunctionDefinition,
  macro,
  native,
  optional,
  type Parameter,
  type PrintedCall,
  signature,
  type TypedCall,
  template,
} from './signature.ts'

const ALWAYS = { nullable: 'always' } as const
const CHARSETS = ['UTF-8', 'US-ASCII']
const BINARY_FORMATS = ['hex', 'utf-8', 'utf8', 'base64']
/** DuckDB has no other; Spark's 224, 384 and 512 are refused, unknown ones are NULL as in Spark. */
const SHA2_BITS = [0, 256]
const ABSENT_BITS = [224, 384, 512]
const FORMAT: Parameter = { ...constant(STRING), optional: true, default: 'hex' }

/** Bytes, hashes and URLs as text, and back. */
export const encodingFunctions: readonly FunctionDefinition[] = [
  scalar('base64', signature([BINARY], STRING), macro('base64')),
  scalar('bit_length', [
    signature([STRING], INTEGER, { duckdb: native('bit_length', { cast: true }) }),
    signature([BINARY], INTEGER, { duckdb: template('(octet_length({0}) * 8)', { cast: true }) }),
  ]),
  scalar('crc32', signature([BINARY], LONG), macro('crc32')),
  rewritten('decode', { min: 2, max: Number.POSITIVE_INFINITY }, (args) =>
    args.length === 2 ? call('$decode_text', ...args) : searchedCase(args),
  ),
  scalar(
    '$decode_text',
    signature([BINARY, constant(STRING)], inCharset(STRING), ALWAYS),
    template('decode({0})'),
  ),
  scalar('encode', signature([STRING, constant(STRING)], inCharset(BINARY), ALWAYS), template('encode({0})')),
  scalar('hex', [
    signature([LONG], STRING, { duckdb: native('hex') }),
    signature([BINARY], STRING, { duckdb: native('hex') }),
    signature([STRING], STRING, { duckdb: native('hex') }),
  ]),
  scalar('md5', signature([BINARY], STRING), native('md5')),
  scalar('octet_length', [
    signature([STRING], INTEGER, { duckdb: native('strlen', { cast: true }) }),
    signature([BINARY], INTEGER, { duckdb: native('octet_length', { cast: true }) }),
  ]),
  scalar(
    'parse_url',
    signature([STRING, constant(STRING), optional(STRING)], STRING, ALWAYS),
    printed(printParseUrl),
  ),
  scalar('sha1 sha', signature([BINARY], STRING), native('sha1')),
  scalar('sha2', signature([BINARY, constant(INTEGER)], sha2Result, ALWAYS), printed(printSha2)),
  scalar('to_binary', signature([STRING, FORMAT], binaryResult, ALWAYS), printed(printToBinary)),
  scalar('try_to_binary', signature([STRING, FORMAT], binaryResult, ALWAYS), printed(printToBinary)),
  scalar('unbase64', signature([STRING], BINARY), macro('unbase64')),
  scalar('unhex', signature([STRING], BINARY, ALWAYS), macro('unhex')),
  scalar('url_decode', signature([STRING], STRING, ALWAYS), macro('url_decode')),
  scalar('try_url_decode', signature([STRING], STRING, ALWAYS), macro('try_url_decode')),
  scalar('url_encode', signature([STRING], STRING, ALWAYS), macro('url_encode')),
]

/** `decode(x, a, 1, b, 2, 0)` is a CASE whose comparisons treat NULL as a value. */
function searchedCase(args: readonly Expression[]): Expression {
  const [value, ...pairs] = args
  const branches = Array.from({ length: Math.floor(pairs.length / 2) }, (_, i) => ({
    condition: call('<=>', value!, pairs[2 * i]!),
    value: pairs[2 * i + 1]!,
  }))
  return {
    kind: 'CaseWhen',
    branches,
    ...(pairs.length % 2 === 1 ? { otherwise: pairs.at(-1)! } : {}),
  }
}

function inCharset(type: DataType): (call: TypedCall) => DataType {
  return (call) => {
    const charset = call.literals[1]
    if (charset !== null && !CHARSETS.includes(String(charset).toUpperCase().replace('UTF8', 'UTF-8'))) {
      throw new PipelineError('INVALID_PARAMETER_VALUE.CHARSET', {
        functionName: 'encode',
        charset: String(charset),
        charsets: CHARSETS.join(', '),
      })
    }
    return type
  }
}

function sha2Result(call: TypedCall): DataType {
  const bits = call.literals[1]
  if (ABSENT_BITS.includes(Number(bits))) {
    throw new PipelineError('INVALID_PARAMETER_VALUE.BIT_LENGTH', {
      functionName: 'sha2',
      value: String(bits),
      allowed: SHA2_BITS.join(', '),
    })
  }
  return STRING
}

function printSha2([value]: readonly string[], { literals }: PrintedCall): string {
  return SHA2_BITS.includes(Number(literals[1] ?? -1)) ? `sha256(${value})` : 'NULL::VARCHAR'
}

function binaryResult(call: TypedCall): DataType {
  const format = call.literals[1]
  if (format !== null && !BINARY_FORMATS.includes(String(format).toLowerCase())) {
    throw new PipelineError('INVALID_PARAMETER_VALUE.BINARY_FORMAT', {
      functionName: 'to_binary',
      value: String(format),
      allowed: BINARY_FORMATS.join(', '),
    })
  }
  return BINARY
}

function printToBinary(args: readonly string[], call: PrintedCall): string {
  const isTry = call.call.function === 'try_to_binary'
  switch (String(call.literals[1]).toLowerCase()) {
    case 'base64':
      return `millrace.unbase64(${args[0]})`
    case 'hex':
      return isTry ? `millrace.unhex(${args[0]})` : `millrace.to_binary(${args[0]})`
    case 'null':
      return 'NULL::BLOB'
    default:
      return `encode(${args[0]})`
  }
}

/** RFC 3986, appendix B: scheme, authority, path, query, fragment. */
const URL = '^(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\\?([^#]*))?(?:#(.*))?$'
const URL_PARTS: Readonly<Record<string, (url: string) => string>> = {
  PROTOCOL: (url) => `millrace.none_if_empty(regexp_extract(${url}, '${URL}', 1))`,
  AUTHORITY: (url) => `millrace.none_if_empty(regexp_extract(${url}, '${URL}', 2))`,
  USERINFO: (url) =>
    `millrace.none_if_empty(regexp_extract(regexp_extract(${url}, '${URL}', 2), '^(.*)@', 1))`,
  HOST: (url) =>
    `millrace.none_if_empty(regexp_extract(regexp_extract(${url}, '${URL}', 2), '^(?:.*@)?(\\[[^\\]]*\\]|[^:]*)', 1))`,
  PATH: (url) => `regexp_extract(${url}, '${URL}', 3)`,
  QUERY: (url) => `millrace.none_if_empty(regexp_extract(${url}, '${URL}', 4))`,
  FILE: (url) => `regexp_extract(${url}, '^(?:[^:/?#]+:)?(?://[^/?#]*)?([^#]*)', 1)`,
  REF: (url) => `millrace.none_if_empty(regexp_extract(${url}, '${URL}', 5))`,
}

function printParseUrl(args: readonly string[], call: PrintedCall): string {
  const part = URL_PARTS[String(call.literals[1])]
  if (part === undefined) return 'NULL::VARCHAR'
  const [url, , key] = args
  if (key === undefined) return part(url!)
  if (call.literals[1] !== 'QUERY') return 'NULL::VARCHAR'
  return `millrace.url_parameter(${part(url!)}, ${key})`
}
