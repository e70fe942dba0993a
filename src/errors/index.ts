export { type Condition, conditions, type ParametersOf } from './conditions.ts'
export { nearest, nearestAll } from './nearest.ts'
export { type ErrorContext, isCondition, PipelineError } from './pipeline-error.ts'
export { formatPosition, type Position } from './position.ts'
