export { changeFeedOptions } from './change-feed-options.ts'
export { type DeltaSourceOptions, deltaSourceOptions } from './delta-options.ts'
export { DeltaSource, type DeltaSourceContext } from './delta-source.ts'
