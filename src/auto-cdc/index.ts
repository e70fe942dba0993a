export { type AutoCdcOutput, applyEvents, CHANGE, knownEvents, rivalMoments, timeline } from './apply.ts'
export { applicableRemovals, checkEvents, type EventSurvey, readEvents, surveyEvents } from './events.ts'
export { formerColumns, withFormerColumns } from './former-columns.ts'
export { stateOfKeys, touchedHistory, touchedKeys, touchedRows } from './reach.ts'
export {
  type AutoCdc,
  type AutoCdcNames,
  intervalColumns,
  leftOutAmong,
  plainColumnName,
  resolveAutoCdc,
} from './resolve.ts'
export {
  checkSnapshotKeys,
  checkVersions,
  checkVersionType,
  compareVersions,
  resolveSnapshots,
  type SnapshotSpec,
  snapshotEvents,
  versionAsType,
} from './snapshot-diff.ts'
export type { AutoCdcSpec, ColumnSelection } from './spec.ts'
export {
  type CommittedBatches,
  checkHiddenState,
  checkScdType,
  END_AT,
  hiddenStateProperties,
  hiddenStateSchema,
  identityColumns,
  isMarkedByAttempt,
  isStaleState,
  liveState,
  START_AT,
  STATE,
  SYSTEM_END_AT,
} from './state.ts'
export type { AutoCdcInput, KnownEvents } from './timeline.ts'
