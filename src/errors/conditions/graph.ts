export const graphConditions = {} as const
