import { CommanderError } from 'commander'
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
  if (optionValue('--output', args) === 'json') return `${JSON.stringify({ error: errorJson(error) })}\n`
  return `${errorText(error, await folderOfFiles(args, terminal), args.includes('--debug'))}\n`
}

/** Positions name files relative to the pipeline's folder, wherever below it the user stands. */
async function folderOfFiles(args: readonly string[], { cwd }: Terminal): Promise<string> {
  const { findProject } = await import('../graph/find-project.ts')
  try {
    return (await findProject(cwd, { spec: optionValue('--spec', args) })).folder
  } catch {
    return cwd
  }
}

function optionValue(option: string, args: readonly string[]): string | undefined {
  const after = args.find((arg) => arg.startsWith(`${option}=`))?.slice(option.length + 1)
  const position = args.indexOf(option)
  return after ?? (position < 0 ? undefined : args[position + 1])
}
