import type { RetailExample } from '../examples/retail-example.ts'
import { RunningProgram } from '../examples/running-program.ts'
import { Chore } from './chore.ts'
import { FactsLog } from './facts-log.ts'
import { type Sample, takeSample } from './sample.ts'

const SAMPLE_EVERY_MS = 5000
const COLLECT_EVERY_MS = 15_000
const MAINTAIN_EVERY_MS = 60_000
/**
 * Versions and records of batches stay for as long as the reconciliation, or a stream that lags, may need them. Reports read all facts: at
 * this speed a minute is an hour of the shop.
 */
const SETTINGS = [
  'log_retention=interval 4 minutes',
  'file_retention=interval 4 minutes',
  'spark.sql.streaming.minBatchesToRetain=400',
  'report_interval=1 minute',
]

/**
 * The generator and the continuous pipeline as processes of their own. Reconciliation and maintenance are at work beside them, and give way:
 * what they have to do grows with the tables.
 */
export class OpenShop implements AsyncDisposable {
  readonly facts: FactsLog
  readonly samples: Sample[] = []
  /** Computes what the facts must be, for the reconciliation. */
  readonly collecting: Chore
  readonly #example: RetailExample
  readonly #bin: string
  readonly #generator: RunningProgram
  readonly #chores: readonly Chore[]
  #pipeline: RunningProgram

  /** `bin` is the absolute path of the command; `speed` the generator's. */
  constructor(
    example: RetailExample,
    options: { readonly bin: string; readonly ticks: number; readonly speed: number },
    onSample: (sample: Sample) => void = () => undefined,
  ) {
    const { bin, ticks, speed } = options
    const batches = ['--batches', String(ticks), '--speed', String(speed)]
    this.#example = example
    this.#bin = bin
    this.#generator = new RunningProgram([bin, 'generate', 'retail', ...batches], example.folder)
    this.#pipeline = this.#startPipeline()
    this.facts = new FactsLog(example.folder)
    this.collecting = new Chore(COLLECT_EVERY_MS, () => example.collect())
    this.#chores = [
      this.collecting,
      new Chore(SAMPLE_EVERY_MS, async () => {
        const sample = takeSample(example.folder, this.#pipeline.pid)
        this.samples.push(sample)
        onSample(sample)
      }),
      new Chore(MAINTAIN_EVERY_MS, () => this.#maintain()),
    ]
  }

  /** Whether more will land. */
  get isSelling(): boolean {
    return this.#generator.isRunning
  }

  /** Follows the facts and does the chores that are due. Throws when the pipeline has ended, and what a chore failed with. */
  async look(): Promise<void> {
    if (!this.#pipeline.isRunning) throw new Error((await this.#pipeline.ended).stderr.slice(-3000))
    this.facts.look()
    for (const each of this.#chores) each.look()
  }

  /** Kills the pipeline in the middle of its work and starts it again. */
  async killPipeline(): Promise<void> {
    await this.#pipeline.kill('SIGKILL')
    this.#pipeline = this.#startPipeline()
  }

  /** Stops the pipeline as a user does. Throws when it does not end well. */
  async stop(): Promise<void> {
    for (const each of this.#chores) await each.end()
    const { exitCode, stderr } = await this.#pipeline.kill('SIGTERM')
    if (exitCode !== 0) throw new Error(stderr.slice(-3000))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#generator.kill('SIGKILL'), this.#pipeline.kill('SIGKILL')])
    await Promise.allSettled(this.#chores.map((each) => each.end()))
  }

  async #maintain(): Promise<void> {
    const args = [this.#bin, 'query', '--', this.#example.statements('maintenance.sql')]
    const { exitCode, stderr } = await new RunningProgram(args, this.#example.folder, { givesWay: true })
      .ended
    if (exitCode !== 0) throw new Error(stderr.slice(-3000))
  }

  #startPipeline(): RunningProgram {
    const settings = SETTINGS.flatMap((each) => ['--set', each])
    return new RunningProgram([this.#bin, 'run', '--continuous', ...settings], this.#example.folder)
  }
}
