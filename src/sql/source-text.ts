import type { Position } from '../errors/index.ts'

/** Where a piece of SQL text comes from. */
export interface ParseOptions {
  /** Path as the user would type it. */
  readonly file?: string
  /** 1-based line and column of the text's first character in the file. */
  readonly line?: number
  readonly column?: number
  /** Parts of the text that stand for something of another width in the file, in order. */
  readonly interpolations?: readonly Interpolation[]
}

/** `text[start..end)` stands for `width` UTF-16 units of the same line in the file. */
export interface Interpolation {
  readonly start: number
  readonly end: number
  readonly width: number
}

/** The text being parsed, with the place of each of its characters in the user's file. */
export class SourceText {
  readonly text: string
  private readonly options: ParseOptions
  /** The line of the last lookup: positions are mostly asked for in ascending order. */
  private lineNumber = 1
  private lineStart = 0
  private lineEnd: number

  constructor(text: string, options: ParseOptions) {
    this.text = text
    this.options = options
    this.lineEnd = this.endOfLine(0)
  }

  readonly positionAt = (offset: number): Position => {
    this.seekLine(offset)
    const { file, line = 1, column = 1 } = this.options
    const first = this.lineNumber === 1 ? column : 1
    return {
      ...(file === undefined ? {} : { file }),
      line: line + this.lineNumber - 1,
      column: first + offset - this.lineStart + this.shiftBefore(offset),
    }
  }

  private seekLine(offset: number): void {
    if (offset < this.lineStart) this.moveTo(1, 0)
    while (offset > this.lineEnd) this.moveTo(this.lineNumber + 1, this.lineEnd + 1)
  }

  private moveTo(lineNumber: number, lineStart: number): void {
    this.lineNumber = lineNumber
    this.lineStart = lineStart
    this.lineEnd = this.endOfLine(lineStart)
  }

  /** Where the line ends that begins there: at its line feed or the end of the text. */
  private endOfLine(lineStart: number): number {
    const end = this.text.indexOf('\n', lineStart)
    return end === -1 ? this.text.length : end
  }

  /** How far interpolations earlier in the line move an offset; inside one, to its start. */
  private shiftBefore(offset: number): number {
    let shift = 0
    for (const { start, end, width } of this.options.interpolations ?? []) {
      if (start < this.lineStart) continue
      if (start >= offset) break
      shift += end <= offset ? width - (end - start) : start - offset
    }
    return shift
  }
}
