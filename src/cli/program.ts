import { Command, InvalidArgumentError, Option } from 'commander'
import type { EventType } from '../event-log/index.ts'
import { packageVersion } from './package-files.ts'
import type { Terminal } from './terminal.ts'

/** What a command's module exports: does the work and returns the exit code. */
type Action<Arguments extends readonly unknown[]> = (...given: [...Arguments, Terminal]) => Promise<number>

/** Makes what commander calls from how the module of a command is loaded. */
type Perform = <Arguments extends readonly unknown[]>(
  load: () => Promise<Action<Arguments>>,
) => (...given: unknown[]) => Promise<void>

/** Written out, because the event log's modules are loaded only by commands that read it. */
const EVENT_TYPES: readonly EventType[] = [
  'create_update',
  'user_action',
  'update_progress',
  'flow_definition',
  'dataset_definition',
  'sink_definition',
  'flow_progress',
  'planning_information',
  'runtime_details',
  'operation_progress',
  'stream_progress',
  'maintenance_progress',
  'deprecation',
]

/**
 * The grammar of the command line. What a command does is loaded when it runs: a help text, or an update with nothing to
 * do, must not wait for the rest. `setExitCode` gets what the command returns.
 */
export function createProgram(terminal: Terminal, setExitCode: (code: number) => void): Command {
  const program = new Command('millrace')
    .description('Declarative medallion pipelines in TypeScript and SQL over Delta Lake tables')
    .version(packageVersion(), '-V, --version')
    .option('--debug', 'show the stack of an error')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    })

  /** Commander hands over the command's options and, last, the command, which knows those of the whole program too. */
  const perform: Perform =
    <Arguments extends readonly unknown[]>(load: () => Promise<Action<Arguments>>) =>
    async (...given) => {
      const action = await load()
      const options = (given.at(-1) as Command).optsWithGlobals()
      setExitCode(await action(...([...given.slice(0, -2), options] as unknown as Arguments), terminal))
    }

  addInit(program, perform)
  addUpdates(program, perform)
  addQueries(program, perform)
  addEvents(program, perform)
  const generate = program.command('generate').description('make sample data')
  addOrders(generate, perform)
  addRetail(generate, perform)
  return program
}

function addInit(program: Command, perform: Perform): void {
  program
    .command('init')
    .description('start a pipeline in a new folder, with sample data')
    .argument('<folder>', 'where; its last part becomes the name of the pipeline')
    .addOption(
      new Option('--language <language>', 'what its definitions are written in')
        .choices(['typescript', 'sql'])
        .default('typescript'),
    )
    .addOption(output('text', 'json'))
    .action(perform(async () => (await import('./commands/init.ts')).init))
}

function addUpdates(program: Command, perform: Perform): void {
  pipelineCommand(program, 'run')
    .description('bring every dataset of the pipeline up to date')
    .option('--refresh <datasets>', 'only these, separated by commas', names)
    .option('--full-refresh <datasets>', 'empty these and compute them again', names)
    .option('--full-refresh-all', 'empty all datasets and compute them again')
    .option(
      '--reset-checkpoint <flows>',
      'let these flows read their sources from the start, without state; their tables keep their rows',
      names,
    )
    .option('--continuous', 'keep running and take what is new as it comes, until stopped')
    .option('--no-continuous', 'end when all is up to date, whatever the spec says')
    .addOption(output('text', 'json'))
    .action(perform(async () => (await import('./commands/run.ts')).run))

  pipelineCommand(program, 'dry-run')
    .description('check the definitions; read and write nothing')
    .addOption(output('text', 'json'))
    .action(perform(async () => (await import('./commands/dry-run.ts')).dryRun))
}

function addQueries(program: Command, perform: Perform): void {
  pipelineCommand(program, 'query')
    .description(
      'run Spark SQL over the tables of the pipeline, or over any by path: queries, and what changes tables',
    )
    .argument('[sql]', 'one statement, or several with semicolons; read from standard input when left out')
    .addOption(output('table', 'json', 'csv'))
    .action(perform(async () => (await import('./commands/query.ts')).query))

  pipelineCommand(program, 'explain')
    .description('show the plan of a dataset and the SQL that it becomes')
    .argument('<dataset>')
    .addOption(output('text', 'json'))
    .action(perform(async () => (await import('./commands/explain.ts')).explain))

  pipelineCommand(program, 'describe')
    .description('show the columns of a table')
    .argument('<table>', 'a name, or delta.`path`')
    .option('--detail', 'show its location, size, properties and protocol instead')
    .addOption(output('table', 'json', 'csv'))
    .action(perform(async () => (await import('./commands/describe.ts')).describe))

  pipelineCommand(program, 'history')
    .description('show the commits of a table, newest first')
    .argument('<table>', 'a name, or delta.`path`')
    .option('-n, --limit <count>', 'how many', wholeNumber(1))
    .addOption(output('table', 'json', 'csv'))
    .action(perform(async () => (await import('./commands/history.ts')).history))
}

