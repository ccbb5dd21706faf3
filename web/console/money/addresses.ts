export const moneyPath = '/console/money';
export const reconciliationsPath = '/console/reconciliations';
export const reconciliationPath = (id: string): string => `${reconciliationsPath}/${encodeURIComponent(id)}`;
