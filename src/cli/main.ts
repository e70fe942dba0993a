import { CommanderError } from 'commander'
import { PipelineError } from '../errors/index.ts'
import { EXIT, exitCodeOf } from './exit-code.ts'
import { createProgram } from './program.ts'
import type { Terminal } from './terminal.ts'

/** Runs one command line (without `node millrace`) and returns the exit code. Never throws. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT.ok
  const program = createProgram(terminal, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    terminal.stderr.write(await describeError(error, args, terminal))
    return exitCodeOf(error)
  }
}

/** The text of an error: as JSON where that was asked for, with the stack where `--debug` was. */
async function describeError(error: unknown, args: readonly string[], terminal: Terminal): Promise<string> {
  const { errorJson, errorText } = await import('./output/error-text.ts')
  const wantsJson = args.some(
    (arg, i) => arg === '--output=json' || (arg === 'json' && args[i - 1] === '--output'),
  )
  if (wantsJson) return `${JSON.stringify({ error: errorJson(error) })}\n`
  const stack = args.includes('--debug') && error instanceof Error ? `${error.stack}\n` : ''
  return `${errorText(error, error instanceof PipelineError ? terminal.cwd : undefined)}\n${stack}`
}
