import { bind, bound, type Macro, plain } from './macro.ts'
import { raise } from './raise.ts'

const SOUNDEX_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** Spark's codes; 7 marks the letters that do not part two equal codes. */
const SOUNDEX_CODES = '01230127022455012623017202'

/** Strings as Spark counts them: in code points, from 1, with negative positions from the end. */
export const stringMacros: readonly Macro[] = [
  // DuckDB's own array_to_string is a macro that names the list twice. The separator must be constant.
  plain(
    'join_text',
    ['list', 'sep'],
    bind(
      'join_text_',
      ['list'],
      "CASE WHEN {list} IS NOT NULL THEN coalesce(list_aggr({list}, 'string_agg', sep), '') END",
    ),
  ),
  plain(
    'base64',
    ['b'],
    `rtrim(regexp_replace(to_base64({b}), '(.{76})', '\\1' || chr(13) || chr(10), 'g'), chr(13) || chr(10))`,
  ),
  plain(
    'unbase64',
    ['s'],
    `list_transform([regexp_replace({s}, '[^A-Za-z0-9+/]', '', 'g')],
      lambda unbase64_: from_base64(rpad(unbase64_, ((length(unbase64_) + 3) // 4 * 4)::INTEGER, '=')))[1]`,
  ),
  bound('chr', ['n'], `CASE WHEN {n} < 0 THEN '' ELSE chr(({n} & 255)::INTEGER) END`),
  bound(
    'substring',
    ['s', 'pos', 'len'],
    `CASE WHEN {len} <= 0 THEN CASE WHEN {s} IS NOT NULL AND {pos} IS NOT NULL THEN '' END
      ELSE substring({s}, CASE WHEN {pos} = 0 THEN 1 ELSE {pos} END, {len}) END`,
  ),
  bound('substring_from', ['s', 'pos'], 'substring({s}, CASE WHEN {pos} = 0 THEN 1 ELSE {pos} END)'),
  plain('quote', ['s'], `(chr(39) || replace({s}, chr(39), '\\' || chr(39)) || chr(39))`),
  bound(
    'elt',
    ['n', 'list'],
    `CASE WHEN {n} < 1 OR {n} > len({list})
      THEN ${raise('INVALID_ARRAY_INDEX', { indexValue: '{n}', arraySize: 'len({list})' })} ELSE {list}[{n}] END`,
  ),
  bound(
    'substring_binary',
    ['b', 'pos', 'len'],
    `CASE WHEN {b} IS NOT NULL AND {pos} IS NOT NULL THEN unhex(millrace.substring(hex({b}),
      CASE WHEN {pos} > 0 THEN {pos} * 2 - 1 ELSE {pos} * 2 END, coalesce({len} * 2, strlen(hex({b}))))) END`,
  ),
  plain('left', ['s', 'n'], 'substring({s}, 1, {n})'),
  bound(
    'right',
    ['s', 'n'],
    `CASE WHEN {n} <= 0 THEN CASE WHEN {s} IS NOT NULL THEN '' END ELSE right({s}, {n}) END`,
  ),
  // list_reduce takes no empty list, and given a start it takes the separator of another row.
  plain(
    'joined',
    ['list', 'sep'],
    `coalesce(list_reduce([NULL::VARCHAR] || {list}, lambda joined_text, joined_item:
      CASE WHEN joined_text IS NULL THEN joined_item ELSE joined_text || {sep} || joined_item END), '')`,
  ),
  bound(
    'substring_index',
    ['s', 'delim', 'n'],
    `CASE WHEN {s} IS NULL OR {delim} IS NULL OR {n} IS NULL THEN NULL
      WHEN {delim} = '' OR {n} = 0 THEN ''
      WHEN {n} > 0 THEN millrace.joined(string_split({s}, {delim})[1:{n}], {delim})
      ELSE millrace.joined(string_split({s}, {delim})[greatest(len(string_split({s}, {delim})) + {n} + 1, 1):], {delim}) END`,
  ),
  bound(
    'locate',
    ['sub', 's', 'pos'],
    `CASE WHEN {pos} IS NULL THEN 0
      WHEN {sub} IS NULL OR {s} IS NULL THEN NULL
      WHEN {pos} < 1 THEN 0
      WHEN instr(substring({s}, {pos}), {sub}) = 0 THEN 0
      ELSE instr(substring({s}, {pos}), {sub}) + {pos} - 1 END`,
  ),
  bound('lpad', ['s', 'n', 'pad'], padded('lpad')),
  bound('rpad', ['s', 'n', 'pad'], padded('rpad')),
  bound(
    'overlay',
    ['s', 'r', 'pos', 'len'],
    `millrace.substring({s}, 1, {pos} - 1) || {r}
      || millrace.substring_from({s}, {pos} + CASE WHEN {len} < 0 THEN length({r}) ELSE {len} END)`,
  ),
  plain(
    'initcap',
    ['s'],
    `millrace.join_text(list_transform(string_split(lower({s}), ' '),
      lambda initcap_: upper(initcap_[1]) || initcap_[2:]), ' ')`,
  ),
  bound(
    'concat_ws',
    ['sep', 'lists'],
    `CASE WHEN {sep} IS NOT NULL THEN
      millrace.joined(list_filter(flatten({lists}), lambda concat_item: concat_item IS NOT NULL), {sep}) END`,
  ),
  bound(
    'find_in_set',
    ['s', 'set'],
    `CASE WHEN {s} IS NOT NULL AND {set} IS NOT NULL THEN coalesce(list_position(string_split({set}, ','), {s}), 0) END`,
  ),
  bound(
    'split_part',
    ['s', 'delim', 'n'],
    `CASE WHEN {n} = 0 AND {s} IS NOT NULL AND {delim} IS NOT NULL THEN ${raise('INVALID_INDEX_OF_ZERO')}
      WHEN {delim} = '' THEN CASE WHEN {n} IN (1, -1) THEN {s} WHEN {n} IS NOT NULL AND {s} IS NOT NULL THEN '' END
      ELSE split_part({s}, {delim}, {n}) END`,
  ),
  bound(
    'split_limit',
    ['s', 'regexp', 'n'],
    `CASE WHEN {n} <= 0 OR len(string_split_regex({s}, {regexp})) <= {n} THEN string_split_regex({s}, {regexp})
      ELSE string_split_regex({s}, {regexp})[1:{n} - 1]
        || [regexp_replace({s}, '(?s)^(?:.*?(?:' || {regexp} || ')){' || ({n} - 1) || '}', '')] END`,
  ),
  bound(
    'regexp_instr',
    ['s', 'regexp'],
    `CASE WHEN regexp_matches({s}, {regexp})
      THEN length(regexp_extract({s}, '(?s)^(.*?)(?:' || {regexp} || ')', 1)) + 1
      WHEN {s} IS NOT NULL AND {regexp} IS NOT NULL THEN 0 END`,
  ),
  bound(
    'regexp_substr',
    ['s', 'regexp'],
    'CASE WHEN regexp_matches({s}, {regexp}) THEN regexp_extract({s}, {regexp}) END',
  ),
  bound(
    'regexp_replace_from',
    ['s', 'regexp', 'r', 'pos'],
    `substring({s}, 1, {pos} - 1) || regexp_replace(substring({s}, {pos}), {regexp}, {r}, 'g')`,
  ),
  plain(
    're2_replacement',
    ['r'],
    `regexp_replace(regexp_replace(replace({r}, '\\', '\\\\'), '\\$(\\d)', '\\\\\\1', 'g'), '\\\\\\\\\\$', '$', 'g')`,
  ),
  bound(
    'levenshtein',
    ['a', 'b'],
    `CASE WHEN strlen({a}) = length({a}) AND strlen({b}) = length({b}) THEN levenshtein({a}, {b})
      ELSE list_transform([millrace.join_text(list_distinct(regexp_extract_all({a} || {b}, '[^\\x01-\\x7F]')), '')],
        lambda levenshtein_letters: levenshtein(
          translate(levenshtein_.a, levenshtein_letters, '${controls()}'),
          translate(levenshtein_.b, levenshtein_letters, '${controls()}')))[1] END`,
  ),
  plain(
    'levenshtein_within',
    ['a', 'b', 'most'],
    bind(
      'levenshtein_within_',
      { distance: 'millrace.levenshtein({a}, {b})', most: '{most}' },
      'CASE WHEN {distance} > {most} THEN -1 ELSE {distance} END',
    ),
  ),
  plain(
    'soundex_codes',
    ['s'],
    `replace(translate(regexp_replace(upper({s}), '[^A-Z]', 'A', 'g'), '${SOUNDEX_LETTERS}', '${SOUNDEX_CODES}'), '7', '')`,
  ),
  bound(
    'soundex',
    ['s'],
    `CASE WHEN NOT regexp_matches({s}, '^[A-Za-z]') THEN {s} ELSE
      rpad(upper({s}[1]) || replace(regexp_replace(${soundexRuns('millrace.soundex_codes({s})')},
        CASE WHEN upper({s}[1]) IN ('H', 'W') THEN '^' ELSE '^.' END, ''), '0', '')[1:3], 4, '0') END`,
  ),
  bound(
    'mask',
    ['s', 'upper_text', 'lower_text', 'digit_text', 'other_text'],
    `millrace.join_text(list_transform(string_split({s}, ''), lambda mask_char: CASE
      WHEN regexp_matches(mask_char, '\\p{Lu}') THEN coalesce(mask_.upper_text, mask_char)
      WHEN regexp_matches(mask_char, '\\p{Ll}') THEN coalesce(mask_.lower_text, mask_char)
      WHEN regexp_matches(mask_char, '\\p{Nd}') THEN coalesce(mask_.digit_text, mask_char)
      ELSE coalesce(mask_.other_text, mask_char) END), '')`,
  ),
  bound(
    'luhn_check',
    ['s'],
    `CASE WHEN NOT regexp_matches({s}, '^[0-9]+$') THEN false ELSE list_sum(list_transform(string_split(reverse({s}), ''),
      lambda luhn_digit, luhn_at: CASE WHEN luhn_at % 2 = 1 THEN luhn_digit::INTEGER
        WHEN luhn_digit::INTEGER > 4 THEN luhn_digit::INTEGER * 2 - 9 ELSE luhn_digit::INTEGER * 2 END)) % 10 = 0 END`,
  ),
  plain(
    'url_encode',
    ['s'],
    `replace(replace(replace(url_encode({s}), '%20', '+'), '%2A', '*'), '~', '%7E')`,
  ),
  bound(
    'url_decode',
    ['s'],
    `CASE WHEN regexp_matches({s}, '%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)') THEN ${raise('CANNOT_DECODE_URL', { url: '{s}' })}
      ELSE url_decode(replace({s}, '+', ' ')) END`,
  ),
  bound(
    'try_url_decode',
    ['s'],
    `CASE WHEN NOT regexp_matches({s}, '%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)') THEN url_decode(replace({s}, '+', ' ')) END`,
  ),
  bound(
    'unhex',
    ['s'],
    `CASE WHEN regexp_matches({s}, '^[0-9A-Fa-f]*$')
      THEN unhex(CASE WHEN length({s}) % 2 = 1 THEN '0' ELSE '' END || {s}) END`,
  ),
  bound(
    'to_binary',
    ['s'],
    `CASE WHEN {s} IS NOT NULL AND NOT regexp_matches({s}, '^[0-9A-Fa-f]*$')
      THEN ${raise('CONVERSION_INVALID_INPUT', { str: '{s}', fmt: "'hex'", targetType: "'BINARY'" })}
      ELSE millrace.unhex({s}) END`,
  ),
  plain(
    'with_commas',
    ['number'],
    bind(
      'commas_',
      ['number'],
      `regexp_extract({number}, '^-?') || ltrim(reverse(regexp_replace(reverse(regexp_extract({number}, '[0-9]+')), '([0-9]{3})', '\\1,', 'g')), ',')
        || regexp_extract({number}, '[.][0-9]*$')`,
    ),
  ),
  bound(
    'half_even',
    ['x', 'rounded', 'ulp'],
    `CASE WHEN abs({rounded} - {x}) * 2 = {ulp} AND {rounded} % (2 * {ulp}) <> 0 THEN {rounded} - sign({x}) * {ulp} ELSE {rounded} END`,
  ),
  plain(
    'not_a_number',
    ['s', 'format'],
    raise('INVALID_FORMAT.MISMATCH_INPUT', { inputType: "'STRING'", input: '{s}', format: '{format}' }),
  ),
  bound(
    'not_finite',
    ['s'],
    "CASE WHEN ends_with({s}, 'nan') THEN 'NaN' WHEN ends_with({s}, 'inf') THEN replace({s}, 'inf', '∞') ELSE {s} END",
  ),
  bound('none_if_empty', ['s'], "CASE WHEN {s} <> '' THEN {s} END"),
  plain(
    'url_parameter',
    ['query', 'key'],
    `millrace.none_if_empty(regexp_extract({query}, '(?:^|&)' || {key} || '=([^&]*)', 1))`,
  ),
  plain(
    'crc32',
    ['b'],
    `xor(list_reduce(
      list_transform(regexp_extract_all(hex({b}), '..'), lambda crc32_hex: ('0x' || crc32_hex)::BIGINT),
      lambda crc32_sum, crc32_byte: xor(crc32_sum >> 8, ${crcTable()}[(xor(crc32_sum, crc32_byte) & 255) + 1]),
      4294967295::BIGINT), 4294967295::BIGINT)`,
  ),
]

function padded(pad: 'lpad' | 'rpad'): string {
  return `CASE WHEN {pad} = '' THEN substring({s}, 1, {n}) ELSE ${pad}({s}, {n}, {pad}) END`
}

/** Collapses each run of one code; RE2 has no back references. */
function soundexRuns(codes: string): string {
  return ['0', '1', '2', '3', '4', '5', '6'].reduce(
    (text, code) => `regexp_replace(${text}, '${code}+', '${code}', 'g')`,
    codes,
  )
}

/** One-byte stand-ins for letters beyond ASCII, whose distance DuckDB would count in bytes. */
function controls(): string {
  return Array.from({ length: 8 }, (_, i) => String.fromCharCode(i + 1)).join('')
}

function crcTable(): string {
  const entries = Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
    return crc >>> 0
  })
  return `([${entries.join(', ')}]::BIGINT[])`
}
