export { DeltaSource } from './delta-source.ts'
export { type DeltaSourceOptions, deltaSourceOptions } from './delta-source-options.ts'
