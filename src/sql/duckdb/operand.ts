const WORD = /^[\w.$]+$/
const TYPED_LITERAL = /^(?:DATE|TIMESTAMP|TIMESTAMPTZ) '[^']*'$/
const SIMPLE = /^(?:"[^"]*"|[\w.]+)(?:\.(?:"[^"]*"|\w+))?$|^\(?-?[\d.e+]+\)?::[A-Z]+(?:\(\d+,\d+\))?$/

/** The text in brackets, unless it stands by itself already: a name, a constant, a call, something in brackets. */
export function operand(sql: string): string {
  return isPrimary(sql) ? sql : `(${sql})`
}

function isPrimary(sql: string): boolean {
  if (WORD.test(sql)) return !/^(?:NOT|NULL)$/.test(sql) || sql === 'NULL'
  if (SIMPLE.test(sql) || TYPED_LITERAL.test(sql)) return true
  const start = /^[\w."]*/.exec(sql)![0].length
  return isOneGroup(sql, start)
}

/** True when from `start` on there is one string or one pair of brackets, and behind it only subscripts. */
function isOneGroup(sql: string, start: number): boolean {
  let depth = 0
  for (let i = start; i < sql.length; i++) {
    const char = sql[i]!
    if (char === "'" || char === '"') {
      i = endOfQuote(sql, i)
      if (i < 0) return false
    } else if (char === '(' || char === '[' || char === '{') {
      if (depth === 0 && i > start && char !== '[') return false
      depth++
      continue
    } else if (char === ')' || char === ']' || char === '}') {
      depth--
    } else if (depth === 0) {
      return false
    }
    if (depth === 0 && i < sql.length - 1 && sql[i + 1] !== '[') return false
  }
  return depth === 0
}

/** Index of the quote that ends the one at `from`; a doubled quote is part of the text. */
function endOfQuote(sql: string, from: number): number {
  const quote = sql[from]!
  const escapes = quote === "'" && sql[from - 1] === 'E'
  for (let i = from + 1; i < sql.length; i++) {
    if (escapes && sql[i] === '\\') i++
    else if (sql[i] === quote && sql[i + 1] === quote) i++
    else if (sql[i] === quote) return i
  }
  return -1
}
