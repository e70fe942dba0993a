import { unknownKey } from '../dataframe/index.ts'
import type { Position } from '../errors/index.ts'
import type { Interpolation } from '../sql/index.ts'

/** A SQL file's text with the values of `${key}` in place, and where they stand in it, for the parser's positions. */
export interface Substituted {
  readonly text: string
  readonly interpolations: readonly Interpolation[]
}

/** What matters of SQL's lexical structure: comments are left alone, quotes protect semicolons. */
const TOKENS =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`[^`]*`|\$\{([^}]*)\}|;/g

const SETTING = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|;)*SET\s+([\w.]+)\s*=\s*([\s\S]*?)\s*$/i

const KEY = /\$\{([^}]*)\}/g

/**
 * Replaces each `${key}` outside of comments by its value before the text is parsed, as Databricks does: inside
 * strings and names too. A `SET key = value` holds for what follows it in the file. `${secret:NAME}` stays a
 * reference. Throws SQL_CONF_NOT_FOUND for an unknown key.
 */
export function substitute(
  text: string,
  configuration: Readonly<Record<string, string>>,
  file: string,
): Substituted {
  if (!text.includes('${')) return { text, interpolations: [] }
  return new Substitution(text, configuration, file).result()
}

class Substitution {
  readonly #text: string
  readonly #file: string
  readonly #values: Record<string, string>
  readonly #interpolations: Interpolation[] = []
  #output = ''
  /** Up to where the text is in the output. */
  #end = 0
  #statementStart = 0

  constructor(text: string, configuration: Readonly<Record<string, string>>, file: string) {
    this.#text = text
    this.#file = file
    this.#values = { ...configuration }
  }

  result(): Substituted {
    for (const token of this.#text.matchAll(TOKENS)) {
      if (token[0] === ';') this.#endStatement(token.index)
      else if (!/^(--|\/\*)/.test(token[0])) this.#fill(token[0], token.index)
    }
    this.#copy(this.#text.length)
    return { text: this.#output, interpolations: this.#interpolations }
  }

  #fill(token: string, offset: number): void {
    for (const hole of token.matchAll(KEY)) {
      const key = hole[1]!.trim()
      if (key.startsWith('secret:')) continue
      this.#copy(offset + hole.index)
      const start = this.#output.length
      this.#output += this.#valueOf(key)
      this.#end += hole[0].length
      this.#interpolations.push({ start, end: this.#output.length, width: hole[0].length })
    }
  }

  #valueOf(key: string): string {
    if (Object.hasOwn(this.#values, key)) return this.#values[key]!
    throw unknownKey(key, this.#values).at({ position: this.#position() })
  }

  #endStatement(offset: number): void {
    this.#copy(offset)
    const setting = SETTING.exec(this.#output.slice(this.#statementStart))
    if (setting !== null) this.#values[setting[1]!] = setting[2]!
    this.#statementStart = this.#output.length + 1
  }

  #copy(until: number): void {
    this.#output += this.#text.slice(this.#end, until)
    this.#end = until
  }

  #position(): Position {
    const before = this.#text.slice(0, this.#end)
    const line = before.split('\n').length
    return { file: this.#file, line, column: before.length - before.lastIndexOf('\n') }
  }
}
