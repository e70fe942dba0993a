export const updateConditions = {} as const
