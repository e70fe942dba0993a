/**
 * Hadoop's glob patterns: `*`, `?`, `[a-z]`, `[^a]`, `{x,y}` and `\` before a literal character. With `crossesFolders`, `*`
 * also matches `/` (Auto Loader without `useStrictGlobber`).
 */
export function globExpression(pattern: string, crossesFolders = false): RegExp {
  const any = crossesFolders ? '.*' : '[^/]*'
  let source = ''
  let braces = 0
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!
    const close = char === '[' ? pattern.indexOf(']', i + 2) : -1
    if (char === '\\' && i + 1 < pattern.length) source += literal(pattern[++i]!)
    else if (char === '*') source += any
    else if (char === '?') source += '[^/]'
    else if (close > 0) {
      source += characterClass(pattern.slice(i + 1, close))
      i = close
    } else if (char === '{') {
      braces++
      source += '(?:'
    } else if (char === '}' && braces > 0) {
      braces--
      source += ')'
    } else if (char === ',' && braces > 0) source += '|'
    else source += literal(char)
  }
  return new RegExp(`^${source}$`, 's')
}

/** True when the text is a pattern rather than a name. */
export function isGlob(text: string): boolean {
  return /[*?[{]/.test(text.replace(/\\./g, ''))
}

function characterClass(body: string): string {
  const isNegated = body.startsWith('^') || body.startsWith('!')
  const characters = (isNegated ? body.slice(1) : body).replace(/[\\\]^[]/g, '\\$&')
  return isNegated ? `[^/${characters}]` : `[${characters}]`
}

function literal(char: string): string {
  return char.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
