/** Where text goes: a stream of the process, or a test's own. */
export interface Output {
  write(text: string): unknown
  /** True where a person watches. */
  readonly isTTY?: boolean
  /** Cells in a line, where known. */
  readonly columns?: number
}

/** What a command works with beside its arguments. Results go to stdout; progress, warnings and errors to stderr. */
export interface Terminal {
  readonly stdout: Output
  readonly stderr: Output
  /** Absolute path of the working directory. */
  readonly cwd: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Calls back when the user asks to stop; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void
}
