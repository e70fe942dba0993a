import { cpSync, existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { PipelineError } from '../../errors/index.ts'
import { orderDefaults } from '../generate/order-rows.ts'
import { writeOrders } from '../generate/write-orders.ts'
import { packageFile, packageVersion } from '../package-files.ts'
import type { Terminal } from '../terminal.ts'

export interface InitOptions {
  readonly language: 'typescript' | 'sql'
  readonly output: 'text' | 'json'
}

/** Orders that a new pipeline starts with: enough for a few days, few enough to read. */
const SAMPLE_ORDERS = 5000

/**
 * `millrace init`: a folder with a pipeline that runs, and sample data for it. Throws FOLDER_NOT_EMPTY rather than to touch
 * what is there.
 */
export async function init(folder: string, options: InitOptions, terminal: Terminal): Promise<number> {
  const target = resolve(terminal.cwd, folder)
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new PipelineError('FOLDER_NOT_EMPTY', { folder: target })
  }
  cpSync(packageFile(`templates/${options.language}`), target, { recursive: true })
  renameSync(join(target, 'gitignore'), join(target, '.gitignore'))
  fillIn(target, placeholders(basename(target)))
  writeOrders({ ...orderDefaults, folder: join(target, 'data/raw'), rows: SAMPLE_ORDERS })
  const files = filesBelow(target).map((file) => relative(terminal.cwd, file))
  terminal.stdout.write(
    options.output === 'json'
      ? `${JSON.stringify({ folder: target, files }, null, 2)}\n`
      : welcome(folder, files),
  )
  return 0
}

function placeholders(name: string): Readonly<Record<string, string>> {
  const identifier = name.toLowerCase().replace(/[^a-z0-9]+/g, '_')
  return {
    name: name.toLowerCase().replace(/[^a-z0-9_-]+/g, '-'),
    schema: identifier,
    version: packageVersion(),
  }
}

function fillIn(folder: string, values: Readonly<Record<string, string>>): void {
  for (const file of filesBelow(folder)) {
    const text = readFileSync(file, 'utf8')
    const filled = text.replace(/__(\w+)__/g, (hole, key: string) => values[key] ?? hole)
    if (filled !== text) writeFileSync(file, filled)
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort()
}

function welcome(folder: string, files: readonly string[]): string {
  return [
    ...files.map((file) => `  ${file}`),
    '',
    'Next:',
    `  cd ${folder}`,
    '  npx millrace run',
    "  npx millrace query 'SELECT * FROM gold_daily_sales ORDER BY date, region'",
    '',
  ].join('\n')
}
