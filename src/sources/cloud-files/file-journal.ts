import { PipelineError } from '../../errors/index.ts'
import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'
import type { Storage } from '../../storage/storage.ts'
import type { FoundFile } from './list-files.ts'
import { SeenSet } from './seen-set.ts'

/** One batch of files, in the order in which they were taken. */
export interface FileBatch {
  /** 1, 2, 3, ... within one checkpoint. */
  readonly sequence: number
  readonly files: readonly FoundFile[]
}

const JOURNAL: DurableFormat = { name: 'millrace.files-journal', version: 1 }
const SNAPSHOT: DurableFormat = { name: 'millrace.files-seen', version: 1 }
/** A journal of this many bytes is folded into a snapshot. */
const FOLD_BYTES = 4 << 20

/**
 * Which files a flow has taken, in which batch: an append-only journal of batches beside the checkpoint, folded into
 * compact snapshots. A batch is in the journal before the batch record names it, so the newest batch may be one that no
 * record names: `pending` gives it again, the same files, and everything before it is done or about to be replayed.
 *
 * Files: `journal-<first sequence>` (a header line, then a line a batch) and `seen-<last sequence>` (a header line, then 20
 * bytes a file). A snapshot is written whole before the journals that it replaces go away; a torn last line is cut.
 */
export class FileJournal {
  readonly #storage: Storage
  readonly #identity: (file: FoundFile) => string
  #seen: SeenSet
  #last: FileBatch
  #journal: string | undefined
  #journalBytes = 0

  private constructor(
    storage: Storage,
    identity: (file: FoundFile) => string,
    seen: SeenSet,
    last: FileBatch,
  ) {
    this.#storage = storage
    this.#identity = identity
    this.#seen = seen
    this.#last = last
  }

  /** Opens the journal in a folder, empty where there is none. `identity` says when two files are the same. */
  static async open(storage: Storage, identity: (file: FoundFile) => string): Promise<FileJournal> {
    const names: string[] = []
    for await (const { path } of storage.list('')) names.push(path)
    const folded = newest(names, 'seen-')
    const sequence = folded === undefined ? 0 : sequenceOf(folded)
    const seen = folded === undefined ? new SeenSet() : await readSnapshot(storage, folded)
    const journal = new FileJournal(storage, identity, seen, { sequence, files: [] })
    for (const name of names.filter((each) => each.startsWith('journal-')).sort()) await journal.#load(name)
    return journal
  }

  /** Sequence of the newest batch; 0 before the first. */
  get lastSequence(): number {
    return this.#last.sequence
  }

  get size(): number {
    return this.#seen.size
  }

  has(file: FoundFile): boolean {
    return this.#seen.has(this.#identity(file))
  }

  /** The batch behind `sequence`, when it was taken already. */
  pending(sequence: number): FileBatch | undefined {
    return this.#last.sequence === sequence + 1 ? this.#last : undefined
  }