function addEvents(program: Command, perform: Perform): void {
  pipelineCommand(program, 'events')
    .description('show the event log of the pipeline')
    .option('--update <id>', 'of this update (its id, or how that begins), or of the `latest`', 'latest')
    .option('--all', 'of all updates')
    .addOption(
      new Option('--level <level>', 'only events of this level').choices([
        'INFO',
        'WARN',
        'ERROR',
        'METRICS',
      ]),
    )
    .addOption(new Option('--type <type>', 'only events of this type').choices(EVENT_TYPES))
    .option('-n, --limit <count>', 'only the last ones', wholeNumber(1))
    .addOption(output('text', 'json'))
    .action(perform(async () => (await import('./commands/events.ts')).events))
}

function addOrders(generate: Command, perform: Perform): void {
  generate
    .command('orders')
    .description(
      'orders with customers: raw/orders/*.json, raw/customers/*.parquet; called again, it adds later orders',
    )
    .option('--out <folder>', 'where', 'data/raw')
    .option('--rows <count>', 'how many orders', wholeNumber(1), 10_000)
    .option('--seed <number>', 'the same seed gives the same orders', wholeNumber(0), 42)
    .option(
      '--start-id <number>',
      'number of the first order; by default after the last in the folder',
      wholeNumber(1),
    )
    .option('--dirty <share>', 'share of rows with a defect, 0 to 1', share, 0.03)
    .option('--customers <count>', 'how many customers', wholeNumber(1), 1000)
    .option('--interval <seconds>', 'time between two orders', positiveNumber, 60)
    .option('--files <count>', 'how many files; by default one for every 500,000 rows', wholeNumber(1))
    .option('--fatal', 'plant one order with a status that no rule allows')
    .addOption(output('text', 'json'))
    .action(perform(async () => (await import('./commands/generate-orders.ts')).generateOrders))
}

function addRetail(generate: Command, perform: Perform): void {
  generate
    .command('retail')
    .description(
      'sales, customers, products and stores, batch by batch, as four Delta tables; called again, it goes on where they end',
    )
    .option('--out <folder>', 'where', 'data/landing')
    .option('--batches <count>', 'how many; by default without end, until it is stopped', wholeNumber(1))
    .option('--interval <seconds>', 'event time from one batch to the next', positiveNumber, 30)
    .option('--speed <factor>', 'how many times faster than the clock; 0 does not wait at all', speed, 1)
    .option('--sales <count>', 'sales a batch', wholeNumber(0), 500)
    .option('--customers <count>', 'the most new and changed customers a batch', wholeNumber(0), 30)
    .option('--products <count>', 'the most new and changed products a batch', wholeNumber(0), 20)
    .option('--stores <count>', 'the most new and changed stores a batch', wholeNumber(0), 10)
    .option('--skew <seconds>', 'how long before its batch an event may have happened', wholeNumber(0), 60)
    .option('--dirty <share>', 'share of rows with a defect, 0 to 1', share, 0.02)
    .option('--seed <number>', 'the same seed gives the same rows', wholeNumber(0), 42)
    .option('--fatal', 'end with a store that has no id')
    .addOption(output('text', 'json'))
    .action(perform(async () => (await import('./commands/generate-retail.ts')).generateRetail))
}

/** A command that works in a pipeline: the spec is found from the working directory up, unless named. */
function pipelineCommand(program: Command, name: string): Command {
  return program
    .command(name)
    .option(
      '--spec <file>',
      'the pipeline.yml to use; by default the one of this folder or of the nearest above',
    )
    .option('--set <key=value>', 'set a configuration value; may be repeated', configurationValue)
}

function output(...formats: [string, ...string[]]): Option {
  return new Option('--output <format>', 'how to print the result').choices(formats).default(formats[0])
}

function names(text: string, before: readonly string[] = []): readonly string[] {
  const given = text.split(',').map((name) => name.trim())
  if (given.includes('')) throw new InvalidArgumentError('Expected names separated by commas.')
  return [...before, ...given]
}

function configurationValue(text: string, before: Record<string, string> = {}): Record<string, string> {
  const separator = text.indexOf('=')
  if (separator < 1) throw new InvalidArgumentError('Expected key=value.')
  return { ...before, [text.slice(0, separator)]: text.slice(separator + 1) }
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text.replaceAll('_', ''))
    if (Number.isSafeInteger(value) && value >= least) return value
    throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`)
  }
}

function positiveNumber(text: string): number {
  const value = Number(text)
  if (value > 0 && Number.isFinite(value)) return value
  throw new InvalidArgumentError('Expected a number above 0.')
}

function speed(text: string): number {
  const value = Number(text)
  if (value >= 0 && Number.isFinite(value)) return value
  throw new InvalidArgumentError('Expected a number of at least 0.')
}

function share(text: string): number {
  const value = Number(text)
  if (value >= 0 && value <= 1) return value
  throw new InvalidArgumentError('Expected a number from 0 to 1.')
}
