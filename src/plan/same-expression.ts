import type { Expression } from './expression.ts'

/** True when two unresolved expressions say the same: positions and the case of names aside. */
export function sameExpression(a: Expression, b: Expression): boolean {
  return canonical(a) === canonical(b)
}

function canonical(expression: Expression): string {
  return JSON.stringify(expression, (key, value: unknown) => {
    if (key === 'position') return undefined
    if (typeof value === 'bigint') return `${value}n`
    if (key === 'parts' && Array.isArray(value)) return value.map((each: string) => each.toLowerCase())
    return value
  })
}
