import { fileContent } from '../file-chunks.ts'
import { decoderOf, flag, jsonSyntax, type ReadOptions } from '../read-options.ts'
import { type JsonDocument, parseJson } from './parse-json.ts'

/** A record of a file that is read as a whole: parsed, or its text where that is not JSON. */
export interface WholeRecord {
  readonly text: string
  readonly document?: JsonDocument
  /** The bytes of a text that cannot be decoded. */
  readonly bytes?: Uint8Array
}

/**
 * The records of a file with `multiLine` (one document, or several one after the other), with a separator or with an
 * encoding of its own. Spark reads no more than the first document of a multi-line file; here none is lost.
 */
export async function* readWholeJson(
  file: { readonly path: string; readonly displayPath: string },
  options: ReadOptions,
): AsyncGenerator<WholeRecord> {
  const bytes = await fileContent(file.path, file.displayPath)
  const text = decode(bytes, options)
  if (text === undefined) {
    yield { text: bytes.toString(), bytes }
    return
  }
  const syntax = jsonSyntax(options)
  if (flag(options, 'multiLine', false)) {
    const document = parseJson(text, syntax, true)
    if ('error' in document) yield { text }
    else if (document.roots.length > 0) yield { text, document }
    return
  }
  for (const line of text.split(options.lineSep ?? /\r\n|\r|\n/)) {
    if (/^\s*$/.test(line)) continue
    const document = parseJson(line, syntax)
    yield 'error' in document ? { text: line } : { text: line, document }
  }
}

function decode(bytes: Uint8Array, options: ReadOptions): string | undefined {
  try {
    return (decoderOf(options) ?? new TextDecoder('utf-8', { fatal: true })).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
