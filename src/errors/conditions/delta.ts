export const deltaConditions = {} as const
