import { describe, expect, it } from 'vitest'
import { fileShape } from '../../../src/delta/write/file-shape.ts'

describe('the form of files', () => {
  const shapeOf = (configuration: Record<string, string>) =>
    fileShape({ configuration, partitionColumns: ['p'] })

  it.each<[string, Record<string, string>, object]>([
    ['nothing', {}, {}],
    ['a size', { 'delta.targetFileSize': '8m' }, { targetFileSize: 8_388_608 }],
    [
      'optimizeWrite',
      { 'delta.autoOptimize.optimizeWrite': 'true' },
      { targetFileSize: 134_217_728, orderBy: ['p'] },
    ],
    [
      'both',
      { 'delta.autoOptimize.optimizeWrite': 'true', 'delta.targetFileSize': '1k' },
      { targetFileSize: 1024, orderBy: ['p'] },
    ],
  ])('is what %s asks for', (_case, configuration, shape) => {
    expect(shapeOf(configuration)).toEqual(shape)
  })
})
