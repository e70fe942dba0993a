import { flag, jsonSyntax, momentOptions } from '../read-options.ts'
import type { RowWriter } from '../row-writer.ts'
import { type FitOptions, fitJson } from './fit-json.ts'
import { jsonInference } from './infer-json.ts'
import { type JsonDocument, type JsonSyntax, type JsonValue, parseJson } from './parse-json.ts'

/** Makes rows of JSON records. */
export class JsonRows {
  readonly #writer: RowWriter
  readonly #filePath: string
  readonly #syntax: JsonSyntax
  readonly #fit: FitOptions

  constructor(writer: RowWriter, filePath: string) {
    const { options, onUnknownField } = writer.target
    this.#writer = writer
    this.#filePath = filePath
    this.#syntax = jsonSyntax(options)
    this.#fit = {
      ...momentOptions(options),
      caseSensitive: flag(options, 'readerCaseSensitive', true),
      widens: options.schemaEvolutionMode === 'addNewColumnsWithTypeWidening',
      onUnknownField,
      inference: jsonInference(options),
    }
  }

  /** The rows of one record's text; none for blank text. */
  ofText(text: string): string[] {
    if (/^[ \t]*$/.test(text)) return []
    const document = parseJson(text, this.#syntax)
    return 'error' in document ? this.#writer.corrupt(text, this.#filePath) : this.ofDocument(document)
  }

  /** An object is a row, an array a row for each of its objects, as in Spark; anything else is malformed. */
  ofDocument(document: JsonDocument): string[] {
    return document.roots.flatMap((root) =>
      root.kind === 'array'
        ? root.items.flatMap((item) => this.#row(document, item))
        : this.#row(document, root),
    )
  }

  #row(document: JsonDocument, value: JsonValue): string[] {
    const text = document.source.slice(value.start, value.end)
    if (value.kind !== 'object') return this.#writer.corrupt(text, this.#filePath)
    return this.#writer.row(
      fitJson(document, value, this.#writer.target.schema, this.#fit),
      text,
      this.#filePath,
    )
  }
}
