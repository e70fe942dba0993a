export { runUpdate } from './update.ts'
export type {
  DatasetSummary,
  UpdateOptions,
  UpdateRequest,
  UpdateState,
  UpdateSummary,
} from './update-api.ts'
