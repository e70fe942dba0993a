import { PipelineError } from '../../errors/index.ts'
import { type DecimalType, decimal } from '../../types/data-type.ts'
import type { PrintedCall } from './signature.ts'

/** A number format of Spark's to_char and to_number: `$99,999.9S`. */
interface NumberFormat {
  /** `9` and `0` in front of the point, with `,` where groups part. */
  readonly whole: string
  readonly fraction: string
  readonly hasPoint: boolean
  readonly dollar: boolean
  readonly sign: 'none' | 'S first' | 'S last' | 'MI first' | 'MI last' | 'PR'
}

const FORMAT = /^(S|MI)?(\$)?([09G,]*)(?:([.D])([09]*))?(\$)?(S|MI|PR)?$/i

function parseNumberFormat(format: string): NumberFormat {
  const found = FORMAT.exec(format)
  const digits = `${found?.[3] ?? ''}${found?.[5] ?? ''}`.replace(/[^09]/g, '')
  if (
    found === null ||
    digits === '' ||
    (found[1] !== undefined && found[7] !== undefined && found[7] !== 'PR')
  ) {
    throw new PipelineError('INVALID_FORMAT.WRONG_NUM_DIGIT', { format })
  }
  const [, first, dollar, whole = '', point, fraction = '', dollarLast, last] = found
  return {
    whole: whole.replace(/G/gi, ','),
    fraction,
    hasPoint: point !== undefined,
    dollar: dollar !== undefined || dollarLast !== undefined,
    sign: signOf(first?.toUpperCase(), last?.toUpperCase()),
  }
}

function signOf(first: string | undefined, last: string | undefined): NumberFormat['sign'] {
  if (last === 'PR') return 'PR'
  if (first !== undefined) return `${first} first` as NumberFormat['sign']
  return last === undefined ? 'none' : (`${last} last` as NumberFormat['sign'])
}

/** The type that holds every number of the format. */
export function decimalOfFormat(format: string): DecimalType {
  const { whole, fraction } = parseNumberFormat(format)
  const scale = fraction.length
  return decimal(whole.replaceAll(',', '').length + scale, scale)
}

/** A number that has more digits than the format is written as `#`s. */
export function printToChar([value]: readonly string[], call: PrintedCall): string {
  const text = call.literals[1]
  if (typeof text !== 'string') return 'NULL::VARCHAR'
  const format = parseNumberFormat(text)
  const { precision, scale } = decimalOfFormat(text)
  const digits = precision - scale
  const required = digits - (format.whole.replaceAll(',', '').indexOf('0') + 1 || digits + 1) + 1
  const fits = `abs(char_) < 1e${digits}`
  const number = `abs(char_)::DECIMAL(38,${scale})::VARCHAR`
  const whole = `lpad(ltrim(split_part(${number}, '.', 1), '0'), greatest(${required}, length(ltrim(split_part(${number}, '.', 1), '0')))::INTEGER, '0')`
  const grouped = format.whole.includes(',') ? `millrace.with_commas(${whole})` : whole
  const fraction = format.hasPoint ? ` || '.'${scale > 0 ? ` || split_part(${number}, '.', 2)` : ''}` : ''
  const body = `${format.dollar ? "'$' || " : ''}${grouped}${fraction}`
  const overflow = call.quote(text.replace(/[09]/g, '#').replace(/MI|PR|S/gi, ''))
  return `list_transform([${value}], lambda char_: CASE WHEN char_ IS NULL THEN NULL WHEN ${fits} THEN ${signed(body, format.sign)} ELSE ${overflow} END)[1]`
}

function signed(body: string, sign: NumberFormat['sign']): string {
  const when = (negative: string, positive: string) =>
    `CASE WHEN char_ < 0 THEN '${negative}' ELSE '${positive}' END`
  switch (sign) {
    case 'none':
      return `${when('-', '')} || ${body}`
    case 'S first':
      return `${when('-', '+')} || ${body}`
    case 'MI first':
      return `${when('-', '')} || ${body}`
    case 'S last':
      return `${body} || ${when('-', '+')}`
    case 'MI last':
      return `${body} || ${when('-', '')}`
    case 'PR':
      return `${when('<', '')} || ${body} || ${when('>', '')}`
  }
}

/** Text that has not the format's form is an error, or NULL for try_to_number. */
export function printToNumber([value]: readonly string[], call: PrintedCall): string {
  const text = call.literals[1]
  if (typeof text !== 'string') return 'NULL'
  const format = parseNumberFormat(text)
  const name = call.typeName(decimalOfFormat(text))
  const isTry = call.call.function.startsWith('try_') || !call.ansi
  const regexp = call.quote(`^\\s*${numberRegexp(format)}\\s*$`)
  const number = `TRY_CAST(regexp_replace(number_, '[^0-9.]', '', 'g') AS ${name})
    * CASE WHEN regexp_matches(number_, '[-<]') THEN -1 ELSE 1 END`
  const otherwise = isTry ? 'NULL' : `millrace.not_a_number(number_, ${call.quote(text)})`
  return `list_transform([${value}], lambda number_: CASE WHEN number_ IS NULL THEN NULL
    WHEN regexp_matches(number_, ${regexp}) THEN ${number} ELSE ${otherwise} END)[1]`
}

function numberRegexp({ whole, fraction, hasPoint, dollar, sign }: NumberFormat): string {
  const groups = whole.split(',')
  const parts = groups.map((group, i) =>
    i === groups.length - 1 ? `\\d{0,${group.length}}` : `(?:\\d{0,${group.length}},)?`,
  )
  const point = hasPoint ? `(?:\\.\\d{0,${fraction.length}})?` : ''
  const body = `${dollar ? '\\$' : ''}${parts.join('')}${point}`
  if (sign === 'PR') return `<?${body}>?`
  const mark = sign === 'none' ? '' : '[-+]?'
  return sign.endsWith('last') ? `${body}${mark}` : `${mark}${body}`
}
