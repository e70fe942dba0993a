import { beforeEach, describe, expect, it } from 'vitest'
import { DeltaTable } from '../../../src/delta/table.ts'
import { memoryStorage, type Storage } from '../../../src/storage/index.ts'
import { field, LONG, struct } from '../../../src/types/data-type.ts'
import { fileInLog, noParquet } from '../../support/delta.ts'
import { logPath, putText, readJson } from './log-files.ts'

let storage: Storage
let table: DeltaTable
beforeEach(async () => {
  storage = memoryStorage()
  await DeltaTable.create(storage, noParquet, {
    schema: struct([field('id', LONG)]),
    configuration: { 'delta.enableInCommitTimestamps': 'true' },
  }).commit({ operation: 'CREATE TABLE' })
  table = await open()
  await table
    .startTransaction()
    .addFiles([fileInLog('a', { size: 10 }), fileInLog('b', { size: 5 })])
    .setTransaction('flow', 2n ** 60n)
    .setDomainMetadata({ domain: 'mine', configuration: '{}', removed: false })
    .commit({ operation: 'WRITE' })
})

const open = () => DeltaTable.open(storage, noParquet)

describe('a version checksum', () => {
  it('tells what the table is after each commit', async () => {
    const { snapshot } = table
    const [commit] = await Array.fromAsync(table.changes(1, 1))
    expect(await readJson(storage, logPath(1, 'crc'))).toEqual({
      txnId: commit!.commitInfo!.txnId,
      tableSizeBytes: 15,
      numFiles: 2,
      numMetadata: 1,
      numProtocol: 1,
      inCommitTimestampOpt: snapshot.timestampMs,
      setTransactions: [{ appId: 'flow', version: Number(2n ** 60n), lastUpdated: expect.any(Number) }],
      domainMetadata: [{ domain: 'mine', configuration: '{}', removed: false }],
      metadata: snapshot.metadata.action,
      protocol: snapshot.protocol,
      checksum: expect.stringMatching(/^crc32-[0-9a-f]{8}$/),
    })
    expect(await readJson(storage, logPath(0, 'crc'))).toMatchObject({ numFiles: 0, tableSizeBytes: 0 })
    expect(new TextDecoder().decode(await storage.read(logPath(1, 'crc')))).toContain(`${2n ** 60n}`)
  })

  it('that exists already is kept', async () => {
    await putText(storage, logPath(2, 'crc'), 'of another writer')
    const result = await table.startTransaction().addFile(fileInLog('c')).commit({ operation: 'WRITE' })
    expect(result.checkpointError).toBeUndefined()
    expect(new TextDecoder().decode(await storage.read(logPath(2, 'crc')))).toBe('of another writer')
  })

  it('finds a log that is not what was written', async () => {
    const text = new TextDecoder().decode(await storage.read(logPath(1)))
    const lines = text.split('\n').filter((line) => !line.includes('"path":"b"'))
    await putText(storage, logPath(1), lines.join('\n').replace(/,"checksum":"[^"]*"/, ''))
    await expect(open()).rejects.toMatchObject({
      condition: 'DELTA_VERSION_CHECKSUM_MISMATCH',
      parameters: {
        file: logPath(1, 'crc'),
        version: '1',
        what: 'number of files',
        found: '1',
        expected: '2',
      },
    })
    expect((await open().catch((error: Error) => error.message)).toString()).toContain(logPath(1, 'crc'))
  })

  it('of another writer is compared too', async () => {
    await putText(storage, logPath(1, 'crc'), '{"numFiles":2,"tableSizeBytes":14}')
    await expect(open()).rejects.toMatchObject({
      condition: 'DELTA_VERSION_CHECKSUM_MISMATCH',
      parameters: { what: 'size of all files', found: '15', expected: '14' },
    })
  })

  it.each([
    ['torn', '{"numFiles":'],
    ['empty', ''],
    ['changed after it was written', '{"numFiles":7,"checksum":"crc32-00000000"}'],
    ['of another log', '{"numFiles":7,"domainMetadata":[{"domain":"x","configuration":"","removed":false}]}'],
  ])('that is %s is not relied on', async (_case, text) => {
    await putText(storage, logPath(1, 'crc'), text)
    expect((await open()).snapshot.numFiles).toBe(2)
  })
})