  /** Takes files as the next batch, durably. */
  async append(files: readonly FoundFile[]): Promise<FileBatch> {
    if (this.#journalBytes > FOLD_BYTES) await this.#fold()
    const batch: FileBatch = { sequence: this.#last.sequence + 1, files }
    await this.#write(batch.sequence, files)
    this.#note(batch)
    return batch
  }

  /** True before the first batch, and before anything was passed over. */
  get isNew(): boolean {
    return this.#journal === undefined && this.#last.sequence === 0
  }

  /** Passes over files without reading them (`includeExistingFiles: false`): they count as seen, in no batch. */
  async passOver(files: readonly FoundFile[]): Promise<void> {
    await this.#write(0, files)
    for (const file of files) this.#seen.add(this.#identity(file), file.modifiedMs)
  }

  /** Puts a batch that a record names back into a journal that lacks it. */
  async restore(batch: FileBatch): Promise<void> {
    if (batch.sequence === this.#last.sequence + 1) await this.append(batch.files)
  }

  /** Forgets files modified before a time (milliseconds since the epoch); they must not be listed any more. */
  forgetBefore(timeMs: number): void {
    this.#seen.forgetBefore(timeMs)
  }

  async #write(sequence: number, files: readonly FoundFile[]): Promise<void> {
    const line = Buffer.from(`${JSON.stringify([sequence, files.map(packed)])}\n`)
    if (this.#journal === undefined) {
      const name = fileName('journal-', sequence)
      await this.#storage.put(name, Buffer.concat([encodeDurable(JOURNAL), line]))
      this.#journal = name
    } else {
      await this.#storage.append(this.#journal, line)
    }
    this.#journalBytes += line.length
  }

  #note(batch: FileBatch): void {
    for (const file of batch.files) this.#seen.add(this.#identity(file), file.modifiedMs)
    this.#last = batch
  }

  /** Everything up to now into a snapshot, then a new journal. */
  async #fold(): Promise<void> {
    const header = encodeDurable(SNAPSHOT, { count: this.#seen.size })
    const bytes = Buffer.concat([header, this.#seen.toBytes()])
    const current = fileName('seen-', this.#last.sequence)
    await this.#storage.put(current, bytes)
    const old: string[] = []
    for await (const { path } of this.#storage.list('')) {
      if (path.startsWith('journal-') || (path.startsWith('seen-') && path !== current)) old.push(path)
    }
    await this.#storage.delete(old)
    this.#journal = undefined
    this.#journalBytes = 0
  }

  async #load(name: string): Promise<void> {
    const bytes = await this.#storage.read(name)
    if (bytes === undefined) return
    const text = Buffer.from(bytes).toString()
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    const lines = whole.split('\n').slice(0, -1)
    const place = { storage: this.#storage.name, path: name }
    decodeDurable(Buffer.from(lines[0] ?? ''), JOURNAL, place)
    for (const line of lines.slice(1)) {
      const batch = parseBatch(line, place)
      if (batch.sequence === 0)
        for (const file of batch.files) this.#seen.add(this.#identity(file), file.modifiedMs)
      else if (batch.sequence > this.#last.sequence) this.#note(batch)
    }
    // A torn line: what was being appended when the process died. No record can name it.
    if (whole.length < text.length) await this.#storage.put(name, Buffer.from(whole))
    this.#journal = name
    this.#journalBytes = whole.length
  }
}

type Packed = readonly [path: string, sizeBytes: number, modifiedMs: number]

/** A file as journals and batch records hold it. */
export function packed(file: FoundFile): Packed {
  return [file.path, file.sizeBytes, file.modifiedMs]
}

export function unpacked([path, sizeBytes, modifiedMs]: Packed): FoundFile {
  return { path, sizeBytes, modifiedMs }
}

function parseBatch(line: string, place: { storage: string; path: string }): FileBatch {
  try {
    const [sequence, files] = JSON.parse(line) as [number, Packed[]]
    return { sequence, files: files.map(unpacked) }
  } catch (cause) {
    const detail = `a line is no batch of files: ${line.slice(0, 60)}`
    throw new PipelineError('DAMAGED_FILE', { ...place, format: JOURNAL.name, detail }, { cause })
  }
}

async function readSnapshot(storage: Storage, name: string): Promise<SeenSet> {
  const bytes = (await storage.read(name)) ?? new Uint8Array()
  const end = bytes.indexOf(10)
  const place = { storage: storage.name, path: name }
  const { count } = decodeDurable(bytes.subarray(0, end + 1), SNAPSHOT, place)
  const body = bytes.subarray(end + 1)
  if (body.length !== Number(count) * 20) {
    throw new PipelineError('DAMAGED_FILE', {
      ...place,
      format: SNAPSHOT.name,
      detail: `it holds ${body.length} bytes for ${String(count)} files`,
    })
  }
  return SeenSet.fromBytes(body)
}

function fileName(prefix: string, sequence: number): string {
  return `${prefix}${String(sequence).padStart(12, '0')}`
}

function sequenceOf(name: string): number {
  return Number(name.slice(name.indexOf('-') + 1))
}

function newest(names: readonly string[], prefix: string): string | undefined {
  return names
    .filter((each) => each.startsWith(prefix))
    .sort()
    .at(-1)
}
