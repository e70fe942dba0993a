export const sourceConditions = {} as const
