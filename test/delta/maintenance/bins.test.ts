import { describe, expect, test } from 'vitest'
import type { AddFile } from '../../../src/delta/index.ts'
import { packBins } from '../../../src/delta/maintenance/bins.ts'

const file = (size: number): AddFile => ({
  path: `part-${size}.parquet`,
  partitionValues: {},
  size,
  modificationTime: 0,
  dataChange: true,
})

const sizesOf = (sizes: readonly number[], limits: { isGradual?: boolean }) =>
  packBins(sizes.map(file), { minFileSize: 1000, maxFileSize: 1500, ...limits }).map((bin) =>
    bin.files.map((each) => each.size),
  )

test('small files are put together, the smallest first, into files of a size', () => {
  expect(sizesOf([900, 100, 2000, 600, 10], {})).toEqual([[10, 100, 600]])
})

describe('where it is done again and again', () => {
  test('files stay that are more than twice as large as all smaller ones', () => {
    expect(sizesOf([10, 10, 10, 61, 300], { isGradual: true })).toEqual([[10, 10, 10]])
    expect(sizesOf([10, 10, 10, 60, 180], { isGradual: true })).toEqual([[10, 10, 10, 60, 180]])
  })

  test('a file alone stays, too', () => {
    expect(sizesOf([10, 300], { isGradual: true })).toEqual([])
  })

  test('each row is written anew a few times only, and few files stay', () => {
    let files: number[] = []
    let written = 0
    for (let round = 0; round < 64; round++) {
      files.push(...Array.from({ length: 10 }, () => 1))
      const [bin] = packBins(files.map(file), { minFileSize: 1e6, maxFileSize: 2e6, isGradual: true })
      const merged = bin!.files.reduce((sum, each) => sum + each.size, 0)
      for (const each of bin!.files) files.splice(files.indexOf(each.size), 1)
      files = [...files, merged]
      written += merged
    }
    expect(files.reduce((sum, each) => sum + each)).toBe(640)
    expect(files.length).toBeLessThan(8)
    expect(written / 640).toBeLessThan(5)
  })
})
